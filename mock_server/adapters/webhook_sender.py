"""Sending notifications over HTTP."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mock_server.domain.instants import SECOND, Duration
from mock_server.ports import WebhookAnswer

if TYPE_CHECKING:
    from aiohttp import ClientSession

_MOST_AT_ONCE = 256
"""Concurrent attempts of the whole server."""
_MOST_AT_ONE_RECEIVER = 32
"""Concurrent attempts at one host, so that a dead host does not block the others."""
_KEPT = 1024
"""Bytes of an answer that are read at most; a receiver may send without end."""
_IDLE = 2.0
"""Seconds that an idle connection is kept: less than receivers usually do."""


class HttpWebhookSender:
    """Sends POSTs with certificate verification, without redirects, a bounded number at a time."""

    def __init__(self, trusted: ssl.SSLContext | None = None) -> None:
        self._trusted = trusted
        self._lines: _Lines | None = None

    async def post(self, url: str, body: bytes, content_type: str, patience: Duration) -> WebhookAnswer:
        """Make one attempt; every behaviour of the receiver is an answer, not an exception."""
        lines = self._lines_of_this_loop()
        # The wait for a slot is part of the attempt: retry gaps count from the real end.
        began = time.monotonic()
        async with lines.place_at(urlsplit(url).netloc):
            try:
                async with asyncio.timeout(patience / SECOND):
                    status, beginning = await _exchange(lines.client, url, body, content_type)
            except TimeoutError:
                return WebhookAnswer(None, f"timed out after {patience / SECOND:g} s", b"", time.monotonic() - began)
            except Exception as error:  # the peer decides what goes wrong, and all of it is an answer
                return WebhookAnswer(None, _said(error), b"", time.monotonic() - began)
            said = "redirects are not followed" if 300 <= status < 400 else None
            return WebhookAnswer(status, said, beginning, time.monotonic() - began)

    async def close(self) -> None:
        """Close every connection."""
        lines, self._lines = self._lines, None
        if lines is not None and lines.loop is asyncio.get_running_loop():
            await lines.client.close()

    def _lines_of_this_loop(self) -> _Lines:
        loop = asyncio.get_running_loop()
        if self._lines is None or self._lines.loop is not loop:
            self._trusted = self._trusted or trust()
            self._lines = _Lines(loop, self._trusted)
        return self._lines


def trust(ca: Path | None = None, *, insecure: bool = False) -> ssl.SSLContext:
    """The trusted authorities: the system's, an additional one, or any certificate.

    Raises:
        OSError: the file holds no certificate.
    """
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(ca)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class _Lines:
    """The connections and slots of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, trusted: ssl.SSLContext) -> None:
        # Imported late: most servers never send a notification.
        import aiohttp  # noqa: PLC0415

        self.loop = loop
        self.client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trusted, limit=_MOST_AT_ONCE, keepalive_timeout=_IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "sms-gateway-mock"},
            skip_auto_headers=("Accept", "Accept-Encoding"),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        self._places_at: dict[str, asyncio.Semaphore] = {}
        self._users_at: Counter[str] = Counter()

    @asynccontextmanager
    async def place_at(self, receiver: str) -> AsyncIterator[None]:
        """Wait for a slot of the receiver's host, then for one of the server."""
        self._users_at[receiver] += 1
        places = self._places_at.setdefault(receiver, asyncio.Semaphore(_MOST_AT_ONE_RECEIVER))
        try:
            async with places, self._places:
                yield
        finally:
            self._users_at[receiver] -= 1
            if not self._users_at[receiver]:
                del self._users_at[receiver], self._places_at[receiver]


async def _exchange(client: ClientSession, url: str, body: bytes, content_type: str) -> tuple[int, bytes]:
    from yarl import URL  # noqa: PLC0415

    # Notifications have no credentials, those of the URL included (WH-1).
    target = URL(url, encoded=url.isascii()).with_user(None)
    headers = {"Content-Type": content_type}
    async with client.post(target, data=body, headers=headers, allow_redirects=False) as response:
        beginning = b""
        async for chunk in response.content.iter_any():
            beginning += chunk[: _KEPT - len(beginning)]
            if len(beginning) >= _KEPT:
                # The rest is not needed, and reading it could take for ever.
                response.close()
                break
        return response.status, beginning


def _said(error: Exception) -> str:
    """The error in words."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
