"""Live mode: nothing that might become an SMS leaves the machine unless a handset and a cap allow it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner, Result

from contract_tests.cli import main
from contract_tests.target.exchange import Request
from contract_tests.target.safety import Allowance, NotTestableError, looks_real, may_become_an_sms
from contract_tests.target.target import json_request
from mock_server.testing import MockGateway

HANDSET = "+12025550123"
CREDENTIALS = ("--username", "admin", "--password", "admin-secret")


def judge(url: str, *arguments: str) -> Result:
    """Run the suite in live mode."""
    return CliRunner().invoke(main, ["gateway", "--url", url, "--live", "--json", *arguments])


def sent(url: str) -> list[str]:
    """The destinations of the messages that the mock accepted."""
    return [message["destination"] for message in httpx2.get(f"{url}/_control/messages").json()["messages"]]


def tried(url: str) -> set[str]:
    """Every destination that a request named, regardless of its answer."""
    exchanges = httpx2.get(f"{url}/_control/exchanges", params={"limit": 5000}).json()["exchanges"]
    return {str(exchange["destination"]) for exchange in exchanges if exchange["destination"]}


@pytest.mark.parametrize("credentials", [(), CREDENTIALS], ids=["strangers", "with credentials"])
def test_without_a_handset_nothing_is_sent(credentials: tuple[str, ...]) -> None:
    """Only requests that cannot become an SMS are sent; the rest is not testable, and nothing is broken."""
    with MockGateway() as gateway:
        result = judge(gateway.url, *credentials)

        assert result.exit_code == 0, result.output
        assert sent(gateway.url) == []
        assert not any(c.isdigit() for destination in tried(gateway.url) - {"+0"} for c in destination)
    report = json.loads(result.stdout)
    found = {each["id"]: each["verdict"] for each in report["requirements"]}
    assert found["ERR-63b"] == found["OP-3"] == "kept"
    assert found["AF-2"] == found["ANS-1"] == "not testable"
    assert found["ERR-66"] == ("kept" if credentials else "not testable")


def test_with_a_key_only_look_ups_are_made() -> None:
    """With a key of the status API, look-ups are tested; no message is sent, and no method but GET is used."""
    with MockGateway() as gateway:
        result = judge(gateway.url, *CREDENTIALS, "--api-key", "status-key", "--only", "MS-1,MS-3")

        assert result.exit_code == 0, result.output
        assert sent(gateway.url) == []
        exchanges = httpx2.get(f"{gateway.url}/_control/exchanges", params={"limit": 5000}).json()["exchanges"]
        asked = {each["method"] for each in exchanges if "messagestatus" in each["path"]}
    report = json.loads(result.stdout)
    found = {each["id"]: each["verdict"] for each in report["requirements"]}
    assert found["MS-1"] == found["MS-3"] == "kept"
    assert asked == {"GET"}


@pytest.mark.parametrize("cap", [1, 3, 9])
def test_with_a_handset_no_more_than_the_cap_is_sent_and_to_nobody_else(cap: int) -> None:
    """`--allow-send-to` and `--max-messages` limit what the checks may send."""
    with MockGateway() as gateway:
        allowed = ("--allow-send-to", HANDSET, "--max-messages", str(cap))
        result = judge(gateway.url, *CREDENTIALS, *allowed)

        assert result.exit_code == 0, result.output
        assert 1 <= len(sent(gateway.url)) <= cap
        assert set(sent(gateway.url)) == {HANDSET}


def test_what_a_lenient_gateway_would_dial_is_not_sent() -> None:
    """What only a lenient gateway would dial counts as a send: blanks, escapes, other digits and encodings."""
    for body in (
        b'{"destination": "+1 202 555 0123", "text": "x"}',
        b'{"destination": "+1-202-555-0123", "text": "x"}',
        b'{"destination": "\\u002b12025550123", "text": "x"}',
        b'{"destination": "+\\u0031\\u0032", "text": "x"}',
        b'{"destination": 12025550123, "text": "x"}',
        b'{"destination": "+12025550123", "text": ""}',
        b'["+12025550123"]',
        '{"destination": "+12025550123"}'.encode("utf-16"),
    ):
        assert may_become_an_sms(json_request("/api/Services/send", body)), body
        with pytest.raises(NotTestableError, match="--allow-send-to"):
            Allowance().use(json_request("/api/Services/send", body))


def test_what_no_gateway_could_dial_is_free() -> None:
    """Requests without a number, health checks and look-ups are not limited."""
    for body in (b"", b"{", b'{"destination": "+0", "text": "Hello"}', b'{"destination": "letters"}'):
        assert not may_become_an_sms(json_request("/api/Admin/send", body))
    for path in ("/api/Admin/checkServiceStatus", "/api/messagestatus/phonenumber/+12025550123?sendDate=2026-01-15"):
        assert not may_become_an_sms(Request("POST" if "Status" in path else "GET", path, body=b"12"))


@pytest.mark.parametrize(
    "body",
    [
        b'{"destination": "12", "text": "x"}',
        b'{"destination": "112", "text": "x"}',
        b'{"destination": "+7", "text": "x"}',
        b'{"destination": 12, "text": "x"}',
        b'{"destination": ["+0", "12"], "text": "x"}',
        b'{"destination": "12", "destination": "+0", "text": "x"}',
        b'{"Destination": "12", "destination": "+0", "text": "x"}',
        b'{"destin\\u0061tion": "12", "text": "x"}',
        '{"destination": "\u0661\u0662", "text": "x"}'.encode(),
        b'{"destination": "12", "text": "x",}',
        b'["12"]',
        b"12",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_a_short_number_is_a_number(body: bytes, method: str) -> None:
    """Emergency and service numbers have two or three digits: they are never sent, with or without a handset."""
    request = Request(method, "/api/Services/send", body=body)

    for allowance in (Allowance(), Allowance(HANDSET, 5)):
        with pytest.raises(NotTestableError):
            allowance.use(request)
        assert allowance.left in {0, 5}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/Services/send", "/api/Admin/SEND/", "/api/Admin/sen%64", "/api/Admin/sms"])
def test_whatever_names_the_handset_counts(method: str, path: str) -> None:
    """Requests that name the handset count for every method and path: a lenient gateway may accept them."""
    request = Request(method, path, body=json.dumps({"destination": HANDSET}).encode())
    allowance = Allowance(HANDSET, 1)

    allowance.use(request)

    with pytest.raises(NotTestableError, match="used up"):
        allowance.use(request)


@pytest.mark.parametrize(
    "allowed",
    [
        *(
            ("--allow-send-to", number, "--max-messages", "1")
            for number in ("", "112", "12025550123", "+0", "+12 34567")
        ),
        ("--allow-send-to", "+1234567890123456", "--max-messages", "1"),
        ("--allow-send-to", "+1202555\u0661\u0662\u0663", "--max-messages", "1"),
        ("--allow-send-to", HANDSET),
        ("--max-messages", "1"),
    ],
)
def test_a_handset_is_an_international_number_with_a_cap(allowed: tuple[str, ...]) -> None:
    """Anything else is a usage error, reported in one sentence before any request."""
    result = judge("http://127.0.0.1:1", *allowed)

    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert "--allow-send-to" in result.output


@pytest.mark.parametrize(
    "body",
    [
        b'{"destination": "+12025550199", "text": "x"}',
        b'{"destination": "+12025550123", "text": "call +12025550199"}',
        b'{"destination": "+12025550199", "destination": "+12025550123", "text": "x"}',
        b'{"destination": " +12025550123", "text": "x"}',
    ],
)
def test_the_handset_and_nobody_else(body: bytes) -> None:
    """A second number anywhere in the request is not allowed."""
    with pytest.raises(NotTestableError, match="other than"):
        Allowance(HANDSET, 5).use(json_request("/api/Admin/send", body))


def test_the_cap_counts_every_try() -> None:
    """A request that might have become an SMS counts, regardless of its answer."""
    allowance = Allowance(HANDSET, 2)
    request = json_request("/api/Admin/send", json.dumps({"destination": HANDSET, "text": "x"}).encode())

    allowance.use(request)
    allowance.use(request)

    with pytest.raises(NotTestableError, match="used up"):
        allowance.use(request)


@pytest.mark.parametrize(
    ("url", "real"),
    [
        ("https://sms.namirialtsp.com", True),
        ("https://SMS.TEST.namirialtsp.com./", True),
        ("http://8.8.8.8:8080", True),
        ("http://gateway.example.org", True),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("http://10.1.2.3", False),
        ("http://localhost", False),
        ("http://sms-mock:8080", False),
        ("http://mock.local", False),
        ("http://gateway.internal", False),
    ],
)
def test_what_looks_real(url: str, real: bool) -> None:
    """Public names and addresses need `--live`; loopback, private ones and container names do not."""
    assert looks_real(url) == real


def test_the_report_of_a_live_run_holds_no_password(tmp_path: Path) -> None:
    """Neither the report nor the output contains the password, plain or encoded."""
    file = tmp_path / "report.json"
    with MockGateway() as gateway:
        result = judge(gateway.url, *CREDENTIALS, "--assume", "ANS-5=no-challenge", "--report", str(file))

    assert result.exit_code == 1
    for text in (result.output, file.read_text()):
        assert "admin-secret" not in text
        assert "YWRtaW46YWRtaW4tc2VjcmV0" not in text
