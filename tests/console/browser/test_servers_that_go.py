"""Open pages and a server that stops, comes again, or loses their session."""

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
"""Seconds in which a server with open pages has to be gone."""

GONE = r"net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)|htmx:(sse:)?error"
"""What a browser says of a server that is not there."""
OFFLINE = "The server does not answer"


def test_a_server_with_five_open_pages_is_gone_in_two_seconds(windows: BrowserWindows) -> None:
    """Each of them holds a stream that never ends by itself."""
    with served() as running:
        for _ in range(5):
            window = windows(running.url)
            window.expect_trouble(GONE)
            with window.page.expect_response("**/_console/changes"):
                window.open()

        assert running.stop() < LIMIT


def test_a_page_finds_its_server_again_by_itself(windows: BrowserWindows) -> None:
    """Nobody has to reload it: it says that the server is gone, and then shows what the new one has."""
    with served() as first:
        window = windows(first.url)
        window.expect_trouble(GONE)
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
    """And shows the sessions that there are when it is opened again."""
    window.expect_trouble("404|htmx:(sse|response):error")
    page = window.open()
    world.client.delete(f"/_control/sessions/{world.name}")

    expect(page.get_by_role("status").filter(has_text="This session is there no longer")).to_be_visible()


def test_a_page_lives_though_its_scripts_come_late(window: Window) -> None:
    """The one that opens the stream comes after the one that looks for what is to be opened."""
    held: list[Route] = []
    window.context.route("**/hx-sse*", partial(_hold, held))
    window.page.goto(f"{window.base}/_console", wait_until="commit")
    window.page.evaluate(_ONCE_HTMX_COULD_HAVE_LOOKED)

    with window.page.expect_response("**/_console/changes") as told:
        held[0].continue_()

    assert told.value.status == 200


def test_a_page_whose_first_try_fails_tries_again(window: Window) -> None:
    """A server that stops just then, or is asked for too much at once."""
    window.expect_trouble("ERR_FAILED|htmx:error")
    window.context.route("**/_console/changes", lambda route: route.abort(), times=1)
    page = window.open()

    expect(page.get_by_role("status").filter(has_text=OFFLINE)).to_be_visible()
    expect(page.get_by_text(OFFLINE)).to_have_count(0)


def _hold(held: list[Route], route: Route) -> None:
    held.append(route)
