"""`serve` over HTTPS, and whom it trusts with notifications: as a process, and the sentence when it cannot."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import httpx2
import pytest
import trustme

from tests.cli.test_serve import assert_one_sentence, first_line, process, serve
from tests.delivery.endpoints import WebhookEndpoint
from tests.support import ADMIN, DESTINATION, assert_accepted

_PATIENCE = 60


def test_https_with_a_certificate_made_for_the_occasion() -> None:
    """The banner says where the authority lies; a client that trusts it verifies it; webhooks to itself work."""
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


def test_json_logs_say_where_the_authority_lies() -> None:
    """For whoever starts the server from a script."""
    with process("serve", "--port", "0", "--tls", "self-signed", "--json-logs") as started:
        lines = [json.loads(first_line(started.stderr))["message"] for _ in range(2)]

    assert "https://127.0.0.1:" in lines[0]
    assert "-----BEGIN CERTIFICATE-----" in Path(lines[1].split(": ")[1]).read_text()


def test_https_with_a_certificate_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_a_receiver_with_a_private_authority_is_trusted_as_told(option: tuple[str, ...]) -> None:
    """REQ-10: by its authority, by anybody's, or not at all."""
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
def test_a_certificate_that_cannot_be_had_is_one_sentence(wanted: str, words: str) -> None:
    """Exit 2, before anything is bound."""
    Path("junk.pem").write_text("junk")

    result = serve("--tls", wanted)

    assert_one_sentence(result, f"--tls {wanted}: ", words)
    assert result.stderr.count("\n") == 1


def test_a_host_that_no_certificate_can_name_is_one_sentence() -> None:
    """Not a traceback of the library that makes certificates."""
    result = serve("--tls", "self-signed", "--host", "not a host")

    assert_one_sentence(result, "--tls self-signed: no certificate can be made for 'not a host'")


@pytest.mark.parametrize("content", ["", "junk"])
def test_a_webhook_authority_that_is_none_is_one_sentence(content: str) -> None:
    """Exit 2."""
    Path("junk.pem").write_text(content)

    result = serve("--webhook-ca", "junk.pem")

    assert_one_sentence(result, "--webhook-ca junk.pem: no certificates could be read: ")
    assert result.stderr.count("\n") == 1


def test_a_webhook_authority_that_is_not_there_is_a_usage_error() -> None:
    """By click's own words."""
    result = serve("--webhook-ca", "no-such.pem")

    assert result.exit_code == 2
    assert "'no-such.pem' does not exist" in result.stderr
