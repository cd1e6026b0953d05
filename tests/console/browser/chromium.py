"""The browser of these tests: the system's Chromium, restricted to this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

VARIABLE = "SMS_MOCK_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

_ARGUMENTS = (
    # In a container and as root there is no sandbox; only the mock's own pages are opened.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # No requests of the browser itself: no updates, no lists of bad sites, no reports.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    # Each test opens a window, and a machine of CI has two cores.
    "--disable-features=SpareRendererForSitePerProcess",
    "--no-proxy-server",
    # The same picture on every screen.
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)


class NoBrowserError(Exception):
    """There is no Chromium; the message says what to install."""


def executable(environment: dict[str, str] | None = None) -> str:
    """The path of the browser.

    Raises:
        NoBrowserError: it is not where the variable says, or nowhere on the path.
    """
    given = (os.environ if environment is None else environment).get(VARIABLE)
    if given:
        found = shutil.which(given)
        if found is None:
            raise NoBrowserError(f"{VARIABLE}: {given!r} is no program that can be run")
        return found
    path = None if environment is None else environment.get("PATH", "")
    for name in NAMES:
        found = shutil.which(name, path=path)
        if found is not None:
            return found
    raise NoBrowserError(
        f"the tests of the console need Chromium, and none of {', '.join(NAMES)} is on the path: "
        f"install it (Debian: apt-get install chromium), or name yours by {VARIABLE}"
    )


@contextmanager
def running() -> Iterator[Browser]:
    """One browser, closed at the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
