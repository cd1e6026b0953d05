"""A page that is refreshed often: what a tester is doing on it is not disturbed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.browser.views import PARCEL, fill, newest
from tests.console.browser.windows import Window
from tests.support import ORDINARY, SessionClient

MANY = 2000


@pytest.fixture
def busy(world: SessionClient) -> SessionClient:
    """A session with a conversation that is longer than a screen."""
    fill(world)
    for number in range(30):
        world.send(f"Parcel {number}", PARCEL)
    return world


def arrive(world: SessionClient) -> str:
    """Send many messages to many numbers; return the text of the last."""
    for number in range(MANY):
        world.send(f"Arrival {number}", f"+1202555{number % 997:04}", auth=ORDINARY, operation="Services")
    return f"Arrival {MANY - 1}"


def test_typed_text_stays_while_messages_arrive(window: Window, busy: SessionClient) -> None:
    """As do the scroll position and the focus."""
    page = window.open(f"?to=%2B{PARCEL[1:]}")
    expect(page.get_by_text("Parcel 29").first).to_be_visible()
    page.get_by_role("searchbox").press_sequentially("half a wo")
    page.evaluate("scrollTo(0, 500)")

    last = arrive(busy)

    expect(page.locator(".conversation").get_by_text(last, exact=True)).to_be_attached()
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("half a wo")
    assert page.evaluate("document.activeElement.selectionStart") == len("half a wo")
    assert page.evaluate("scrollY") == 500
    expect(page.get_by_role("heading", name=PARCEL)).to_be_attached()


def test_a_focused_link_keeps_the_focus_while_messages_arrive(window: Window, busy: SessionClient) -> None:
    """Otherwise the keyboard would start at the top again."""
    page = window.open(f"?to=%2B{PARCEL[1:]}")
    bubble = page.get_by_role("listitem").filter(has_text="Parcel 7 ").first
    bubble.get_by_role("link").focus()
    focused = page.evaluate("document.activeElement.href")
    place = page.evaluate("scrollY")

    last = arrive(busy)

    expect(page.locator(".conversation").get_by_text(last, exact=True)).to_be_attached()
    assert page.evaluate("document.activeElement.href") == focused
    assert page.evaluate("scrollY") == place


def test_opened_details_stay_open(window: Window, busy: SessionClient) -> None:
    """The rules on a message's page."""
    page = window.open(f"/messages/{newest(busy, PARCEL)['id']}")
    page.get_by_text("rules checked").click()
    expect(page.get_by_role("cell", name="passed").first).to_be_visible()
    place = page.evaluate("scrollY")

    arrive(busy)
    busy.advance(1)

    expect(page.locator(".event-status").filter(has_text="SENT")).to_be_visible()
    expect(page.locator(".event-planned").filter(has_text="SENT")).to_have_count(0)
    expect(page.get_by_role("cell", name="passed").first).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.evaluate("scrollY") == place


def test_chosen_values_stay_chosen(window: Window, busy: SessionClient) -> None:
    """A status and a check box, while the message changes."""
    page = window.open(f"/messages/{newest(busy, PARCEL)['id']}")
    page.get_by_label("Change the status to").select_option("READ")
    page.get_by_label("even if this change is not allowed").check()

    busy.advance(1)

    expect(page.locator(".event-status").filter(has_text="SENT")).to_be_visible()
    expect(page.get_by_label("Change the status to")).to_have_value("READ")
    expect(page.get_by_label("even if this change is not allowed")).to_be_checked()


def test_many_arrivals_cause_few_refreshes(window: Window, world: SessionClient) -> None:
    """A page refreshes about once a second, whatever arrives; the last refresh shows the last message."""
    asked: list[str] = []
    page = window.open()
    page.on("request", lambda request: asked.append(request.url) if "part=live" in request.url else None)
    begun = page.evaluate("performance.now()")

    last = arrive(world)

    expect(page.locator(".conversation").get_by_text(last, exact=True)).to_be_attached()
    seconds = (page.evaluate("performance.now()") - begun) / 1000
    assert 1 <= len(asked) <= seconds + 2
