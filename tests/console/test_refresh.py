"""The refresh of open pages: one check for changes for a session, and one rendering for equal requests."""

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


class OpenedServer:
    """A server in process with one open page; it counts the renderings of the inbox."""

    def __init__(self, client: httpx2.AsyncClient, control: SessionControl, counted: list[int]) -> None:
        self.client = client
        self.control = control
        self._counted = counted

    async def text(self, path: str, headers: Mapping[str, str] | None = None) -> str:
        """A page's text."""
        answer = await self.client.get(path, headers=dict(headers or {}))
        assert answer.status_code == 200
        return answer.text

    async def renderings(self, *paths: str, headers: Mapping[str, str] | None = None) -> int:
        """How many inboxes were rendered for these requests."""
        before = len(self._counted)
        for path in paths:
            await self.text(path, headers)
        return len(self._counted) - before

    async def send(self, text: str) -> None:
        """Send a message."""
        content = {"destination": DESTINATION, "text": text}
        await self.client.post("/api/Admin/send", json=content, auth=("admin", "admin-secret"))


def with_an_open_page(
    act: Callable[[OpenedServer, Refresh], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
    *,
    kept_for: float = 60.0,
) -> None:
    """Run an action on a server with one open page."""
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
                await act(OpenedServer(client, control, counted), refresh)

    asyncio.run(asyncio.wait_for(run(), 20))


def test_equal_requests_share_one_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pages that refresh on one change cost one rendering."""

    async def act(opened: OpenedServer, _: Refresh) -> None:
        assert await opened.renderings(*[LIVE] * 10) == 1

    with_an_open_page(act, monkeypatch)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/_console?part=live&q=x", {}),
        (LIVE, {"Accept-Language": "it"}),
        (LIVE, {"Host": "127.0.0.1"}),
    ],
)
def test_different_requests_have_different_renderings(
    path: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another query, language or host is another rendering."""

    async def act(opened: OpenedServer, _: Refresh) -> None:
        await opened.text(LIVE)
        assert await opened.renderings(path, headers=headers) == 1

    with_an_open_page(act, monkeypatch)


def test_a_refresh_is_never_older_than_the_loaded_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a message would appear, disappear, and appear again."""

    async def act(opened: OpenedServer, _: Refresh) -> None:
        await opened.text(LIVE)
        await opened.send("Hello there")
        assert "Hello there" in await opened.text("/_console")
        assert "Hello there" in await opened.text(LIVE)

    with_an_open_page(act, monkeypatch)


def test_a_change_by_a_form_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the refresh."""

    async def act(opened: OpenedServer, _: Refresh) -> None:
        await opened.send("Hello there")
        (message,) = (await opened.control.journal.messages())["messages"]
        page = f"/_console/messages/{message['id']}"
        await opened.text(f"{page}?part=live")
        await opened.client.post(f"{page}/status", data={"status": "REJECTED"})
        assert "REJECTED" in (await opened.text(f"{page}?part=live")).partition("timeline")[2].partition("</ol>")[0]

    with_an_open_page(act, monkeypatch)


def test_a_change_after_a_rendering_causes_a_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page stays out of date: the change causes a refresh, which drops the rendering."""

    async def act(opened: OpenedServer, refresh: Refresh) -> None:
        await opened.text(LIVE)
        await opened.send("Hello there")
        assert await refresh.after(0, 10)
        assert "Hello there" in await opened.text(LIVE)

    with_an_open_page(act, monkeypatch)


def test_the_time_page_is_never_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows the current time, so it is rendered for each request."""

    async def act(opened: OpenedServer, _: Refresh) -> None:
        await opened.text("/_console/time?part=live")
        await opened.control.clock.freeze({"at": "2026-01-15T09:00:00Z"})
        assert "2026-01-15T09:00:00Z" in await opened.text("/_console/time?part=live")

    with_an_open_page(act, monkeypatch)


def test_a_large_rendering_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory for renderings is bounded."""
    monkeypatch.setattr("mock_server.console.refresh._MOST_KEPT", 100)

    async def act(opened: OpenedServer, _: Refresh) -> None:
        assert await opened.renderings(LIVE, LIVE) == 2

    with_an_open_page(act, monkeypatch)


def test_a_rendering_is_dropped_after_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes by time alone, such as the end of a stub's duration, are shown on the next request."""

    async def act(opened: OpenedServer, _: Refresh) -> None:
        assert await opened.renderings(LIVE, LIVE) == 2

    with_an_open_page(act, monkeypatch, kept_for=-1.0)


def test_slow_checks_are_made_less_often() -> None:
    """Open pages, however many, leave the server to the clients."""
    assert [rest_after(spent) for spent in (0.0, 0.01, 0.06, 0.3, 3600.0)] == pytest.approx([0.8, 0.8, 2, 3, 3])


def test_without_an_open_page_there_are_no_checks() -> None:
    """Closing the last page ends the session's refresh."""

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


def test_the_end_of_a_session_ends_its_refresh() -> None:
    """Its pages are notified, so that their streams end."""

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
