"""The keyboard alone: every control is reached, its focus is visible, and none traps the focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.views import PARCEL, PATHS, fill
from tests.console.browser.windows import BrowserWindows, Size, Window
from tests.support import SessionClient

MOST_STOPS = 400
LOW = Size(1280, 600)

_STOP = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    const nav = document.querySelector('nav.views');
    const top = at.closest('header, nav, .skip') || !nav ? 0 : nav.getBoundingClientRect().bottom;
    return {
        name: (at.textContent || at.getAttribute('aria-label') || at.name || at.tagName).trim().slice(0, 60),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        seen: box.bottom > top && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.height > 0,
    };
}"""


def stops(page: Page) -> list[dict[str, object]]:
    """Where Tab stops, one after the other, until it leaves the page."""
    found: list[dict[str, object]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None:
            return found
        found.append(stop)
    raise AssertionError(f"Tab goes round and round: {found[-3:]}")


@pytest.mark.parametrize("view", PATHS)
def test_every_focused_control_is_visible(windows: BrowserWindows, world: SessionClient, view: str) -> None:
    """With a ring, inside the window, and not beneath the header; after the last one the focus leaves the page."""
    fill(world)
    window = windows(world, size=LOW)
    if view == "problem":
        window.expect_errors("404")
    page = window.open(PATHS[view](world))

    found = stops(page)

    assert len(found) > 5
    assert [each["name"] for each in found if not each["ring"]] == []
    assert [each["name"] for each in found if not each["seen"]] == []


def test_the_first_stop_skips_the_navigation(window: Window) -> None:
    """Otherwise every page begins with the navigation."""
    page = window.open()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_message_is_found_and_read_with_the_keyboard_alone(windows: BrowserWindows, world: SessionClient) -> None:
    """From the inbox to the explanation: Ctrl+K, a search, Enter, and on."""
    fill(world)
    page = windows(world).open()

    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("order-77")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.partition('/_console')[0]}/_console?q=order-77&state=")
    go_to(page, PARCEL)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=PARCEL)).to_be_visible()
    go_to(page, "Details")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why this answer")).to_be_visible()
    go_to(page, "rules checked")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="passed").first).to_be_visible()


def test_a_failure_is_armed_with_the_keyboard_alone(windows: BrowserWindows, world: SessionClient) -> None:
    """For one number, three times; and disarmed. The focus stays near the pressed button."""
    page = windows(world).open("/forcing")

    go_to(page, "to")
    page.keyboard.type(PARCEL)
    go_to(page, "how")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("this many times:")).to_be_checked()
    go_to(page, "61 Message in watchlist")
    page.keyboard.press("Enter")
    armed = page.get_by_role("region", name="Armed now").get_by_role("listitem")
    expect(armed).to_contain_text("3 times")
    assert "61 Message in watchlist" in page.evaluate(_STOP)["name"]

    page.get_by_role("button", name="Disarm").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is armed")).to_be_visible()


@pytest.mark.parametrize("view", ["inbox", "message", "forcing", "sessions"])
def test_ctrl_k_focuses_the_search(windows: BrowserWindows, world: SessionClient, view: str) -> None:
    """On a page without one, it opens the inbox's."""
    fill(world)
    page = windows(world).open(PATHS[view](world))

    page.keyboard.press("Control+k")

    expect(page.get_by_role("searchbox")).to_be_focused()


def go_to(page: Page, name: str) -> None:
    """Press Tab until the control with this name has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is not None and name in stop["name"]:
            return
    raise AssertionError(f"Tab never reaches {name!r}")
