"""uvicorn's HTTP protocol with access to the raw connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mock_server.ports import WIRE

_NO_LINGERING = struct.pack("ii", 1, 0)
_LARGEST_HEAD = 512 * 1024
"""Bytes of a request's head at most."""
_MOST_WAITING = 8
"""Pipelined requests of one connection that may wait."""


class JoiningTransport:
    """A transport that joins the writes of one turn of the event loop.

    uvicorn writes the head and the body of an answer one after the other; joined, they are one system call and one
    segment. It measured a quarter of the whole cost of a send.
    """

    __slots__ = ("_loop", "_pending", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pending: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Schedule a write before the loop waits again."""
        if not self._pending:
            self._loop.call_soon(self.flush)
        self._pending.append(data)

    def flush(self) -> None:
        """Write now; drop what a disconnected client can no longer get."""
        if self._pending:
            joined, self._pending = b"".join(self._pending), []
            if not self._transport.is_closing():
                self._transport.write(joined)

    def close(self) -> None:
        """Write what is pending, and close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else to the transport."""
        return getattr(self._transport, name)


class TcpWire:
    """Raw access to the connection of a request."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._transport.write(data)

    def close(self) -> None:
        """End the connection in an orderly way, once everything is sent."""
        self._transport.close()

    def reset(self) -> None:
        """Break the connection off: without lingering, the kernel answers with a reset."""
        connection = self._transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self._transport.abort()


class RawHttpProtocol(HttpToolsProtocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection whose writes are joined."""
        super().connection_made(transport)
        self._reading_head, self._head_bytes = True, 0
        self._served: RequestResponseCycle | None = None
        # uvicorn writes an access log as soon as anybody listens, pytest for one; paths and queries may hold secrets.
        self.access_log = False
        self.transport = cast("asyncio.Transport", JoiningTransport(transport, self.loop))
        # ASGI calls for dictionaries; one object is all that there is to know of a connection.
        self._extensions: Any = {WIRE: TcpWire(self.transport)}

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that is being served.

        uvicorn tells the one that came last. Where that waits behind another, nobody would learn that the client has
        gone: what hangs or is held would be so for ever, and keep its session alive.
        """
        super().connection_lost(exc)
        self.pipeline.clear()
        if self._served is not None and not self._served.response_complete:
            self._served.disconnected = True
            self._served.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._served = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        """Parse, and read a request that offers to upgrade as one that does not.

        Java's own client offers `h2c` with its first request. httptools skips the body behind such an offer: the
        request is parsed once more, without it.
        """
        self._unset_keepalive_if_required()
        if self._reading_head:
            self._head_bytes += len(data)
            if self._head_bytes > _LARGEST_HEAD:
                self._refuse("Request head too large.")
                return
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                if self.parser.get_method() == b"CONNECT":
                    self._refuse()
                    return
                data = self._head_without_offer() + data[offer.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            except httptools.HttpParserError:
                self._refuse()
                return
            else:
                return

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        self._reading_head, self._head_bytes = True, 0
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_headers_complete(self) -> None:
        """Begin to serve a request, unless it is to be parsed once more."""
        self._reading_head = False
        if not self.parser.should_upgrade():
            super().on_headers_complete()
            if 0 < len(self.pipeline) < _MOST_WAITING:
                # uvicorn reads no further: it would not see that the client goes away.
                self.flow.resume_reading()

    def on_message_complete(self) -> None:
        """End a request, unless it is to be parsed once more."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def _refuse(self, said: str = "Invalid HTTP request received.") -> None:
        self.logger.warning(said)
        self.send_400_response(said)

    def _head_without_offer(self) -> bytes:
        first = self.parser.get_method() + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()
        kept = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        return b"\r\n".join([first, *kept, b"", b""])
