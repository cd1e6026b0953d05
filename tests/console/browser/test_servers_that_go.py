"""Open pages while the server stops, restarts, or deletes their session."""

from __future__ import annotations

from functools import partial

from playwright.sync_api import Route, expect

from tests.console.browser.serving import served
from tests.console.browser.windows import BrowserWindows, Window
from tests.support import SessionClient

_ONCE_HTMX_COULD_HAVE_LOOKED = """() => new Promise((done) => {
    const look = () => setTimeout(window.htmx ? () => setTimeout(done) : look);
    look();
})"""

LIMIT = 2.0
"""Seconds in which a server with open pages must stop."""

GONE = r"net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)|htmx:(sse:)?error"
"""What a browser reports when the server is unreachable."""
OFFLINE = "The server is not responding"


def test_a_server_with_five_open_pages_stops_in_two_seconds(windows: BrowserWindows) -> None:
    """Each of them has an open stream."""
    with served() as running:
        for _ in range(5):
            window = windows(running.url)
            window.expect_errors(GONE)
            with window.page.expect_response("**/_console/changes"):
                window.open()

        assert running.stop() < LIMIT


def test_a_page_reconnects_to_its_server(windows: BrowserWindows) -> None:
    """Without a reload: it says that the server is unreachable, and then shows the new server's data."""
    with served() as first:
        window = windows(first.url)
        window.expect_errors(GONE)
        page = window.open()
        expect(page.get_by_role("heading", name="Nothing has been sent yet")).to_be_visible()
        port = first.port
        first.stop()
        expect(page.get_by_role("status").filter(has_text=OFFLINE)).to_be_visible()

    with served(port) as second:
        expect(page.get_by_text(OFFLINE)).to_have_count(0)
        world = SessionClient(second.client, "default")
        world.send("Hello from the new one")
        expect(page.get_by_role("listitem").get_by_text("Hello from the new one").first).to_be_visible()


def test_a_page_whose_session_was_deleted_says_so(window: Window, world: SessionClient) -> None:
    """And lists the existing sessions when it is reloaded."""
    window.expect_errors("404|htmx:(sse|response):error")
    page = window.open()
    world.client.delete(f"/_control/sessions/{world.name}")

    expect(page.get_by_role("status").filter(has_text="This session no longer exists")).to_be_visible()


def test_a_page_is_refreshed_even_if_its_scripts_load_late(window: Window) -> None:
    """The script that opens the stream loads after the one that searches the page for streams."""
    held: list[Route] = []
    window.context.route("**/hx-sse*", partial(_hold, held))
    window.page.goto(f"{window.base}/_console", wait_until="commit")
    window.page.evaluate(_ONCE_HTMX_COULD_HAVE_LOOKED)

    with window.page.expect_response("**/_console/changes") as told:
        held[0].continue_()

    assert told.value.status == 200


def test_a_page_whose_first_connection_fails_retries(window: Window) -> None:
    """The server may be stopping or overloaded."""
    window.expect_errors("ERR_FAILED|htmx:error")
    window.context.route("**/_console/changes", lambda route: route.abort(), times=1)
    page = window.open()

    expect(page.get_by_role("status").filter(has_text=OFFLINE)).to_be_visible()
    expect(page.get_by_text(OFFLINE)).to_have_count(0)


def _hold(held: list[Route], route: Route) -> None:
    held.append(route)
