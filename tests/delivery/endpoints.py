"""Webhook receivers on real sockets, each in its own thread, with scripted behaviour."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self

_PATIENCE = 30
"""Time-out of the sockets, in seconds."""

Conduct = Callable[[socket.socket], None]
"""What a receiver does with a connection after it has read the request."""


class EndpointRequest(NamedTuple):
    """A request as received."""

    first: str
    headers: dict[str, str]
    body: bytes


def answer(status: int, body: bytes = b"", *, headers: str = "") -> Conduct:
    """Send a valid answer."""

    def conduct(connection: socket.socket) -> None:
        head = f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        connection.sendall(head.encode() + body)

    return conduct


def reset(connection: socket.socket) -> None:
    """Reset the connection, as the end of a killed process does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def say(raw: bytes) -> Conduct:
    """Send these bytes and close."""
    return lambda connection: connection.sendall(raw)


def flood(connection: socket.socket) -> None:
    """Send an answer of 10 MB, as far as the client reads it."""
    size = 10 * 1024 * 1024
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
    try:
        for _ in range(size // 65536):
            connection.sendall(b"x" * 65536)
    except OSError:
        pass


def hang(connection: socket.socket) -> None:
    """Send nothing until the client disconnects."""
    connection.recv(1)


class WebhookEndpoint:
    """A receiver that serves one connection at a time, each with the next conduct; the last conduct repeats."""

    def __init__(self, *conducts: Conduct, tls: ssl.SSLContext | None = None) -> None:
        self._conducts = list(conducts or (answer(200),))
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(_PATIENCE)
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ending = False
        self.requests: list[EndpointRequest] = []
        self.failures: list[str] = []
        """Errors of handshakes and connections."""

    def url(self, host: str = "127.0.0.1") -> str:
        """The URL to give to a webhook."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}/receipts"

    def __enter__(self) -> Self:
        """Start to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._ending = True
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE):
            self._thread.join(_PATIENCE)
        self._listening.close()
        assert not self._thread.is_alive(), "a receiver did not end"

    def _serve(self) -> None:
        while not self._ending:
            accepted, _ = self._listening.accept()
            if self._ending:
                accepted.close()
                return
            accepted.settimeout(_PATIENCE)
            try:
                connection = accepted if self._tls is None else self._tls.wrap_socket(accepted, server_side=True)
            except OSError as error:
                self.failures.append(str(error))
                accepted.close()
                continue
            with connection:
                self._serve_one(connection)

    def _serve_one(self, connection: socket.socket) -> None:
        try:
            self.requests.append(_read(connection))
            conduct = self._conducts.pop(0) if len(self._conducts) > 1 else self._conducts[0]
            conduct(connection)
        except OSError as error:
            self.failures.append(str(error))


def _read(connection: socket.socket) -> EndpointRequest:
    raw = b""
    while b"\r\n\r\n" not in raw:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("closed before a request")
        raw += received
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return EndpointRequest(first, headers, body)


def unused_port() -> int:
    """A port that no process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
    return port
