"""Bodies of requests that need none, and requests that a reset or the clock overtakes."""

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
def test_a_body_stands_in_the_journal_though_nothing_was_read_from_it(method: str, path: str) -> None:
    """BAD-5: a trailing slash is what a tester looks up; length and hash are those of what came."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        answer = client.request(method, path, content=BODY)
        found = client.get(f"/_control/exchanges/{answer.headers['X-Mock-Exchange']}").json()["request"]

    assert (found["body"], found["body_length"]) == (BODY.decode(), len(BODY))
    assert found["body_sha256"] == hashlib.sha256(BODY).hexdigest()


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize("path", ["/api/Admin/send", "/api/Services/checkServiceStatus"])
@pytest.mark.parametrize("declared", [True, False])
def test_of_a_body_that_is_too_large_nothing_is_claimed(path: str, declared: bool) -> None:
    """BAD-5: nobody read it to its end; no hash and no body are better than those of an empty one."""
    body = b"x" * (1024 * 1024 + 1)
    content = body if declared else iter([body[:1000], body[1000:]])
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False, auth=ADMIN) as client:
        answer = client.post(path, content=content)
        found = client.get(f"/_control/exchanges/{answer.headers['X-Mock-Exchange']}").json()["request"]

    assert answer.status_code == 413
    assert (found["body"], found["body_sha256"]) == (None, None)
    assert found["body_length"] == (len(body) if declared else None)


def test_a_request_that_a_reset_overtakes_belongs_to_what_comes_after_it() -> None:
    """Nothing is lost from the journal, and a message names the exchange that it came with."""
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
    """AF-4: the window has passed by the clock before the body ends, whenever its head came."""
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
