"""A browser without scripts: pages are not refreshed, and everything else works."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.browser.views import PARCEL, WATCHED, fill
from tests.console.browser.windows import PHONE, BrowserWindows, Window
from tests.support import SessionClient


@pytest.fixture
def plain(windows: BrowserWindows, world: SessionClient) -> Window:
    """A window without scripts on a session with messages."""
    fill(world)
    return windows(world, javascript=False, size=PHONE)


def test_messages_are_found_and_read(plain: Window) -> None:
    """Search, conversation, message, by forms and links."""
    page = plain.open()

    page.get_by_role("searchbox").fill("parcels.example")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".conversation")).to_have_count(1)
    page.locator(".conversation").click()
    expect(page.get_by_role("heading", name=PARCEL)).to_be_visible()
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", name="Why this answer")).to_be_visible()
    page.get_by_role("link", name="Back to the conversation").click()
    expect(page.get_by_role("heading", name=PARCEL)).to_be_visible()


def test_a_status_is_set(plain: Window, world: SessionClient) -> None:
    """An illegal change is refused on a page with a link back."""
    plain.expect_errors("409")
    page = plain.open(f"?to=%2B{PARCEL[1:]}")
    page.get_by_role("link", name="Details").first.click()

    page.get_by_label("Change the status to").select_option("DELIVERED")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("delivered")
    page.get_by_label("Change the status to").select_option("SENT")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_text("after DELIVERED may come")).to_be_visible()
    page.get_by_role("link", name="Back to the inbox").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_a_failure_is_armed_and_disarmed(plain: Window, world: SessionClient) -> None:
    """The armed stub is shown, and applies."""
    world.request("DELETE", "/_control/stubs")
    page = plain.open("/forcing")

    page.get_by_role("button", name="61 Message in watchlist").click()
    expect(page.get_by_role("region", name="Armed now").get_by_role("listitem")).to_contain_text("61")
    assert world.send("Hello").json()["code"] == 61
    page.reload()
    expect(page.get_by_text("used up")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing is armed")).to_be_visible()


def test_a_message_is_sent(plain: Window, world: SessionClient) -> None:
    """The next page shows the answer."""
    page = plain.open("/compose")

    page.get_by_label("To", exact=True).fill("+447700900125")
    page.get_by_label("Text", exact=True).fill("Written without a script")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("region", name="answer").get_by_text("Accepted for delivery")).to_be_visible()
    assert world.messages()[0]["text"] == "Written without a script"


def test_the_clock_is_advanced(plain: Window) -> None:
    """The events on the way are listed."""
    page = plain.open("/time")

    page.get_by_role("button", name="+1 min").click()

    expect(
        page.get_by_role("region", name="What happened during the advance").get_by_role("listitem").first
    ).to_be_visible()


def test_a_refusal_is_explained(plain: Window) -> None:
    """Its rules open without scripts."""
    page = plain.open(f"?to=%2B{WATCHED[1:]}")
    page.get_by_role("link", name="Details").click()

    page.get_by_text("rules checked").click()

    expect(page.get_by_text("The destination is on the watchlist").first).to_be_visible()
    expect(page.get_by_role("rowheader", name="watchlist")).to_be_visible()
