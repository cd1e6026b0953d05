"""Fixtures for the browser tests: one browser, and windows that must have no error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.console.browser import chromium
from tests.console.browser.windows import PATIENCE, BrowserWindows, Window
from tests.support import SessionClient, SessionFactory


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of a browser belongs to the long part."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser. Not for the whole run: its loop stands in the way of every test that starts one in this thread."""
    expect.set_options(timeout=PATIENCE)
    with chromium.running() as started:
        yield started


@pytest.fixture
def windows(browser: Browser, worlds: SessionFactory) -> Iterator[BrowserWindows]:
    """Opens windows; an error in one of them fails the test.

    They are closed before their sessions end: hence `worlds`.
    """
    opened = BrowserWindows(browser)
    yield opened
    assert list(opened.close()) == []


@pytest.fixture
def window(windows: BrowserWindows, world: SessionClient) -> Window:
    """A window on a new session."""
    return windows(world)
