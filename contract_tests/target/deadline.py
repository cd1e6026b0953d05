"""One wall-clock deadline for a whole exchange: a target that drips cannot keep the suite for ever.

The client's own time-out holds for each read; one byte in time satisfies it again and again. Here every wait of a
connection, the TLS handshake and each `100 Continue` included, gets only what is left of the exchange.
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
    """Until when the exchange that is under way may take, and whether anything came."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = self._all_end = float("inf")
        self.seconds = 0.0
        self.heard = False

    def start(self, seconds: float) -> None:
        """Begin an exchange that may take this long, and no longer than all together may."""
        now = self._clock()
        self._ends = min(now + seconds, self._all_end)
        self.seconds = max(0.0, self._ends - now)
        self.heard = False

    @contextmanager
    def together(self, seconds: float) -> Iterator[None]:
        """All exchanges in this block share so many seconds."""
        self._all_end = self._clock() + seconds
        try:
            yield
        finally:
            self._all_end = float("inf")

    def left(self, timeout: float | None, error: type[httpcore2.TimeoutException]) -> float:
        """How long one step may wait; `error` where nothing is left."""
        left = self._ends - self._clock()
        if left <= 0:
            raise error
        return left if timeout is None else min(timeout, left)

    def guard(self, client: httpx2.Client) -> None:
        """Hold everything that this client sends to the deadline, through proxies as well."""
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
