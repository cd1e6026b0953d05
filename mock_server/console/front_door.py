"""Sending a request as a client does: through the whole application, with sign-in and stubs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.types import Message, Scope

from mock_server.api.exchange import EXCHANGE
from mock_server.console.page_request import PageRequest
from mock_server.control import ControlRequestError
from mock_server.domain.fault import SPOILS_THE_ANSWER
from mock_server.journal.exchange import Exchange
from mock_server.ports import TransportFaultError

LATE = "late"
"""The outcome of a client that times out."""

_BY_HEADER = "x-mock-session"
"""The header that names the session if the path does not."""
_GRACE = 1.0
"""Seconds of wall time for a request to notice the disconnect."""


class ClientReply(NamedTuple):
    """What a client got."""

    exchange: str
    """The number of the exchange."""
    trouble: str | None = None
    """What blocked or spoiled the answer: the name of a fault, or `LATE`."""


async def knock(
    page: PageRequest, path: str, headers: Mapping[str, str], body: bytes, patience: float
) -> ClientReply:
    """POST to the page's session; disconnect after `patience` seconds of wall time, or when the session ends.

    In process no connection can break: what breaks one on a port is told by name.

    Raises:
        ControlError: 404, the session is there no longer.
    """
    scope = _scope(page, path, headers, len(body))
    left = asyncio.Event()
    parts = iter([body])

    async def receive() -> Message:
        for part in parts:
            return {"type": "http.request", "body": part, "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        """Ignore the parts of the answer, which the journal keeps."""

    serving = asyncio.ensure_future(page.request.app(scope, receive, send))
    trouble = LATE if await _is_late(serving, page, patience, left) else None
    with suppress(asyncio.CancelledError):
        try:
            await serving
        except TransportFaultError as fault:
            trouble = fault.kind.value
    exchange = _exchange_of(scope)
    return ClientReply(exchange.id, trouble or _spoilt(exchange.transport_effect))


async def _is_late(serving: asyncio.Future[Any], page: PageRequest, patience: float, left: asyncio.Event) -> bool:
    """Wait for an answer; whether the client disconnected first. The request has ended afterwards."""
    with page.control.changes.ending() as ended:
        ending: asyncio.Future[Any] = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait({serving, ending}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            is_late = not serving.done()
            if is_late:
                left.set()
                await asyncio.wait({serving}, timeout=_GRACE)
            return is_late
        finally:
            serving.cancel()
            ending.cancel()


def _exchange_of(scope: Scope) -> Exchange:
    exchange: Exchange | None = scope.get(EXCHANGE)
    if exchange is None:
        raise ControlRequestError(404, "Unknown session", "the session ended before the send came to it")
    return exchange


def _spoilt(trouble: str | None) -> str | None:
    """The fault of an answer that was still sent; its name is last in the recorded effect."""
    name = (trouble or "").rpartition(", ")[2]
    return name if name in SPOILS_THE_ANSWER else None


def _scope(page: PageRequest, path: str, headers: Mapping[str, str], length: int) -> Scope:
    outer = page.request.scope
    whole = page.base + path
    named = {"host": page.request.url.netloc, "content-length": str(length), **headers}
    if _BY_HEADER in page.request.headers:
        named[_BY_HEADER] = page.request.headers[_BY_HEADER]
    return {
        "type": "http",
        "asgi": outer["asgi"],
        "http_version": "1.1",
        "method": "POST",
        "scheme": page.request.url.scheme,
        "path": whole,
        "raw_path": quote(whole).encode(),
        "query_string": b"",
        # The application finds the session in the path, as for any client.
        "root_path": page.base.partition("/~")[0],
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in named.items()],
        "client": outer.get("client"),
        "server": outer.get("server"),
        "extensions": {},
    }
