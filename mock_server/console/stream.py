"""`/_console/changes`: tells an open page that it should look again, and nothing more.

What has changed is not said: each page asks for the part of it that lives, when it is ready to. So a page costs a
sender nothing, a slow browser piles nothing up, and fifty messages a second are one look a second.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_server.api.presence import ClientGoneError, unless_gone
from mock_server.console.visit import Table, Visit
from mock_server.control import Control

_LOOK_EVERY = 0.2
"""Seconds of wall time until a page hears of a change."""
_REST = 0.8
"""Seconds more that a page is left alone after it was told."""
_SIGN_OF_LIFE = 15.0

_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
_CHANGED = b"event: changed\ndata: 1\n\n"
_STILL_HERE = b": still here\n\n"


class Stream(Response):
    """Server-sent events, until the browser or the session goes away."""

    def __init__(self, control: Control) -> None:
        super().__init__()
        self._control = control

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        with suppress(ClientGoneError):
            await unless_gone(receive, self._tell(send))
            await send({"type": "http.response.body"})

    async def _tell(self, send: Send) -> None:
        """Tell at once, since the page may be older than the server, and then with each change."""
        changes = self._control.changes
        told, silent_for = None, 0.0
        with changes.ending() as ended:
            while not ended.is_set():
                state = await changes.state()
                if state != told:
                    told, silent_for, pause = state, 0.0, _LOOK_EVERY + _REST
                    await _event(send, _CHANGED)
                else:
                    silent_for, pause = silent_for + _LOOK_EVERY, _LOOK_EVERY
                    if silent_for >= _SIGN_OF_LIFE:
                        silent_for = 0.0
                        await _event(send, _STILL_HERE)
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), pause)


async def _event(send: Send, event: bytes) -> None:
    await send({"type": "http.response.body", "body": event, "more_body": True})


async def _changes(visit: Visit) -> Response:
    return Stream(visit.control)


CHANGES: Table = (("/changes", {"GET": _changes}),)
