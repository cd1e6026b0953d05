"""Browser windows that fail on any error, failed request, or request to another origin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

from tests.support import SessionClient

Scheme = Literal["light", "dark"]

PATIENCE = 15_000
"""Milliseconds until a missing reaction of the browser is a failure."""


class Size(NamedTuple):
    """The size of a window, in CSS pixels."""

    width: int
    height: int


DESK = Size(1280, 800)
PHONE = Size(390, 844)
NARROWEST = Size(320, 640)
"""The width that WCAG 2.2 requires a page to fit into (1.4.10)."""


class Window:
    """A page on one session's console, with every error that occurred in it."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self._origin = _origin(base)
        self._expected: list[re.Pattern[str]] = []
        self._troubles: list[str] = []
        context.set_default_timeout(PATIENCE)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._troubles.append(f"uncaught: {error.error}"))
        context.on("dialog", self._on_dialog)
        self.page: Page = context.new_page()

    def open(self, path: str = "") -> Page:
        """Open a page of the console; `path` is the part after `/_console`."""
        self.page.goto(f"{self.base}/_console{path}")
        return self.page

    def resize(self, size: Size) -> None:
        """Change the size."""
        self.page.set_viewport_size({"width": size.width, "height": size.height})

    def expect_errors(self, pattern: str) -> None:
        """Ignore errors that a test causes: a refused form, a stopped server."""
        self._expected.append(re.compile(pattern))

    @property
    def errors(self) -> list[str]:
        """The errors, except expected ones."""
        return [each for each in self._troubles if not any(known.search(each) for known in self._expected)]

    def _on_request(self, request: Request) -> None:
        if _origin(request.url) != self._origin:
            self._troubles.append(f"asks another origin: {request.url[:200]}")

    def _on_failure(self, request: Request) -> None:
        failure = request.failure or "failed"
        # Leaving a page aborts its stream, and a refresh that is under way.
        if "ERR_ABORTED" not in failure:
            self._troubles.append(f"request failed: {failure}: {request.method} {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._troubles.append(f"console: {message.type}: {message.text} ({message.location['url']})")

    def _on_dialog(self, dialog: Dialog) -> None:
        self._troubles.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


class BrowserWindows:
    """Opens windows, each with its own cookies and settings, and closes them all."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._opened: list[Window] = []

    def __call__(
        self,
        world: SessionClient | str,
        *,
        language: str = "en-GB",
        scheme: Scheme = "light",
        size: Size = DESK,
        javascript: bool = True,
        clipboard: bool = False,
    ) -> Window:
        """A window on a session, or on a base URL."""
        context = self._browser.new_context(
            locale=language,
            color_scheme=scheme,
            viewport={"width": size.width, "height": size.height},
            reduced_motion="reduce",
            java_script_enabled=javascript,
            permissions=["clipboard-read", "clipboard-write"] if clipboard else [],
        )
        base = world if isinstance(world, str) else f"{str(world.client.base_url).rstrip('/')}{world.prefix}"
        window = Window(context, base)
        self._opened.append(window)
        return window

    def close(self) -> Iterable[str]:
        """Close them; return the errors in any of them."""
        for window in self._opened:
            window.context.close()
        return [f"{window.base}: {trouble}" for window in self._opened for trouble in window.errors]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
