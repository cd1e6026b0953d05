"""A gateway that requires a token: the browser submits it once, and then everything works."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import expect

from mock_server.api.guard import Access
from mock_server.testing import MockGateway
from tests.console.browser.axe import violations
from tests.console.browser.windows import PHONE, BrowserWindows
from tests.support import SessionClient

TOKEN = "t0ken-of-the-tests"


@pytest.fixture(scope="module")
def locked() -> Iterator[SessionClient]:
    """The default session of such a gateway."""
    with (
        MockGateway(access=Access(token=TOKEN)) as gateway,
        httpx2.Client(base_url=gateway.url, timeout=20, trust_env=False) as client,
    ):
        yield SessionClient(client, "default")


@pytest.mark.parametrize("language", ["en-GB", "it-IT"])
def test_the_token_form_is_accessible(windows: BrowserWindows, locked: SessionClient, language: str) -> None:
    """In both schemes, on a desktop and on a phone."""
    window = windows(locked, language=language)
    window.expect_errors("401")
    page = window.open()
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    window.resize(PHONE)

    assert found + violations(page) == []


def test_the_token_is_submitted_once(windows: BrowserWindows, locked: SessionClient) -> None:
    """Then the requested page opens, and is refreshed: the cookie is valid for the stream as well."""
    window = windows(locked)
    window.expect_errors("401")
    page = window.open("/forcing")
    expect(page.get_by_role("heading", name="Access restricted")).to_be_visible()

    page.get_by_label("Control token").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Wrong token")).to_be_visible()
    page.get_by_label("Control token").fill(TOKEN)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Make it fail")).to_be_visible()
    page.get_by_role("button", name="61 Message in watchlist").click()
    armed = page.get_by_role("region", name="Armed now")
    expect(armed.get_by_role("listitem")).to_contain_text("61")
    assert locked.send("Hello").json()["code"] == 61
    expect(armed.get_by_text("used up")).to_be_visible()
    assert [each["name"] for each in window.context.cookies() if not each["httpOnly"]] == []
    assert TOKEN not in page.content()
