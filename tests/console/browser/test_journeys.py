"""Six journeys of a tester who writes no YAML, on the gateway that README's one command starts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.serving import ServedGateway, served
from tests.console.browser.windows import BrowserWindows
from tests.support import DESTINATION, SessionClient

CODE = "428371"


@pytest.fixture(scope="module")
def readme() -> Iterator[ServedGateway]:
    """`sms-mock serve`, as `make serve` has it."""
    with served() as running:
        yield running


@pytest.fixture
def quiet(readme: ServedGateway) -> SessionClient:
    """A session of its own, whose clock stands still until somebody moves it."""
    return readme.world()


def on_the_clipboard(page: Page) -> str:
    """What was copied."""
    found: str = page.evaluate("navigator.clipboard.readText()")
    return found


def test_a_first_visit(windows: BrowserWindows, readme: ServedGateway) -> None:
    """The start names the page; the page says how to send; and what is sent stands on it."""
    window = windows(readme.url, clipboard=True)
    page = window.page
    page.goto(readme.url)
    expect(page).to_have_url(readme.page)
    expect(page.get_by_role("heading", name="Nothing has been sent yet")).to_be_visible()

    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    subprocess.run(["bash", "-c", on_the_clipboard(page)], check=True, capture_output=True)  # noqa: S603, S607

    expect(page.get_by_role("heading", name=DESTINATION)).to_be_visible()
    expect(page.get_by_role("list").get_by_text(f"Your code is {CODE}").last).to_be_visible()
    page.get_by_role("button", name=f"Copy code {CODE}").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert on_the_clipboard(page) == CODE


def test_a_message_is_seen_to_arrive(windows: BrowserWindows, quiet: SessionClient) -> None:
    """Without a reload: first the message, then what becomes of it."""
    page = windows(quiet).open()
    expect(page.get_by_role("heading", name="Nothing has been sent yet")).to_be_visible()

    quiet.send("Your parcel is on its way")

    conversation = page.get_by_role("link", name=DESTINATION)
    expect(conversation).to_contain_text("Your parcel is on its way")
    expect(conversation).to_contain_text("accepted")
    quiet.advance(1)
    expect(conversation).to_contain_text("sent")
    quiet.advance(5)
    expect(conversation).to_contain_text("delivered")


def test_the_next_send_is_made_to_fail(windows: BrowserWindows, quiet: SessionClient) -> None:
    """By one button, once: what is armed is seen on every page until it is used up, and then all is well."""
    page = windows(quiet).open()
    page.get_by_role("link", name="Make it fail").click()
    expect(page.get_by_text("Nothing is armed")).to_be_visible()

    page.get_by_label("Number", exact=True).fill(DESTINATION)
    page.get_by_role("button", name="64 SMS provider not available").click()
    armed = page.get_by_role("region", name="Armed now").get_by_role("listitem")
    expect(armed).to_contain_text("64 SMS provider not available")
    expect(armed).to_contain_text(DESTINATION)
    expect(armed).to_contain_text("once")
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("banner").get_by_role("link", name="armed")).to_be_visible()

    assert quiet.send("Hello", "+447700900125").status_code == 200
    assert quiet.send("Hello").json()["code"] == 64
    assert quiet.send("Hello again").status_code == 200

    expect(page.get_by_role("banner").get_by_role("link", name="armed")).to_have_count(0)
    page.get_by_role("link", name=DESTINATION).click()
    refused = page.get_by_role("listitem").filter(has_text="refused 64")
    expect(refused).to_contain_text("forced")
    refused.get_by_role("link", name="Details").click()
    expect(page.get_by_role("region", name="Why this answer")).to_contain_text("Without the stub: accepted")


def test_what_is_armed_is_disarmed(windows: BrowserWindows, quiet: SessionClient) -> None:
    """For ever is until somebody thinks better of it."""
    page = windows(quiet).open("/forcing")
    page.get_by_label("until I disarm it").check()
    page.get_by_role("button", name="drop Answered").click()
    expect(page.get_by_role("region", name="Armed now").get_by_role("listitem")).to_contain_text("until disarmed")
    expect(page.get_by_label("until I disarm it")).to_be_checked()

    page.get_by_role("button", name="Disarm").click()

    expect(page.get_by_text("Nothing is armed")).to_be_visible()
    assert quiet.send("Hello").status_code == 200
    assert len(quiet.messages()) == 1


def test_the_scenario_is_switched(windows: BrowserWindows, quiet: SessionClient) -> None:
    """By one click; and by a link that anybody may follow, into a session of their own."""
    page = windows(quiet).open()
    page.get_by_role("link", name="Scenarios").click()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="No provider can take"))
    card.get_by_role("button", name="Use this scenario").first.click()

    expect(card.get_by_text("active", exact=True)).to_be_visible()
    assert quiet.send("Hello").json()["code"] == 64

    card.get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("img", name="QR code of")).to_be_visible()
    link = page.get_by_text("/_console/open?scenario=", exact=False).first.inner_text()
    page.goto(link)
    page.get_by_role("button", name="Open a session").click()
    expect(page.get_by_role("heading", name="Nothing has been sent yet")).to_be_visible()
    session = page.url.partition("/~")[2].partition("/")[0]
    assert session not in {"", quiet.name}
    assert SessionClient(quiet.client, session).send("Hello").json()["code"] == 64


def test_time_is_moved_and_a_webhook_tried_again(windows: BrowserWindows, quiet: SessionClient) -> None:
    """The receiver fails once. Nobody waits for the gateway's next try: time is moved to it."""
    quiet.request("PUT", "/_control/receiver/shop", {"answer": 500, "times": 1})
    receiver = quiet.receiver("shop")
    quiet.send("Your parcel is on its way", webhook={"url": receiver})
    page = windows(quiet).open()

    page.get_by_role("link", name="Time").click()
    expect(page.get_by_text("frozen", exact=True)).to_be_visible()
    expect(page.get_by_role("timer")).to_have_text("09:00:00")
    page.get_by_role("button", name="+1 min").click()

    expect(page.get_by_role("timer")).to_have_text("09:01:00")
    fired = page.get_by_role("region", name="What happened during the advance")
    expect(fired.get_by_role("listitem").filter(has_text="attempt 1: failed")).to_contain_text("HTTP 500")
    expect(fired.get_by_role("listitem").filter(has_text="Webhook for SENT, attempt 2: succeeded")).to_be_visible()
    page.get_by_role("button", name="Until nothing is left to do").click()
    expect(page.get_by_text("Nothing is left to do.")).to_be_visible()

    page.get_by_role("link", name="Show all events").click()
    page.get_by_role("link", name=DESTINATION).first.click()
    expect(page.get_by_role("heading", name=DESTINATION)).to_be_visible()
    timeline = page.get_by_role("region", name="What happened", exact=True)
    expect(timeline.get_by_text("Webhook for SENT, attempt 1: failed")).to_be_visible()
    timeline.get_by_text("Webhook for DELIVERED, attempt 1: succeeded").click()
    expect(timeline.get_by_text('"DELIVERED"').first).to_be_visible()


def test_it_is_found_out_why(windows: BrowserWindows, quiet: SessionClient) -> None:
    """A send was refused: the page says by what, on which ground, and how to do it again."""
    quiet.send("Hello", "+447700900061")
    page = windows(quiet, clipboard=True).open()

    expect(page.get_by_role("link", name="+447700900061")).to_contain_text("refused 61")
    page.get_by_role("link", name="Details").click()

    why = page.get_by_role("region", name="Why this answer")
    expect(why).to_contain_text("The gateway refused the message.")
    expect(why).to_contain_text("The destination is on the watchlist: +447700900061.")
    expect(why).to_contain_text("Requirement WL-1 (documented)")
    page.get_by_text("rules checked").click()
    expect(page.get_by_role("row").filter(has_text="watchlist")).to_contain_text("refused")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    done = subprocess.run(["bash", "-c", on_the_clipboard(page)], check=True, capture_output=True, text=True)  # noqa: S603, S607
    assert "Message in watchlist" in done.stdout
