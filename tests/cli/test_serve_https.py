"""`serve` over HTTPS, and trust in receivers of notifications: as a process, and its error lines."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import httpx2
import pytest
import trustme

from tests.cli.test_serve import assert_one_error_line, first_line, process, serve
from tests.delivery.endpoints import WebhookEndpoint
from tests.support import ADMIN, DESTINATION, assert_accepted

_PATIENCE = 60


def test_https_with_a_generated_certificate() -> None:
    """The banner has the authority's file; clients that trust it verify the server; webhooks to itself work."""
    with process("serve", "--port", "0", "--tls", "self-signed", "--port-file", "url.txt") as started:
        url = first_line(started.stdout).split()[-1]
        line = next(line for line in iter(started.stdout.readline, "") if "authority" in line)  # type: ignore[union-attr]
        trusted = ssl.create_default_context(cafile=line.split(": ")[1].strip())
        with httpx2.Client(base_url=url, trust_env=False, timeout=_PATIENCE, verify=trusted, auth=ADMIN) as client:
            client.post("/_control/clock/freeze", json={})
            webhook = {"url": f"{url}/_control/receiver/mine"}
            message = {"destination": DESTINATION, "text": "Hi", "webhook": webhook}
            message_id = assert_accepted(client.post("/api/Admin/send", json=message))
            client.post("/_control/clock/advance", json={"until": "idle"})
            received = client.get("/_control/receiver/mine").json()["received"]

    assert url.startswith("https://127.0.0.1:")
    assert Path("url.txt").read_text() == url + "\n"
    assert [json.loads(each["body"])["message"]["id"] for each in received] == [message_id] * 2


def test_json_logs_have_the_authoritys_file() -> None:
    """For scripts that start the server."""
    with process("serve", "--port", "0", "--tls", "self-signed", "--json-logs") as started:
        lines = [json.loads(first_line(started.stderr))["message"] for _ in range(2)]

    assert "https://127.0.0.1:" in lines[0]
    assert "-----BEGIN CERTIFICATE-----" in Path(lines[1].split(": ")[1]).read_text()


def test_https_with_a_given_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files, by the environment."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path("chain.pem")
    issued.private_key_pem.write_to_path("key.pem")
    authority.cert_pem.write_to_path("ca.pem")
    arguments = ("serve", "--port", "0", "--tls", "chain.pem,key.pem")

    with process(*arguments) as started:
        url = first_line(started.stdout).split()[-1]
        trusted = ssl.create_default_context(cafile="ca.pem")
        ready = httpx2.get(f"{url}/_ready", verify=trusted, trust_env=False, timeout=_PATIENCE)

    assert ready.status_code == 200


@pytest.mark.requirement("REQ-10", "WH-1")
@pytest.mark.parametrize("option", [("--webhook-ca", "ca.pem"), ("--webhook-insecure",), ()])
def test_a_receiver_with_a_private_authority_is_trusted_as_configured(option: tuple[str, ...]) -> None:
    """REQ-10: with its authority, without verification, or not."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path("ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with WebhookEndpoint(tls=context) as receiver, process("serve", "--port", "0", *option) as started:
        url = first_line(started.stdout).split()[-1]
        with httpx2.Client(base_url=url, trust_env=False, timeout=_PATIENCE, auth=ADMIN) as client:
            client.post("/_control/clock/freeze", json={})
            webhook = {"url": receiver.url("localhost")}
            sent = client.post("/api/Admin/send", json={"destination": DESTINATION, "text": "Hi", "webhook": webhook})
            assert_accepted(sent)
            progress = client.post("/_control/clock/advance", json={"seconds": 3}).json()

    outcomes = [each["outcome"] for each in progress["fired"] if each["event"] == "webhook"]
    assert outcomes == (["taken", "taken"] if option else ["failed"])
    assert len(receiver.requests) == (2 if option else 0)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("selfsigned", "must be 'self-signed' or two files as CERT,KEY"),
        ("no-such.pem,no-such.key", "no certificate and key could be read: No such file"),
        ("junk.pem,junk.pem", "no certificate and key could be read: "),
    ],
)
def test_a_missing_or_invalid_certificate_is_one_error_line(wanted: str, words: str) -> None:
    """Exit 2, before a port is bound."""
    Path("junk.pem").write_text("junk")

    result = serve("--tls", wanted)

    assert_one_error_line(result, f"--tls {wanted}: ", words)
    assert result.stderr.count("\n") == 1


def test_a_host_that_no_certificate_can_name_is_one_error_line() -> None:
    """Not a traceback of the library that generates certificates."""
    result = serve("--tls", "self-signed", "--host", "not a host")

    assert_one_error_line(result, "--tls self-signed: no certificate can be made for 'not a host'")


@pytest.mark.parametrize("content", ["", "junk"])
def test_an_invalid_webhook_authority_is_one_error_line(content: str) -> None:
    """Exit 2."""
    Path("junk.pem").write_text(content)

    result = serve("--webhook-ca", "junk.pem")

    assert_one_error_line(result, "--webhook-ca junk.pem: no certificates could be read: ")
    assert result.stderr.count("\n") == 1


def test_a_missing_webhook_authority_is_a_usage_error() -> None:
    """With click's message."""
    result = serve("--webhook-ca", "no-such.pem")

    assert result.exit_code == 2
    assert "'no-such.pem' does not exist" in result.stderr
