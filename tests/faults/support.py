"""A client on a bare socket, which sees exactly what a fault sends."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.raw_client import raw_request
from tests.support import ADMIN, DESTINATION, Auth, SessionClient, assert_control

PATIENCE = 20.0
"""Seconds that a test waits for what must come; only a broken gateway makes it wait so long."""
SHORT = 0.2
"""Seconds that a client waits for what must not come."""
_TRIES = 2_000
"""Polls of the control API until a condition must hold."""

SEED = 7
"""Sessions of one seed give the first message to a number the same id, so every byte of an answer is known."""


class Ending(StrEnum):
    """How a connection ended, as the client's kernel reports it."""

    FIN = "closed in an orderly way"
    RST = "reset"


class WireAnswer:
    """One answer, not decoded."""

    def __init__(self, raw: bytes) -> None:
        head, self.separator, self.body = raw.partition(b"\r\n\r\n")
        self.line, *lines = head.decode("latin-1").split("\r\n")
        self.headers: dict[str, str] = {
            name.lower(): value for name, _, value in (each.partition(": ") for each in lines)
        }


class RawLine:
    """A TCP connection to a gateway, and everything received on it."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._socket = socket.create_connection((target.hostname or "", target.port or 80), timeout=PATIENCE)

    def __enter__(self) -> Self:
        """Use."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self.disconnect()

    def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(raw)

    def disconnect(self) -> None:
        """Close the connection."""
        self._socket.close()

    def until_the_end(self) -> tuple[bytes, Ending]:
        """All bytes until the connection ends, and how it ends."""
        received = b""
        try:
            while piece := self._socket.recv(65536):
                received += piece
        except ConnectionResetError:
            return received, Ending.RST
        return received, Ending.FIN

    def exactly(self, count: int) -> bytes:
        """The next so many bytes."""
        received = b""
        while len(received) < count:
            piece = self._socket.recv(count - len(received))
            assert piece, f"the connection was closed after {received!r}"
            received += piece
        return received

    def whole_answer(self) -> WireAnswer:
        """The next answer; its length is declared, and no byte after it is read."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.exactly(1)
        return WireAnswer(head + self.exactly(int(WireAnswer(head).headers["content-length"])))

    def is_silent(self, patience: float = SHORT) -> bool:
        """Whether neither a byte nor the end comes within a time."""
        return not select.select([self._socket], [], [], patience)[0]


def body_to(destination: str = DESTINATION, text: str = "Hello") -> bytes:
    """The body of a send."""
    return json.dumps({"destination": destination, "text": text}).encode()


def sending(
    world: SessionClient,
    outcome: str | None = None,
    *,
    destination: str = DESTINATION,
    operation: str = "Admin",
    auth: Auth | None = ADMIN,
) -> bytes:
    """The bytes of a send, with the outcome that its header forces."""
    headers = [] if outcome is None else [("X-Mock-Outcome", outcome)]
    path = f"{world.prefix}/api/{operation}/send"
    return raw_request(path, body_to(destination), auth=auth, headers=headers)


def force(world: SessionClient, then: dict[str, object], **limits: object) -> None:
    """Add a stub with an outcome for sends of a session."""
    assert_control(world.request("POST", "/_control/stubs", {"then": then, **limits}), 201)


def until(found: Callable[[], Any]) -> Any:
    """Poll until a value is found; each poll is a request to the gateway, so the test need not sleep."""
    for _ in range(_TRIES):
        if result := found():
            return result
    raise AssertionError("it never happened")


def under_way(world: SessionClient) -> dict[str, Any]:
    """The newest exchange, once its fault has begun."""

    def affected() -> dict[str, Any] | None:
        newest = next(iter(world.exchanges()), None)
        return newest if newest is not None and newest["trouble"] is not None else None

    found: dict[str, Any] = until(affected)
    return found


def serves(world: SessionClient) -> bool:
    """Whether the gateway answers another client on a connection of its own."""
    with RawLine(str(world.client.base_url)) as line:
        line.send(sending(world, destination="+447700900199"))
        return line.whole_answer().line == "HTTP/1.1 200 OK"
