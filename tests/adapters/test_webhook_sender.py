"""Notifications over real sockets: whatever the receiver does is an answer, and no socket is left behind."""

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
    """How a server shows a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def posted(url: str, *, sender: HttpWebhookSender | None = None, patience: int = PATIENT) -> WebhookAnswer:
    """One attempt, on a loop of its own; afterwards nothing is open."""
    [answered] = all_posted([url], sender=sender, patience=patience)
    return answered


def all_posted(
    urls: list[str], *, sender: HttpWebhookSender | None = None, patience: int = PATIENT
) -> list[WebhookAnswer]:
    """Attempts one after the other."""
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
    """WH-1: the body as it is, its type and length, the host, who sends, and nothing more."""
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
    """WH-4: and the beginning of what it said is kept."""
    with WebhookEndpoint(answer(status, b"thanks")) as endpoint:
        answered = posted(endpoint.url())

    assert (answered.status, answered.body, answered.error, answered.taken) == (status, b"thanks", None, True)


@pytest.mark.requirement("WH-4")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """WH-4: what it points at never hears of it."""
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
def test_a_receiver_that_breaks_off_or_babbles_is_an_attempt_that_failed(conduct: Conduct) -> None:
    """WH-4: why is said in words; nothing is raised, and nothing stays open."""
    with WebhookEndpoint(conduct) as endpoint:
        answered = posted(endpoint.url())

    assert (answered.status, answered.taken) == (None, False)
    assert answered.error


@pytest.mark.requirement("WH-4")
def test_ten_megabytes_are_not_read_to_their_end() -> None:
    """WH-4: the status counts, a kilobyte is kept."""
    with WebhookEndpoint(flood) as endpoint:
        answered = posted(endpoint.url())

    assert (answered.status, answered.taken) == (200, True)
    assert answered.body == b"x" * 1024


@pytest.mark.requirement("WH-4")
def test_a_receiver_that_hangs_is_given_as_long_as_the_scenario_says() -> None:
    """WH-4: of wall time; then the connection is closed."""
    with WebhookEndpoint(hang) as endpoint:
        answered = posted(endpoint.url(), patience=IMPATIENT)

    assert (answered.status, answered.error) == (None, "timed out after 0.2 s")
    assert answered.wall_seconds >= 0.2


@pytest.mark.requirement("WH-4")
def test_a_receiver_that_is_not_there_is_an_attempt_that_failed() -> None:
    """WH-4: nobody listens, no such host, and a host that no resolver takes."""
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
def test_one_receiver_is_spoken_to_over_one_connection_after_the_other() -> None:
    """WH-4: a failure does not spoil the next attempt."""
    with WebhookEndpoint(reset, answer(500), say(b"?"), answer(200)) as endpoint:
        found = all_posted([endpoint.url()] * 4)

    assert [each.status for each in found] == [None, 500, None, 200]


@pytest.mark.requirement("REQ-10")
def test_a_receiver_with_a_private_authority_is_trusted_where_it_is_named(
    authority: trustme.CA, ca_file: Path
) -> None:
    """REQ-10: certificates are verified; an extra authority is a setting."""
    with WebhookEndpoint(tls=serving(authority.issue_cert("localhost"))) as endpoint:
        answered = posted(endpoint.url("localhost"), sender=HttpWebhookSender(trust(ca_file)))

    assert (answered.status, answered.error) == (200, None)
    assert endpoint.requests[0].body == BODY


@pytest.mark.requirement("REQ-10")
def test_a_certificate_that_proves_nothing_is_an_attempt_that_failed(authority: trustme.CA, ca_file: Path) -> None:
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
    """REQ-10: the system's authorities alone, or nobody's."""
    context = serving(authority.issue_cert("elsewhere.example"))
    with WebhookEndpoint(tls=context) as endpoint:
        strict = posted(endpoint.url())
        lax = posted(endpoint.url(), sender=HttpWebhookSender(trust(insecure=True)))

    assert "CERTIFICATE_VERIFY_FAILED" in (strict.error or "")
    assert lax.status == 200


def test_https_spoken_to_a_plain_receiver_is_an_attempt_that_failed() -> None:
    """And the other way round."""
    with WebhookEndpoint(say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as plain:
        answered = posted(plain.url().replace("http:", "https:"), patience=SECOND)

    assert answered.status is None
    assert answered.error


def test_a_receiver_that_hangs_takes_no_place_from_another() -> None:
    """At most so many attempts at one receiver: a hundred at a dead one, and one more goes straight to another."""

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
    """A gateway in process is used by many short loops."""
    sender = HttpWebhookSender()
    with WebhookEndpoint() as endpoint:
        found = [posted(endpoint.url(), sender=sender) for _ in range(2)]

    asyncio.run(sender.close())
    assert [each.status for each in found] == [200, 200]


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff\x00"])
def test_a_file_without_a_certificate_is_no_authority(content: bytes, tmp_path: Path) -> None:
    """An error at once, and not at the first notification."""
    path = tmp_path / "ca.pem"
    path.write_bytes(content)

    for file in (path, tmp_path / "none.pem"):
        with pytest.raises(OSError, match=r"PEM|CERTIFICATE|No such file|header"):
            trust(file)
