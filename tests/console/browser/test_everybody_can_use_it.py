"""WCAG 2.2 AA on every view: light and dark, desktop and phone, filled and empty, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from mock_server.testing import MockGateway
from tests.console.browser.axe import violations
from tests.console.browser.views import OF_AN_EMPTY_SESSION, PATHS, fill, prepare
from tests.console.browser.windows import DESK, NARROWEST, PHONE, BrowserWindows, Window
from tests.support import SessionClient

LANGUAGES = {"en": "en-GB", "it": "it-IT"}


LOOKS = {"light": DESK, "dark": DESK, "phone": PHONE}


def assert_usable(window: Window, view: str) -> None:
    """Assert that there is no violation in either scheme or on a phone, and no horizontal scrolling."""
    page = window.page
    found = []
    for look, size in LOOKS.items():
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        window.resize(size)
        # Another scheme changes only colours.
        found += [f"{view}, {look}: {said}" for said in violations(page, only_colours=look == "dark")]
    window.resize(NARROWEST)
    wide = page.evaluate("document.documentElement.scrollWidth")
    # Leave the page before its session ends: its refresh would fail.
    page.goto("about:blank")
    assert found == []
    assert wide <= NARROWEST.width


@pytest.fixture(scope="module", params=LANGUAGES)
def window(request: pytest.FixtureRequest, browser: Browser, gateway: MockGateway) -> Iterator[Window]:
    """One window for all views: opening one takes longer than a view."""
    windows = BrowserWindows(browser)
    opened = windows(gateway.url, language=LANGUAGES[request.param])
    opened.expect_errors("404")
    yield opened
    assert list(windows.close()) == []


def open_view(window: Window, world: SessionClient, path: str) -> None:
    """Open a page of a session in the window."""
    window.page.goto(f"{window.base}{world.prefix}/_console{path}")
    assert window.page.evaluate("navigator.language").startswith(window.page.locator("html").get_attribute("lang"))


@pytest.mark.parametrize("view", PATHS)
def test_a_view_with_content_has_no_violation(window: Window, world: SessionClient, view: str) -> None:
    """Messages, refusals, webhooks."""
    fill(world)
    prepare(world, view)

    open_view(window, world, PATHS[view](world))

    assert_usable(window, view)


@pytest.mark.parametrize("view", OF_AN_EMPTY_SESSION)
def test_an_empty_view_has_no_violation(window: Window, world: SessionClient, view: str) -> None:
    """The explanations of empty states."""
    open_view(window, world, OF_AN_EMPTY_SESSION[view](world))

    assert_usable(window, view)


def test_a_violation_is_found(windows: BrowserWindows, world: SessionClient) -> None:
    """A pale colour, and a field without a label."""
    page = windows(world).open()
    page.evaluate(
        """() => {
            const main = document.querySelector('main');
            main.append(document.createElement('input'));
            const pale = Object.assign(document.createElement('p'), {textContent: 'hardly to be read'});
            pale.style.color = '#999';
            pale.style.backgroundColor = '#fff';
            main.append(pale);
        }"""
    )

    said = {each.partition(":")[0] for each in violations(page)}

    assert said == {"label", "color-contrast"}
