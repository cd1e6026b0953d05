"""Transports for httpx2 and httpx: clients call a gateway in this process and see its faults.

Without a socket nothing can break. What a stub forces on the connection is raised as the error that the library has
for it; what HTTP itself can say comes as an answer like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import Any, Self

from mock_server.client.asgi import Application, AsgiRequest, ask
from mock_server.domain.fault import FaultKind
from mock_server.ports import TransportFaultError

LIBRARIES = ("httpx2", "httpx")

_RAISED: dict[FaultKind, tuple[str, str]] = {
    FaultKind.RESET: ("ReadError", "[Errno 104] Connection reset by peer"),
    FaultKind.EMPTY: ("RemoteProtocolError", "Server disconnected without sending a response."),
    FaultKind.HANG: ("ReadTimeout", "The read operation timed out"),
    FaultKind.DOWN: ("ReadError", "[Errno 104] Connection reset by peer"),
    FaultKind.TRUNCATED_BODY: (
        "RemoteProtocolError",
        "peer closed connection without sending complete message body",
    ),
    FaultKind.MALFORMED_CHUNK: ("RemoteProtocolError", "illegal chunk header"),
}
"""The name of the library's error, and its message on a real connection."""


def transport(library: str, app: Application, loop: asyncio.AbstractEventLoop) -> InProcessTransport:
    """The transport for a library's clients, sync and async.

    Raises:
        ValueError: the library is none of those that take one.
        ModuleNotFoundError: it is not installed.
    """
    if library not in LIBRARIES:
        raise ValueError(
            f"{library!r} takes no transport in process; choose one of {', '.join(LIBRARIES)}, or a port"
        )
    return InProcessTransport(import_module(library), app, loop)


class InProcessTransport:
    """The transport for clients of a library: `httpx2.Client(transport=…)`, or `AsyncClient` under asyncio."""

    def __init__(self, library: Any, app: Application, loop: asyncio.AbstractEventLoop) -> None:
        self._library = library
        self._app = app
        self._loop = loop

    def handle_request(self, request: Any) -> Any:
        """Answer one request of a sync client."""
        asked = self._asked(request, request.read())
        waiting = asyncio.run_coroutine_threadsafe(self._answered(request, asked), self._loop)
        return self._translated(request, waiting.result)

    async def handle_async_request(self, request: Any) -> Any:
        """Answer one request of an async client."""
        asked = self._asked(request, await request.aread())
        waiting = asyncio.run_coroutine_threadsafe(self._answered(request, asked), self._loop)
        wrapped = asyncio.wrap_future(waiting)
        await asyncio.wait({wrapped})
        return self._translated(request, wrapped.result)

    def _translated(self, request: Any, result: Callable[[], Any]) -> Any:
        """The answer, or the library's own error for a fault."""
        try:
            return result()
        except TransportFaultError as forced:
            if forced.kind not in _RAISED:
                raise
            error, said = _RAISED[forced.kind]
            raise getattr(self._library, error)(said, request=request) from forced
        except TimeoutError:
            raise self._library.ReadTimeout("The read operation timed out", request=request) from None

    async def _answered(self, request: Any, asked: AsgiRequest) -> Any:
        patience = request.extensions.get("timeout", {}).get("read")
        found = await asyncio.wait_for(ask(self._app, asked), patience)
        if found is None:
            raise TransportFaultError(FaultKind.EMPTY)
        return self._library.Response(found.status, headers=found.headers, content=found.body, request=request)

    def _asked(self, request: Any, body: bytes) -> AsgiRequest:
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        return AsgiRequest(request.method, str(request.url), headers, body)

    def close(self) -> None:
        """No connection to close."""

    async def aclose(self) -> None:
        """No connection to close."""

    def __enter__(self) -> Self:
        """Enter the client's context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the client's context."""

    async def __aenter__(self) -> Self:
        """Enter the client's context."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the client's context."""
