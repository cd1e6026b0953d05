"""Notifications over real sockets: every failure is an answer, and no socket stays open."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from mock_server.adapters.webhook_sender import HttpWebhookSender, trust
from mock_server.domain.instants import SECOND
from mock_server.ports import WebhookAnswer
from tests.delivery.endpoints import Conduct, WebhookEndpoint, answer, flood, hang, reset, say, unused_port

BODY = b'{"type":"STATUS_UPDATE"}'
PATIENT, IMPATIENT = 10 * SECOND, SECOND // 5


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority that no system trusts."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """Its certificate in a file."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's TLS context with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def posted(url: str, *, sender: HttpWebhookSender | None = None, patience: int = PATIENT) -> WebhookAnswer:
    """One attempt on its own event loop; afterwards no connection is open."""
    [answered] = all_posted([url], sender=sender, patience=patience)
    return answered


def all_posted(
    urls: list[str], *, sender: HttpWebhookSender | None = None, patience: int = PATIENT
) -> list[WebhookAnswer]:
    """Attempts in turn."""
    chosen = sender or HttpWebhookSender()

    async def attempts() -> list[WebhookAnswer]:
        try:
            return [await chosen.post(url, BODY, "application/json", patience) for url in urls]
        finally:
            await chosen.close()

    found = _bounded(attempts())
    # A socket that was left open would be a warning now, and a warning is an error.
    gc.collect()
    return found


def _bounded(attempts: Coroutine[Any, Any, list[WebhookAnswer]]) -> list[WebhookAnswer]:
    return asyncio.run(asyncio.wait_for(attempts, 30))


@pytest.mark.requirement("WH-1", "WH-2")
def test_a_notification_is_one_post_without_credentials() -> None:
    """WH-1: the body, its type and length, host and user agent, and nothing more."""
    with WebhookEndpoint(answer(204)) as endpoint:
        answered = posted(endpoint.url().replace("//", "//user:word@") + "?tenant=7")

    [request] = endpoint.requests
    assert (answered.status, answered.error, answered.taken) == (204, None, True)
    assert (request.first, request.body) == ("POST /receipts?tenant=7 HTTP/1.1", BODY)
    assert request.headers == {
        "host": f"127.0.0.1:{endpoint.port}",
        "content-type": "application/json",
        "content-length": str(len(BODY)),
        "user-agent": "sms-gateway-mock",
    }


@pytest.mark.requirement("REQ-10")
@pytest.mark.parametrize(
    ("path", "target"),
    [("", "/"), ("?x=1", "/?x=1"), ("/ä/ö?ü=ß#part", "/%C3%A4/%C3%B6?%C3%BC=%C3%9F"), ("/a%20b", "/a%20b")],
)
def test_any_url_that_a_send_may_name_can_be_posted_to(path: str, target: str) -> None:
    """REQ-10: without a path, with a query, in any script."""
    with WebhookEndpoint() as endpoint:
        answered = posted(f"http://127.0.0.1:{endpoint.port}{path}")

    assert answered.status == 200
    assert endpoint.requests[0].first == f"POST {target} HTTP/1.1"


@pytest.mark.requirement("WH-4")
@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_2xx_is_taken(status: int) -> None:
    """WH-4: the first bytes of the answer are kept."""
    with WebhookEndpoint(answer(status, b"thanks")) as endpoint:
        answered = posted(endpoint.url())

    assert (answered.status, answered.body, answered.error, answered.taken) == (status, b"thanks", None, True)


@pytest.mark.requirement("WH-4")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """WH-4: its target gets no request."""
    with (
        WebhookEndpoint() as elsewhere,
        WebhookEndpoint(answer(status, headers=f"Location: {elsewhere.url()}\r\n")) as endpoint,
    ):
        answered = posted(endpoint.url())

    assert (answered.status, answered.error, answered.taken) == (status, "redirects are not followed", False)
    assert elsewhere.requests == []


@pytest.mark.requirement("WH-4")
@pytest.mark.parametrize(
    "conduct",
    [
        pytest.param(reset, id="reset"),
        pytest.param(say(b""), id="closed without a word"),
        pytest.param(say(b"\x00\xff" * 1000), id="garbage"),
        pytest.param(say(b"SSH-2.0-OpenSSH_9.6\r\n"), id="another protocol"),
        pytest.param(say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), id="cut off"),
        pytest.param(say(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), id="no length"),
        pytest.param(say(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), id="endless header"),
    ],
)
def test_a_reset_or_an_invalid_answer_is_a_failed_attempt(conduct: Conduct) -> None:
    """WH-4: the answer has an error text; no exception is raised, and no connection stays open."""
    with WebhookEndpoint(conduct) as endpoint:
        answered = posted(endpoint.url())

    assert (answered.status, answered.taken) == (None, False)
    assert answered.error


@pytest.mark.requirement("WH-4")
def test_an_answer_of_ten_megabytes_is_not_read_completely() -> None:
    """WH-4: the status counts, and a kilobyte is kept."""
    with WebhookEndpoint(flood) as endpoint:
        answered = posted(endpoint.url())

    assert (answered.status, answered.taken) == (200, True)
    assert answered.body == b"x" * 1024


