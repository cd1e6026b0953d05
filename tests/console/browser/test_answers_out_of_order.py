"""Answers that overtake each other: somebody sees the page that they asked for last."""

from __future__ import annotations

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.console.browser.views import BANK, PARCEL, fill
from tests.console.browser.windows import Window
from tests.support import SessionClient

_WATCH = """(part) => {
    window.handled = new Promise((done) => document.addEventListener("htmx:finally:request", (event) => {
        if (event.detail.ctx.request.action.includes(part)) setTimeout(done);
    }));
}"""


class HeldAnswer:
    """The page gets the answer to the next request for a URL that contains `part` with `let_through`."""

    def __init__(self, page: Page, part: str) -> None:
        self._page, self._part = page, part
        self._held: list[Route] = []
        page.route(lambda url: part in url, self._hold)

    def let_through(self, answer: APIResponse | None = None) -> None:
        """Return when the page has handled the answer: `answer`, or else what the server says now."""
        self._page.evaluate(_WATCH, self._part)
        if answer:
            self._held[0].fulfill(response=answer)
        else:
            self._held[0].continue_()
        self._page.evaluate("window.handled")

    def fetch(self) -> APIResponse:
        """What the server says now."""
        return self._held[0].fetch()

    def _hold(self, route: Route) -> None:
        if self._held:
            route.fallback()
        else:
            self._held.append(route)


def expect_thread(page: Page, destination: str) -> None:
    """The thread of a destination is shown."""
    expect(page.get_by_role("heading", name=destination, exact=True)).to_be_visible()


def test_a_late_page_does_not_replace_the_page_of_a_later_click(window: Window, world: SessionClient) -> None:
    """Somebody clicks two links, and the page of the first comes last."""
    fill(world)
    page = window.open()
    first = HeldAnswer(page, f"to=%2B{BANK[1:]}")

    page.get_by_role("link", name=BANK).first.click()
    page.get_by_role("link", name=PARCEL).first.click()
    expect_thread(page, PARCEL)
    first.let_through()

    expect_thread(page, PARCEL)
    assert PARCEL[1:] in page.url


def test_a_late_refresh_does_not_replace_the_next_page(window: Window, world: SessionClient) -> None:
    """A message arrives, and somebody clicks a link before its refresh has come."""
    fill(world)
    page = window.open(f"?to=%2B{BANK[1:]}")
    expect_thread(page, BANK)
    refresh = HeldAnswer(page, "part=")
    with page.expect_request(lambda request: "part=" in request.url):
        world.send("One more", BANK)

    page.get_by_role("link", name=PARCEL).first.click()
    expect_thread(page, PARCEL)
    refresh.let_through()

    expect_thread(page, PARCEL)


def test_a_page_is_refreshed_when_the_refresh_of_the_page_before_it_came_late(
    window: Window, world: SessionClient
) -> None:
    """The page is rendered, a message arrives, and only the page before it asks for the refresh."""
    fill(world)
    page = window.open(f"?to=%2B{BANK[1:]}")
    expect_thread(page, BANK)
    rendered = HeldAnswer(page, f"to=%2B{PARCEL[1:]}")
    page.get_by_role("link", name=PARCEL).first.click()
    answer = rendered.fetch()
    refresh = HeldAnswer(page, "part=")
    with page.expect_request(lambda request: "part=" in request.url):
        world.send("One more", PARCEL)

    rendered.let_through(answer)
    expect_thread(page, PARCEL)
    refresh.let_through()

    expect(page.locator(".text", has_text="One more")).to_be_visible()
