"""One wall-clock deadline for a whole exchange, so that a slow target cannot hold up the suite.

The client's time-out applies to each read, so single bytes can renew it without end. Here every wait of a
connection, including the TLS handshake and each `100 Continue`, gets only the time that is left.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2


class Deadline:
    """The end of the time for the current exchange, and whether anything arrived."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = self._all_end = float("inf")
        self.seconds = 0.0
        self.heard = False

    def start(self, seconds: float) -> None:
        """Begin an exchange that may take this long, within the time for all."""
        now = self._clock()
        self._ends = min(now + seconds, self._all_end)
        self.seconds = max(0.0, self._ends - now)
        self.heard = False

    @contextmanager
    def together(self, seconds: float) -> Iterator[None]:
        """All exchanges in this block share this many seconds."""
        self._all_end = self._clock() + seconds
        try:
            yield
        finally:
            self._all_end = float("inf")

    def left(self, timeout: float | None, error: type[httpcore2.TimeoutException]) -> float:
        """How long one step may wait; `error` if no time is left."""
        left = self._ends - self._clock()
        if left <= 0:
            raise error
        return left if timeout is None else min(timeout, left)

    def guard(self, client: httpx2.Client) -> None:
        """Apply the deadline to everything that this client sends, through proxies too."""
        # There is no public way to give a client another network; `test_slow_targets` tells if this one goes.
        for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001
            pool = getattr(transport, "_pool", None)
            if pool is not None:
                pool._network_backend = _Backend(pool._network_backend, self)  # noqa: SLF001


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, inner: httpcore2.NetworkBackend, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._deadline)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found = self._inner.read(max_bytes, self._deadline.left(timeout, httpcore2.ReadTimeout))
        self._deadline.heard = self._deadline.heard or bool(found)
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout, httpcore2.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
