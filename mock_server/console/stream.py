"""`/_console/changes`: tells an open page that it should look again, and nothing more.

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
from mock_server.console.refresh import Beat, Refreshes
from mock_server.control import SessionControl

_SIGN_OF_LIFE = 15.0

_APART = 0.02
_MOST_APART = 0.4
"""Seconds between two pages that are told of the same: a send that comes just then waits for one of them at most."""

_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
_CHANGED = b"event: changed\ndata: 1\n\n"
_STILL_HERE = b": still here\n\n"


class Stream(Response):
    """Server-sent events, until the browser or the session goes away."""

    def __init__(self, beats: Refreshes, control: SessionControl) -> None:
        super().__init__()
        self._beats = beats
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        if scope["method"] == "HEAD":
            # Who asks for no body waits for the end of none.
            await send({"type": "http.response.body"})
            return
        with self._beats.joined(self._control) as beat, suppress(ClientGoneError):
            await unless_gone(receive, _tell(beat, send))
            await send({"type": "http.response.body"})


async def _tell(beat: Beat, send: Send) -> None:
    """Tell at once, since the page may be older than the server, and then with each beat."""
    told, apart = beat.number, (beat.pages - 1) * _APART % _MOST_APART
    await _event(send, _CHANGED)
    while not beat.over:
        if not await beat.after(told, _SIGN_OF_LIFE):
            await _event(send, _STILL_HERE)
        elif not beat.over:
            await asyncio.sleep(apart)
            told = beat.number
            await _event(send, _CHANGED)


async def _event(send: Send, event: bytes) -> None:
    await send({"type": "http.response.body", "body": event, "more_body": True})


def changes(beats: Refreshes) -> Table:
    """The stream."""

    async def stream(visit: PageRequest) -> Response:
        return Stream(beats, visit.control)

    return (("/changes", {"GET": stream}),)
