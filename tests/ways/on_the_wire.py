"""What a client gets for a forced outcome, including the bytes and how the connection ends."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx2

from tests.raw_client import raw_request
from tests.support import SessionClient

PATIENCE = 10.0
"""Seconds within which a connection must end if it ends."""
SHORT = 0.2
"""Seconds after which a client stops waiting for an answer that does not come."""


class SeenAnswer(NamedTuple):
    """What was received, and how it ended: `closed`, `reset`, or `silent` if nothing more came in time."""

    raw: bytes
    end: str

    @property
    def head(self) -> str:
        """The status line and the headers."""
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.head.split(" ")[1])

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, with lower-case names."""
        lines = (line.partition(": ") for line in self.head.split("\r\n")[1:])
        return {name.lower(): value for name, _, value in lines}

    @property
    def body(self) -> bytes:
        """Everything after the head."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def content(self) -> Any:
        """The decoded body; its length must be the declared one."""
        assert len(self.body) == int(self.headers["content-length"])
        return json.loads(self.body)


class Sending:
    """One send on a socket of its own, read as far as needed."""

    def __init__(self, world: SessionClient, content: Mapping[str, object], headers: Mapping[str, str]) -> None:
        target = httpx2.URL(str(world.client.base_url))
        self._socket = socket.create_connection((target.host, target.port or 80), timeout=PATIENCE)
        asked = [("Connection", "close"), *headers.items()]
        body = json.dumps(content).encode()
        self._socket.sendall(raw_request(f"{world.prefix}/api/Admin/send", body, headers=asked))

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def seen(self, *, patience: float = PATIENCE) -> SeenAnswer:
        """Everything until the connection ends or nothing comes for so many seconds."""
        self._socket.settimeout(patience)
        raw = b""
        try:
            while piece := self._socket.recv(65536):
                raw += piece
        except ConnectionResetError:
            return SeenAnswer(raw, "reset")
        except TimeoutError:
            return SeenAnswer(raw, "silent")
        return SeenAnswer(raw, "closed")

    def piece(self) -> bytes:
        """The next bytes."""
        return self._socket.recv(65536)
