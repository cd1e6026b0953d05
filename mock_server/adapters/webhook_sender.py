"""Notifications over HTTP, to receivers that may do anything."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from mock_server.domain.instants import SECOND, Duration
from mock_server.ports import Answered

if TYPE_CHECKING:
    from httpcore2 import AsyncConnectionPool

_MOST_AT_ONCE = 256
"""Attempts under way, for the whole server."""
_MOST_AT_ONE_RECEIVER = 32
"""Attempts under way at one host: a dead one does not take the places of the others."""
_KEPT = 1024
"""Bytes of an answer that are read; nobody needs more, and a receiver may send without end."""
_IDLE = 20.0
"""Seconds that a connection is kept for the next notification."""


class HttpWebhookSender:
    """POSTs with certificate verification, without redirects, a bounded number at once."""

    def __init__(self, trusted: ssl.SSLContext | None = None) -> None:
        self._trusted = trusted
        self._lines: _Lines | None = None

    async def post(self, url: str, body: bytes, content_type: str, patience: Duration) -> Answered:
        """Make one attempt; whatever the receiver does is an answer, never an exception."""
        lines = self._lines_of_this_loop()
        async with lines.place_at(urlsplit(url).netloc):
            began = time.monotonic()
            try:
                async with asyncio.timeout(patience / SECOND):
                    status, beginning = await _exchange(lines.pool, _ascii(url), body, content_type)
            except TimeoutError:
                return Answered(None, f"timed out after {patience / SECOND:g} s", b"", time.monotonic() - began)
            except Exception as error:  # the peer decides what goes wrong, and all of it is an answer
                return Answered(None, _said(error), b"", time.monotonic() - began)
            said = "redirects are not followed" if 300 <= status < 400 else None
            return Answered(status, said, beginning, time.monotonic() - began)

    async def close(self) -> None:
        """Close every connection."""
        lines, self._lines = self._lines, None
        if lines is not None and lines.loop is asyncio.get_running_loop():
            await lines.pool.aclose()

    def _lines_of_this_loop(self) -> _Lines:
        loop = asyncio.get_running_loop()
        if self._lines is None or self._lines.loop is not loop:
            self._trusted = self._trusted or trust()
            self._lines = _Lines(loop, self._trusted)
        return self._lines


def trust(ca: Path | None = None, *, insecure: bool = False) -> ssl.SSLContext:
    """Whom to believe: the system's authorities, one more, or anybody.

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
    """Connections and places of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, trust: ssl.SSLContext) -> None:
        # Imported late: most servers never send a notification.
        import httpcore2  # noqa: PLC0415

        self.loop = loop
        self.pool = httpcore2.AsyncConnectionPool(
            ssl_context=trust,
            max_connections=_MOST_AT_ONCE,
            max_keepalive_connections=_MOST_AT_ONE_RECEIVER,
            keepalive_expiry=_IDLE,
        )
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        self._places_at: dict[str, asyncio.Semaphore] = {}
        self._users_at: Counter[str] = Counter()

    @asynccontextmanager
    async def place_at(self, receiver: str) -> AsyncIterator[None]:
        """Wait for a place at this receiver first, and for one of the server's then."""
        self._users_at[receiver] += 1
        places = self._places_at.setdefault(receiver, asyncio.Semaphore(_MOST_AT_ONE_RECEIVER))
        try:
            async with places, self._places:
                yield
        finally:
            self._users_at[receiver] -= 1
            if not self._users_at[receiver]:
                del self._users_at[receiver], self._places_at[receiver]


async def _exchange(pool: AsyncConnectionPool, url: str, body: bytes, content_type: str) -> tuple[int, bytes]:
    headers = [
        (b"host", urlsplit(url).netloc.rpartition("@")[2].encode()),
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"user-agent", b"sms-gateway-mock"),
    ]
    async with pool.stream("POST", url, headers=headers, content=body) as response:
        beginning = b""
        async for chunk in response.aiter_stream():
            beginning += chunk[: _KEPT - len(beginning)]
            if len(beginning) >= _KEPT:
                break
        return response.status, beginning


def _ascii(url: str) -> str:
    """The same URL in ASCII: an international host in its xn-- spelling, the rest percent-encoded."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    authority = host if parts.port is None else f"{host}:{parts.port}"
    return urlunsplit((parts.scheme, authority, quote(parts.path, "/%"), quote(parts.query, "=&%+"), ""))


def _said(error: Exception) -> str:
    """The innermost reason: the layers above it only wrap it."""
    cause: BaseException = error
    while (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
    return f"{type(error).__name__}: {cause or type(cause).__name__}"