@pytest.mark.requirement("WH-4")
def test_a_hanging_receiver_times_out_as_the_scenario_says() -> None:
    """WH-4: in wall time; then the connection is closed."""
    with WebhookEndpoint(hang) as endpoint:
        answered = posted(endpoint.url(), patience=IMPATIENT)

    assert (answered.status, answered.error) == (None, "timed out after 0.2 s")
    assert answered.wall_seconds >= 0.2


@pytest.mark.requirement("WH-4")
def test_an_unreachable_receiver_is_a_failed_attempt() -> None:
    """WH-4: a closed port, an unknown host, and invalid host names."""
    urls = [
        f"http://127.0.0.1:{unused_port()}/",
        "https://no-such-host.invalid/",
        f"https://{'a' * 64}.invalid/",
        f"https://{'ä' * 70}.invalid/",
        "https://..invalid/",
    ]

    found = all_posted(urls)

    assert [each.status for each in found] == [None] * 5
    assert all(each.error and ": " in each.error for each in found)


@pytest.mark.requirement("WH-4")
def test_a_failed_attempt_does_not_affect_the_next_one() -> None:
    """WH-4: a reset, an error, an invalid answer, and then a success at one receiver."""
    with WebhookEndpoint(reset, answer(500), say(b"?"), answer(200)) as endpoint:
        found = all_posted([endpoint.url()] * 4)

    assert [each.status for each in found] == [None, 500, None, 200]


@pytest.mark.requirement("REQ-10")
def test_a_receiver_with_a_private_authority_is_trusted_where_it_is_named(
    authority: trustme.CA, ca_file: Path
) -> None:
    """REQ-10: certificates are verified; an additional authority can be configured."""
    with WebhookEndpoint(tls=serving(authority.issue_cert("localhost"))) as endpoint:
        answered = posted(endpoint.url("localhost"), sender=HttpWebhookSender(trust(ca_file)))

    assert (answered.status, answered.error) == (200, None)
    assert endpoint.requests[0].body == BODY


@pytest.mark.requirement("REQ-10")
def test_an_invalid_certificate_is_a_failed_attempt(authority: trustme.CA, ca_file: Path) -> None:
    """REQ-10: unknown authority, expired, another host, self-signed; the receiver gets no request."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    certificates = {
        "unable to get local issuer certificate": (trustme.CA().issue_cert("localhost"), "localhost"),
        "certificate has expired": (authority.issue_cert("localhost", not_after=long_ago), "localhost"),
        "Hostname mismatch": (authority.issue_cert("elsewhere.example"), "localhost"),
        "IP address mismatch": (authority.issue_cert("localhost"), "127.0.0.1"),
    }
    for said, (certificate, host) in certificates.items():
        with WebhookEndpoint(tls=serving(certificate)) as endpoint:
            answered = posted(endpoint.url(host), sender=HttpWebhookSender(trust(ca_file)))

        assert answered.status is None
        assert "CERTIFICATE_VERIFY_FAILED" in (answered.error or "")
        assert said in (answered.error or "")
        assert endpoint.requests == []


@pytest.mark.requirement("REQ-10")
def test_without_a_setting_no_private_authority_is_trusted_and_insecure_trusts_any(authority: trustme.CA) -> None:
    """REQ-10: by default only the system's authorities are trusted."""
    context = serving(authority.issue_cert("elsewhere.example"))
    with WebhookEndpoint(tls=context) as endpoint:
        strict = posted(endpoint.url())
        lax = posted(endpoint.url(), sender=HttpWebhookSender(trust(insecure=True)))

    assert "CERTIFICATE_VERIFY_FAILED" in (strict.error or "")
    assert lax.status == 200


def test_https_to_a_plain_http_receiver_is_a_failed_attempt() -> None:
    """The answer has an error text."""
    with WebhookEndpoint(say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as plain:
        answered = posted(plain.url().replace("http:", "https:"), patience=SECOND)

    assert answered.status is None
    assert answered.error


def test_a_hanging_receiver_does_not_block_another() -> None:
    """Attempts per receiver are bounded: with 300 at a hanging one, an attempt at another starts at once."""

    async def told() -> None:
        sender = HttpWebhookSender()
        with WebhookEndpoint(hang) as dead, WebhookEndpoint() as alive:
            hanging = [
                asyncio.create_task(sender.post(dead.url(), BODY, "text/plain", 60 * SECOND)) for _ in range(300)
            ]
            answered = await asyncio.wait_for(sender.post(alive.url(), BODY, "application/json", PATIENT), 20)
            for task in hanging:
                task.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
            await sender.close()

        assert answered.status == 200

    asyncio.run(told())
    gc.collect()


def test_a_sender_serves_one_event_loop_after_another_and_closing_twice_is_harmless() -> None:
    """An in-process gateway is used from many short event loops."""
    sender = HttpWebhookSender()
    with WebhookEndpoint() as endpoint:
        found = [posted(endpoint.url(), sender=sender) for _ in range(2)]

    asyncio.run(sender.close())
    assert [each.status for each in found] == [200, 200]


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff\x00"])
def test_a_file_without_a_certificate_is_rejected(content: bytes, tmp_path: Path) -> None:
    """The error comes at once, not at the first notification."""
    path = tmp_path / "ca.pem"
    path.write_bytes(content)

    for file in (path, tmp_path / "none.pem"):
        with pytest.raises(OSError, match=r"PEM|CERTIFICATE|No such file|header"):
            trust(file)
