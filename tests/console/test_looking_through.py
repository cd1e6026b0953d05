"""Searching the inbox: each send once, newest first, within a bounded number of exchanges."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from mock_server.bootstrap import MockServer
from mock_server.control import SessionControl
from mock_server.control.views.inbox import Sought
from mock_server.scenario.loader import scenario_of
from tests.support import DESTINATION

WATCHED = "+447700900061"
SECRET = "admin-secret"

Send = Callable[..., Awaitable[Any]]


def looked(act: Callable[[SessionControl, Send], Awaitable[Any]]) -> Any:
    """The result of an action in a server in process."""

    async def run() -> Any:
        account = {"username": "admin", "password": SECRET, "admin": True}
        flooding = {"volume": {"limit": 1000, "window": "1h"}}
        parts = {"version": 1, "accounts": [account], "watchlist": [WATCHED], "anti_flooding": flooding}
        server = MockServer(scenario_of(parts, "test"))
        transport = httpx2.ASGITransport(app=server.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:

            async def send(text: str, destination: str = DESTINATION) -> Any:
                content = {"destination": destination, "text": text}
                return await client.post("/api/Admin/send", json=content, auth=("admin", SECRET))

            return await act(server.sessions_api.control(server.default), send)

    return asyncio.run(run())


async def pages(control: SessionControl, sought: Sought, limit: int) -> list[list[str]]:
    """The exchanges of each page, newest first."""
    found, before = [], None
    while True:
        listed = await control.inbox.sends(sought, limit=limit, before=before)
        found.append([each["exchange"] for each in listed["sends"]])
        before = listed["older"]
        if before is None:
            return found


@pytest.mark.parametrize(("most", "step"), [(3, 1), (3, 64), (2000, 2)])
@pytest.mark.parametrize("destination", [None, DESTINATION, WATCHED])
def test_pages_list_each_send_once_newest_first(
    most: int, step: int, destination: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages and refusals in one order, for any page size."""
    monkeypatch.setattr("mock_server.control.views.inbox.MOST_SOUGHT", most)
    monkeypatch.setattr("mock_server.control.views.inbox._STEP", step)
    refused = {2, 3, 7, 10, 11, 12}

    async def act(control: SessionControl, send: Send) -> Any:
        for number in range(1, 13):
            await send(f"text {number}", WATCHED if number in refused else DESTINATION)
        return await pages(control, Sought(destination=destination), 4)

    found = [number for page in looked(act) for number in page]

    sends = {None: set(range(1, 13)), WATCHED: refused, DESTINATION: set(range(1, 13)) - refused}[destination]
    assert found == [str(number) for number in sorted(sends, reverse=True)]


@pytest.mark.parametrize(
    ("sought", "numbers"),
    [
        (Sought(state="refused"), ["4", "2"]),
        (Sought(state="accepted"), ["3", "1"]),
        (Sought(text="text 2"), ["2"]),
        (Sought(text="TEXT", state="accepted"), ["3", "1"]),
        (Sought(text=WATCHED[1:]), ["4", "2"]),
        (Sought(state="dropped"), []),
    ],
)
def test_a_search_finds_matches(sought: Sought, numbers: list[str]) -> None:
    """By state, by text in any case, and by number."""

    async def act(control: SessionControl, send: Send) -> Any:
        await control.clock.freeze({})
        for number in range(1, 5):
            await send(f"text {number}", DESTINATION if number % 2 else WATCHED)
        return await pages(control, sought, 10)

    assert looked(act) == [numbers]


@pytest.mark.parametrize(("text", "found"), [(SECRET, 0), ("secret", 0), ("***", 1), ("is *** now", 1), ("it is", 1)])
def test_a_search_does_not_reveal_passwords(text: str, found: int) -> None:
    """It searches what is shown: the text with its password masked."""

    async def act(control: SessionControl, send: Send) -> Any:
        await send(f"it is {SECRET} now")
        return len((await control.inbox.sends(Sought(text=text), limit=10))["sends"])

    assert looked(act) == found


def test_a_search_reads_a_bounded_number_of_exchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search without matches stops at the bound, and the page links to the continuation."""
    monkeypatch.setattr("mock_server.control.views.inbox.MOST_SOUGHT", 5)

    async def act(control: SessionControl, send: Send) -> Any:
        for number in range(12):
            await send(f"text {number}")
        return [await control.inbox.sends(Sought(text="zzz"), limit=10, before=before) for before in (None, "8", "3")]

    assert looked(act) == [{"sends": [], "older": "8"}, {"sends": [], "older": "3"}, {"sends": [], "older": None}]


def test_only_shown_messages_are_read_from_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a hundred thousand messages would dominate the cost of an open page."""
    asked: list[int | None] = []

    async def act(control: SessionControl, send: Send) -> Any:
        for number in range(5):
            await send(f"text {number}")
        store = control.inbox._session.state.store
        messages = store.messages

        async def counted(limit: int | None = None, before: str | None = None) -> Any:
            asked.append(limit)
            return await messages(limit, before)

        monkeypatch.setattr(store, "messages", counted)
        await control.inbox.sends(limit=2)
        await control.inbox.sends(limit=2, before="4")

    looked(act)

    assert asked == [2001, 2003]
