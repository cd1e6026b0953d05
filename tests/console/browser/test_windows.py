"""The checks of this package find what they check for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.console.browser.chromium import NAMES, VARIABLE, NoBrowserError, executable
from tests.console.browser.windows import BrowserWindows, Window
from tests.support import SessionClient

WRONG = {
    "an error that nothing catches": (
        "setTimeout(() => { throw new Error('lost') })",
        "weberror",
        "uncaught: .*lost",
    ),
    "a script in the page": (
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))",
        "console",
        "Content Security Policy",
    ),
    "a style in the page": (
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')",
        "console",
        "Content Security Policy",
    ),
    "a handler in the page": (
        "document.body.insertAdjacentHTML('beforeend', '<img src=nothing onerror=alert(1)>')",
        "console",
        "Content Security Policy",
    ),
    "a word to another origin": ("fetch('http://192.0.2.1/').catch(() => 0)", "console", "Content Security Policy"),
    "a picture of another origin": ("new Image().src = 'http://192.0.2.1/'", "console", "Content Security Policy"),
    "a request that is refused": ("fetch('/~nobody/_console')", "console", "404"),
    "a dialog": ("alert('stop')", "dialog", "a dialog: stop"),
}
"""What a page does, the event that reports it, and the message."""


@pytest.mark.parametrize("kind", WRONG)
def test_each_kind_of_error_in_a_window_is_reported(browser: Browser, world: SessionClient, kind: str) -> None:
    """Otherwise the absence of reports would prove nothing."""
    script, event, said = WRONG[kind]
    windows = BrowserWindows(browser)
    window = windows(world)
    page = window.open()

    with window.context.expect_event(event):
        page.evaluate(script)

    assert re.search(said, "\n".join(windows.close()))


def test_a_window_without_errors_reports_none(window: Window) -> None:
    """An ordinary page."""
    window.open()

    assert window.errors == []


def test_a_missing_browser_is_an_error_with_instructions() -> None:
    """No test is skipped."""
    with pytest.raises(NoBrowserError, match="apt-get install chromium") as error:
        executable({"PATH": "/nowhere"})
    assert all(name in str(error.value) for name in (*NAMES, VARIABLE))

    with pytest.raises(NoBrowserError, match=f"{VARIABLE}: 'no-such-browser' is no program"):
        executable({VARIABLE: "no-such-browser"})
