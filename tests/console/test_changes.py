"""Which changes refresh an open page, and when its event stream ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx2
import pytest

from mock_server.bootstrap import MockServer
from mock_server.control import SessionControl
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve
from mock_server.testing import MockGateway
from tests.support import SessionClient

Act = Callable[[httpx2.AsyncClient], Awaitable[Any]]


def posting(path: str, content: object) -> Act:
    """A request that is made while the page is open."""
    return lambda client: client.post(path, json=content)


SEEN: dict[str, Act] = {
    "a send": lambda client: client.post(
        "/api/Admin/send", json={"destination": "+447700900123", "text": "Hi"}, auth=("admin", "admin-secret")
    ),
    "a refusal": lambda client: client.post("/api/Admin/send", json={}, auth=("admin", "admin-secret")),
    "a stub that is armed": posting("/_control/stubs", {"then": {"refuse": 61}}),
    "a clock that is stopped": posting("/_control/clock/freeze", {"at": "2026-01-15T09:00:00Z"}),
    "another scenario": lambda client: client.patch("/_control/scenario", json={"watchlist": ["+447700900999"]}),
    "a reset": posting("/_control/reset", {}),
}


async def states(act: Act | None) -> tuple[object, object]:
    """The state before and after an action."""
    server = MockServer(load_scenario(resolve("default")))
    control: SessionControl = server.sessions_api.control(server.default)
    transport = httpx2.ASGITransport(app=server.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        before = await control.changes.state()
        if act is not None:
            await act(client)
        return before, await control.changes.state()


@pytest.mark.parametrize("act", SEEN)
def test_every_visible_change_changes_the_state(act: str) -> None:
    """By a client, by the control API, or by another page."""
    before, after = asyncio.run(states(SEEN[act]))

    assert before != after


def test_the_state_is_constant_while_nothing_happens() -> None:
    """The passage of time is no change while no message is on its way."""
    before, after = asyncio.run(states(None))

    assert before == after


def test_a_reading_request_is_no_change() -> None:
    """A refresh of a page must not cause another refresh."""
    before, after = asyncio.run(states(lambda client: client.get("/_console")))

    assert before == after


def test_two_sessions_of_one_name_are_never_in_the_same_state() -> None:
    """A page of a deleted session notices that a new session has its name."""

    async def both() -> list[object]:
        server = MockServer(load_scenario(resolve("default")))
        found: list[object] = []
        for _ in range(2):
            session = server.sessions_api.create({"name": "again", "seed": 7, "clock": {"mode": "frozen"}})
            found.append(await server.sessions_api.control(session).changes.state())
            server.sessions_api.delete("again")
        return found

    first, second = asyncio.run(both())

    assert first != second


def test_a_page_that_subscribes_late_is_notified_that_the_session_has_ended() -> None:
    """A session may be deleted between loading its page and opening its stream."""

    async def late() -> bool:
        server = MockServer(load_scenario(resolve("default")))
        control = server.sessions_api.control(server.sessions_api.create({"name": "brief"}))
        server.sessions_api.delete("brief")
        with control.changes.ending() as ended:
            return ended.is_set()

    assert asyncio.run(late())


def test_a_stream_sends_an_event_at_once_and_on_each_change(world: SessionClient) -> None:
    """At once, because the page may be older than its stream."""
    with world.client.stream("GET", f"{world.prefix}/_console/changes") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert _next_event(lines) == "changed"
        with httpx2.Client(base_url=world.client.base_url, trust_env=False) as other:
            SessionClient(other, world.name).send("Hello")
        assert _next_event(lines) == "changed"


def test_a_head_request_for_the_stream_is_answered(world: SessionClient) -> None:
    """It does not wait for events."""
    answer = world.client.head(f"{world.prefix}/_console/changes")

    assert answer.headers["content-type"].startswith("text/event-stream")


def test_the_stream_ends_with_its_session() -> None:
    """No page waits for a deleted session."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, timeout=5, trust_env=False) as client:
        client.post("/_control/sessions", json={"name": "short"})
        with client.stream("GET", "/~short/_console/changes") as answer:
            lines = answer.iter_lines()
            assert _next_event(lines) == "changed"
            httpx2.delete(f"{gateway.url}/_control/sessions/short")
            assert not [line for line in lines if line.startswith("event:")]


def _next_event(lines: Iterator[str]) -> str:
    return next(line.removeprefix("event: ") for line in lines if line.startswith("event: "))
