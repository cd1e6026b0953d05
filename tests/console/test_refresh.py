"""What the open pages of a session share: one look for changes, and one rendering of what they ask for alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2
import pytest

from mock_server.bootstrap import MockServer
from mock_server.console.refresh import Refresh, Refreshes, rest_after
from mock_server.control import SessionControl
from mock_server.control.views.inbox import InboxVerbs
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve
from tests.support import DESTINATION

LIVE = "/_console?part=live"


class Room:
    """A server in process with one page open, and how often its inbox was looked through."""

    def __init__(self, client: httpx2.AsyncClient, control: SessionControl, counted: list[int]) -> None:
        self.client = client
        self.control = control
        self._counted = counted

    async def text(self, path: str, headers: Mapping[str, str] | None = None) -> str:
        """A page."""
        answer = await self.client.get(path, headers=dict(headers or {}))
        assert answer.status_code == 200
        return answer.text

    async def renderings(self, *paths: str, headers: Mapping[str, str] | None = None) -> int:
        """How many inboxes were made for these."""
        before = len(self._counted)
        for path in paths:
            await self.text(path, headers)
        return len(self._counted) - before

    async def send(self, text: str) -> None:
        """A client's send."""
        content = {"destination": DESTINATION, "text": text}
        await self.client.post("/api/Admin/send", json=content, auth=("admin", "admin-secret"))


def in_a_room(
    act: Callable[[Room, Refresh], Awaitable[None]], monkeypatch: pytest.MonkeyPatch, *, kept_for: float = 60.0
) -> None:
    """Do something in a server one page of which is open."""
    counted: list[int] = []
    looked = InboxVerbs.sends

    async def counting(self: InboxVerbs, *args: Any, **asked: Any) -> dict[str, Any]:
        if not (args and args[0].destination is not None):
            counted.append(1)
        return await looked(self, *args, **asked)

    monkeypatch.setattr(InboxVerbs, "sends", counting)
    monkeypatch.setattr("mock_server.console.refresh._KEPT_FOR", kept_for)
    refreshes = Refreshes()
    monkeypatch.setattr("mock_server.console.routes.Refreshes", lambda: refreshes)

    async def run() -> None:
        server = MockServer(load_scenario(resolve("default")))
        control = server.sessions_api.control(server.default)
        transport = httpx2.ASGITransport(app=server.app)
        async with server.lifespan(), httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            with refreshes.joined(control) as refresh:
                await act(Room(client, control, counted), refresh)

    asyncio.run(asyncio.wait_for(run(), 20))


def test_pages_that_ask_for_the_same_are_shown_one_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pages that are told of a change cost one rendering."""

    async def act(room: Room, _: Refresh) -> None:
        assert await room.renderings(*[LIVE] * 10) == 1

    in_a_room(act, monkeypatch)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/_console?part=live&q=x", {}),
        (LIVE, {"Accept-Language": "it"}),
        (LIVE, {"Host": "127.0.0.1"}),
    ],
)
def test_whoever_asks_for_something_else_is_shown_that(
    path: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another query, language or name of the server is another page."""

    async def act(room: Room, _: Refresh) -> None:
        await room.text(LIVE)
        assert await room.renderings(path, headers=headers) == 1

    in_a_room(act, monkeypatch)


def test_whoever_loads_a_page_is_never_shown_an_older_one_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a message would be seen, gone, and seen again."""

    async def act(room: Room, _: Refresh) -> None:
        await room.text(LIVE)
        await room.send("Hello there")
        assert "Hello there" in await room.text("/_console")
        assert "Hello there" in await room.text(LIVE)

    in_a_room(act, monkeypatch)


def test_whoever_has_changed_something_sees_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the refresh."""

    async def act(room: Room, _: Refresh) -> None:
        await room.send("Hello there")
        (message,) = (await room.control.journal.messages())["messages"]
        page = f"/_console/messages/{message['id']}"
        await room.text(f"{page}?part=live")
        await room.client.post(f"{page}/status", data={"status": "REJECTED"})
        assert "REJECTED" in (await room.text(f"{page}?part=live")).partition("timeline")[2].partition("</ol>")[0]

    in_a_room(act, monkeypatch)


def test_what_changes_after_a_rendering_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page stays out of date: the change makes a refresh, and the refresh ends the rendering."""

    async def act(room: Room, refresh: Refresh) -> None:
        await room.text(LIVE)
        await room.send("Hello there")
        assert await refresh.after(0, 10)
        assert "Hello there" in await room.text(LIVE)

    in_a_room(act, monkeypatch)


def test_a_clock_is_never_shown_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time page is made anew for everybody: it says what time it is."""

    async def act(room: Room, _: Refresh) -> None:
        await room.text("/_console/time?part=live")
        await room.control.clock.freeze({"at": "2026-01-15T09:00:00Z"})
        assert "2026-01-15T09:00:00Z" in await room.text("/_console/time?part=live")

    in_a_room(act, monkeypatch)


def test_what_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory for renderings is bounded, whatever is sent."""
    monkeypatch.setattr("mock_server.console.refresh._MOST_KEPT", 100)

    async def act(room: Room, _: Refresh) -> None:
        assert await room.renderings(LIVE, LIVE) == 2

    in_a_room(act, monkeypatch)


def test_a_rendering_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes by itself, as the time of a stub does, is seen when somebody looks."""

    async def act(room: Room, _: Refresh) -> None:
        assert await room.renderings(LIVE, LIVE) == 2

    in_a_room(act, monkeypatch, kept_for=-1.0)


def test_the_longer_looks_take_the_rarer_they_are() -> None:
    """So that open pages, however many, leave the server to those who send."""
    assert [rest_after(spent) for spent in (0.0, 0.01, 0.06, 0.3, 3600.0)] == pytest.approx([0.8, 0.8, 2, 3, 3])


def test_where_no_page_is_open_nothing_is_looked_for() -> None:
    """The last page that is closed ends the refresh of its session."""

    async def closed() -> None:
        server = MockServer(load_scenario(resolve("default")))
        control, refreshes = server.sessions_api.control(server.default), Refreshes()
        with refreshes.joined(control) as first, refreshes.joined(control) as second:
            assert first is second
            assert refreshes.of(control) is first
        assert refreshes.of(control) is None
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait({task})
        assert task.cancelled()

    asyncio.run(closed())


def test_a_session_that_ends_ends_its_beat() -> None:
    """Its pages are told so that their streams can end."""

    async def ended() -> bool:
        server = MockServer(load_scenario(resolve("default")))
        session = server.sessions_api.create({"name": "short"})
        async with server.lifespan():
            with Refreshes().joined(server.sessions_api.control(session)) as refresh:
                await asyncio.sleep(0)
                server.sessions_api.delete("short")
                assert await refresh.after(0, 10)
                return refresh.over

    assert asyncio.run(ended())
