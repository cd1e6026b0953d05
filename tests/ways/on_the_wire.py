"""What a client sees of a forced outcome, down to the bytes and the way in which the connection ends."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx2

from tests.raw_client import raw_request
from tests.support import SessionClient

PATIENCE = 10.0
"""Seconds in which a connection ends that ends at all."""
SHORT = 0.2
"""Seconds after which a client gives up that waits for nothing."""


class SeenAnswer(NamedTuple):
    """What came, and how it ended: `closed`, `reset`, or `silent` where nothing more came in time."""

    raw: bytes
    end: str

    @property
    def head(self) -> str:
        """The status line and the headers."""
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return int(self.head.split(" ")[1])

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by their names in lower case."""
        lines = (line.partition(": ") for line in self.head.split("\r\n")[1:])
        return {name.lower(): value for name, _, value in lines}

    @property
    def body(self) -> bytes:
        """What stands behind the head."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def content(self) -> Any:
        """The body, decoded; it must be as long as it is said to be."""
        assert len(self.body) == int(self.headers["content-length"])
        return json.loads(self.body)


class Sending:
    """One send over a socket of its own, read as far as a judge wants."""

    def __init__(self, world: SessionClient, content: Mapping[str, object], headers: Mapping[str, str]) -> None:
        target = httpx2.URL(str(world.client.base_url))
        self._socket = socket.create_connection((target.host, target.port or 80), timeout=PATIENCE)
        asked = [("Connection", "close"), *headers.items()]
        body = json.dumps(content).encode()
        self._socket.sendall(raw_request(f"{world.prefix}/api/Admin/send", body, headers=asked))

    def close(self) -> None:
        """Go away."""
        self._socket.close()

    def seen(self, *, patience: float = PATIENCE) -> SeenAnswer:
        """Everything that comes, until the connection ends or nothing comes for so many seconds."""
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
        """What comes next."""
        return self._socket.recv(65536)
