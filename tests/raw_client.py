"""A client that sends arbitrary bytes, for requests that no HTTP library would make."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import httpx2

from tests.support import ADMIN, Auth, basic


class RawResponse:
    """One HTTP answer, not decoded."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class RawConnection:
    """A TCP connection to a gateway, for bytes that no HTTP client would send."""

    def __init__(self, url: str) -> None:
        target = httpx2.URL(url)
        self._socket = socket.create_connection((target.host, target.port or 80), timeout=20)
        self._unread = b""

    def __enter__(self) -> Self:
        """Use."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self._socket.close()

    def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(raw)

    def send_until_answered(self, piece: bytes, *, most: int) -> RawResponse:
        """Send a piece repeatedly until the server answers; return the answer."""
        try:
            for _ in range(most):
                self.send(piece)
        except OSError:
            pass  # The server closed the connection early: its answer is already in the receive buffer.
        return self.answer()

    def end(self) -> None:
        """Close the sending side, and wait until the server closes the connection."""
        self._socket.shutdown(socket.SHUT_WR)
        while self._receive():
            pass

    def answer(self) -> RawResponse:
        """The next answer. It must declare its length, as every answer of the gateway does."""
        while b"\r\n\r\n" not in self._unread:
            self._more()
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = 0 if first.split(" ")[1] == "100" else int(headers["content-length"])
        while len(self._unread) < length:
            self._more()
        body, self._unread = self._unread[:length], self._unread[length:]
        return RawResponse(int(first.split(" ")[1]), headers, body)

    def _more(self) -> None:
        received = self._receive()
        assert received, f"the server closed the connection after {self._unread!r}"
        self._unread += received

    def _receive(self) -> bytes:
        return self._socket.recv(65536)


def raw_request(
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    auth: Auth | None = ADMIN,
    headers: Sequence[tuple[str, str]] = (),
    declared: int | None = None,
) -> bytes:
    """The bytes of a request; `declared` is the `Content-Length` if it differs from the length of the body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: gateway", "Content-Type: application/json"]
    lines += [] if auth is None else [f"Authorization: {basic(*auth)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if not any(name.lower() == "transfer-encoding" for name, _ in headers):
        lines.append(f"Content-Length: {len(body) if declared is None else declared}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
