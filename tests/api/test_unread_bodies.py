"""Bodies of requests that need none, and requests during which a reset or an advance happens."""

from __future__ import annotations

import hashlib

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.raw_client import RawConnection, raw_request
from tests.support import ADMIN, SessionClient, assert_control

BODY = b'{"destination":"+447700900123","text":"Hi"}'
FROZEN = {"clock": {"mode": "frozen", "at": "2026-01-15T09:00:00Z"}}


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/Admin/send/"),
        ("PUT", "/api/Admin/send"),
        ("POST", "/api/Services/checkServiceStatus"),
        ("POST", "/api/Admin/checkServiceStatus"),
    ],
)
def test_the_journal_has_a_body_that_no_operation_read(method: str, path: str) -> None:
    """BAD-5: of an unknown path with a trailing slash; with its length and hash."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        answer = client.request(method, path, content=BODY)
        found = client.get(f"/_control/exchanges/{answer.headers['X-Mock-Exchange']}").json()["request"]

    assert (found["body"], found["body_length"]) == (BODY.decode(), len(BODY))
    assert found["body_sha256"] == hashlib.sha256(BODY).hexdigest()


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize("path", ["/api/Admin/send", "/api/Services/checkServiceStatus"])
@pytest.mark.parametrize("declared", [True, False])
def test_the_journal_has_no_hash_of_a_body_that_is_too_large(path: str, declared: bool) -> None:
    """BAD-5: the body was not read to its end, so there is no hash and no body."""
    body = b"x" * (1024 * 1024 + 1)
    content = body if declared else iter([body[:1000], body[1000:]])
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False, auth=ADMIN) as client:
        answer = client.post(path, content=content)
        found = client.get(f"/_control/exchanges/{answer.headers['X-Mock-Exchange']}").json()["request"]

    assert answer.status_code == 413
    assert (found["body"], found["body_sha256"]) == (None, None)
    assert found["body_length"] == (len(body) if declared else None)


def test_a_request_that_is_complete_after_a_reset_belongs_to_the_new_world() -> None:
    """The journal has it, and its message names its exchange."""
    with (
        MockGateway() as gateway,
        httpx2.Client(base_url=gateway.url, trust_env=False) as client,
        RawConnection(gateway.url) as slow,
    ):
        world = SessionClient(client, assert_control(client.post("/_control/sessions"), 201)["id"])
        slow.send(raw_request(f"{world.prefix}/api/Admin/send", BODY[:5], declared=len(BODY)))
        next(found for _ in range(1000) if (found := world.exchanges()))
        world.control("POST", "/reset")
        world.send(text="another")
        slow.send(BODY[5:])
        answer = slow.answer()
        messages = client.get(f"{world.prefix}/_control/messages").json()["messages"]

    assert (answer.status, answer.headers["x-mock-exchange"]) == (200, "2")
    assert [(each["text"], each["exchange"]) for each in messages] == [("Hi", "2"), ("another", "1")]


@pytest.mark.requirement("AF-4")
def test_a_request_is_decided_at_the_time_when_it_is_complete() -> None:
    """AF-4: the window has passed when the body ends, although the head came earlier."""
    scenario = {"version": 1, "anti_flooding": {"volume": {"limit": 1, "window": "1h"}}}
    with (
        MockGateway() as gateway,
        httpx2.Client(base_url=gateway.url, trust_env=False) as client,
        RawConnection(gateway.url) as slow,
    ):
        created = assert_control(client.post("/_control/sessions", json={"scenario": scenario, **FROZEN}), 201)
        world = SessionClient(client, created["id"])
        world.send(text="first")
        slow.send(raw_request(f"{world.prefix}/api/Admin/send", BODY[:5], declared=len(BODY)))
        next(found for _ in range(1000) if len(found := world.exchanges()) > 1)
        world.control("POST", "/clock/advance", {"seconds": 3600})
        slow.send(BODY[5:])
        answer = slow.answer()

    assert answer.status == 200
