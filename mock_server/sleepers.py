"""Those who wait for an instant of the session's clock: late answers, and long polls of virtual time."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush

from mock_server.domain.instants import Instant


class Sleepers:
    """Futures by the instant they wait for. Whoever moves the clock wakes them, in the order of time."""

    __slots__ = ("_heap", "_numbered")

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, asyncio.Future[None]]] = []
        self._numbered = 0

    def add(self, instant: Instant) -> asyncio.Future[None]:
        """What is done once the clock has reached an instant, or the world that it belonged to has ended."""
        self._numbered += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._heap, (instant, self._numbered, future))
        return future

    @property
    def next_due(self) -> Instant | None:
        """When the first is to be woken; those that gave up are passed over."""
        while self._heap and self._heap[0][2].done():
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def wake(self, now: Instant) -> int:
        """Wake everybody whose instant has come; how many there were."""
        woken = 0
        while self._heap and self._heap[0][0] <= now:
            future = heappop(self._heap)[2]
            if not future.done():
                future.set_result(None)
                woken += 1
        return woken

    def end(self) -> None:
        """Wake everybody: the world that they waited in has ended."""
        heap, self._heap = self._heap, []
        for _, _, future in heap:
            if not future.done():
                future.set_result(None)
