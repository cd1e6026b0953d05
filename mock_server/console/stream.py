"""`/_console/changes`: tells an open page to refresh itself.

What has changed is not said: each page asks for the part of it that lives, when it is ready to. So a page costs a
sender nothing, a slow browser piles nothing up, and fifty messages a second are one look a second.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_server.api.disconnect import ClientGoneError, unless_gone
from mock_server.console.page_request import PageRequest, Table
from mock_server.console.refresh import Refresh, Refreshes
from mock_server.control import SessionControl

_SIGN_OF_LIFE = 15.0

_APART = 0.02
_MOST_APART = 0.4
"""Seconds between telling two pages, so that a send waits for one of them at most."""

_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
_CHANGED = b"event: changed\ndata: 1\n\n"
_STILL_HERE = b": still here\n\n"


class Stream(Response):
    """Server-sent events, until the browser disconnects or the session ends."""

    def __init__(self, refreshes: Refreshes, control: SessionControl) -> None:
        super().__init__()
        self._refreshes = refreshes
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        if scope["method"] == "HEAD":
            # A HEAD request has no body to wait for.
            await send({"type": "http.response.body"})
            return
        with self._refreshes.joined(self._control) as refresh, suppress(ClientGoneError):
            await unless_gone(receive, _tell(refresh, send))
            await send({"type": "http.response.body"})


async def _tell(refresh: Refresh, send: Send) -> None:
    """Send an event at once, since the page may be older than the server, then one per refresh."""
    told, apart = refresh.number, (refresh.pages - 1) * _APART % _MOST_APART
    await _event(send, _CHANGED)
    while not refresh.over:
        if not await refresh.after(told, _SIGN_OF_LIFE):
            await _event(send, _STILL_HERE)
        elif not refresh.over:
            await asyncio.sleep(apart)
            told = refresh.number
            await _event(send, _CHANGED)


async def _event(send: Send, event: bytes) -> None:
    await send({"type": "http.response.body", "body": event, "more_body": True})


def changes(refreshes: Refreshes) -> Table:
    """The events of the stream."""

    async def stream(page: PageRequest) -> Response:
        return Stream(refreshes, page.control)

    return (("/changes", {"GET": stream}),)
