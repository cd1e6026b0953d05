"""WCAG 2.2 AA on every view: in light and dark, on a desk and on a phone, filled and empty, in both languages."""

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
    """No violation in either scheme, nor on a phone; and no line that one has to scroll to the side for."""
    page = window.page
    found = []
    for look, size in LOOKS.items():
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        window.resize(size)
        # Colours are all that another scheme changes.
        found += [f"{view}, {look}: {said}" for said in violations(page, only_colours=look == "dark")]
    window.resize(NARROWEST)
    wide = page.evaluate("document.documentElement.scrollWidth")
    # Before its session ends: a page that looked for it would find nothing.
    page.goto("about:blank")
    assert found == []
    assert wide <= NARROWEST.width


@pytest.fixture(scope="module", params=LANGUAGES)
def window(request: pytest.FixtureRequest, browser: Browser, gateway: MockGateway) -> Iterator[Window]:
    """One window for all views: it costs more than a look at a page."""
    windows = BrowserWindows(browser)
    opened = windows(gateway.url, language=LANGUAGES[request.param])
    opened.expect_trouble("404")
    yield opened
    assert list(windows.close()) == []


def look_at(window: Window, world: SessionClient, path: str) -> None:
    """Open a page of a session in the window."""
    window.page.goto(f"{window.base}{world.prefix}/_console{path}")
    assert window.page.evaluate("navigator.language").startswith(window.page.locator("html").get_attribute("lang"))


@pytest.mark.parametrize("view", PATHS)
def test_a_view_with_content_has_no_violation(window: Window, world: SessionClient, view: str) -> None:
    """What is shown of messages, refusals, webhooks."""
    fill(world)
    prepare(world, view)

    look_at(window, world, PATHS[view](world))

    assert_usable(window, view)


@pytest.mark.parametrize("view", OF_AN_EMPTY_SESSION)
def test_an_empty_view_has_no_violation(window: Window, world: SessionClient, view: str) -> None:
    """What teaches."""
    look_at(window, world, OF_AN_EMPTY_SESSION[view](world))

    assert_usable(window, view)


def test_a_violation_is_found(windows: BrowserWindows, world: SessionClient) -> None:
    """A pale colour, and a field without a label: the judge is not blind."""
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
