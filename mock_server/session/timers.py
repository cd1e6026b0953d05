"""Timers on a session's clock.

They fire when the running clock reaches their instant, or during an advance, in order of time. A reset cancels all of
them, since their instants belong to a time that is gone. The end of the session cancels them for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush

from mock_server.domain.instants import Instant

_MOST_CANCELLED = 64
"""Cancelled timers that may stay in the heap."""

_TURNS = 5

Callback = Callable[[bool], None]
"""Called with True when the instant has come, with False when the timer was cancelled by a reset or the end."""


class Timer:
    """One pending callback for an instant."""

    __slots__ = ("_callback", "counts", "instant")

    def __init__(self, instant: Instant, callback: Callback, *, counts: bool) -> None:
        self.instant = instant
        self.counts = counts
        """Whether an advance until idle waits for it."""
        self._callback: Callback | None = callback

    @property
    def over(self) -> bool:
        """Whether it fired or was cancelled."""
        return self._callback is None

    def end(self, *, reached: bool, silently: bool = False) -> None:
        """Fire or cancel it, once; `silently` without a call."""
        callback, self._callback = self._callback, None
        if callback is not None and not silently:
            callback(reached)


class Timers:
    """The timers of one session, by instant."""

    def __init__(self, now: Callable[[], Instant], on_first: Callable[[], None]) -> None:
        self._now = now
        self._on_first = on_first
        """Called when a timer becomes the first one."""
        self._heap: list[tuple[Instant, int, Timer]] = []
        self._added = 0
        self._counting = 0
        self._cancelled = 0
        self._woken: set[asyncio.Task[object]] = set()
        """Tasks that a timer woke, and that neither ended nor wait again."""
        self._settled = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        """How many timers an advance until idle waits for."""
        return self._counting

    @property
    def next_due(self) -> Instant | None:
        """When the first timer fires."""
        self._drop_cancelled()
        return self._heap[0][0] if self._heap else None

    async def until(self, instant: Instant, *, counts: bool = True) -> bool:
        """Wait for an instant; True when it has come, False when a reset or the session's end came first.

        `counts`: whether an advance until idle waits for it.
        """
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"  # noqa: S101
        self._rest(task)
        if self._closed:
            return False
        if instant <= self._now():
            return True
        reached: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        timer = self.at(instant, partial(self._wake, task, reached), counts=counts)
        try:
            return await reached
        finally:
            self.cancel(timer)

    def at(self, instant: Instant, callback: Callback, *, counts: bool = False) -> Timer:
        """Call a function at an instant, or when that is never going to come.

        The function must not block, and an advance does not wait for what follows from it.
        """
        timer = Timer(instant, callback, counts=counts)
        if self._closed or instant <= self._now():
            asyncio.get_running_loop().call_soon(partial(timer.end, reached=not self._closed))
            return timer
        former = self.next_due
        self._added += 1
        self._counting += counts
        heappush(self._heap, (instant, self._added, timer))
        if former is None or instant < former:
            self._on_first()
        return timer

    def cancel(self, timer: Timer) -> None:
        """Cancel a timer without a call; no effect on one that is over."""
        if timer.over:
            return
        timer.end(reached=False, silently=True)
        self._counting -= timer.counts
        self._cancelled += 1
        if self._cancelled > _MOST_CANCELLED and self._cancelled * 2 > len(self._heap):
            self._heap = sorted(entry for entry in self._heap if not entry[2].over)
            self._cancelled = 0

    def wake(self, now: Instant) -> None:
        """Fire every timer whose instant has come, in order of time."""
        while self._heap and self._heap[0][0] <= now:
            self._take().end(reached=True)

    async def settled(self, patience: float) -> None:
        """Let the woken tasks run until they end or wait again, for at most `patience` seconds of wall time."""
        self._settled.clear()
        if self._woken:
            try:
                async with asyncio.timeout(patience):
                    await self._settled.wait()
            except TimeoutError:
                self._woken.clear()
        # Other tasks may wait for those that ended.
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def end(self) -> None:
        """Cancel every timer, and tell its callback that the instant has not come."""
        ended, self._heap = sorted(self._heap), []
        self._counting = self._cancelled = 0
        for _, _, timer in ended:
            timer.end(reached=False)

    def close(self) -> None:
        """Cancel every timer for good: the session is gone."""
        self._closed = True
        self.end()

    def _take(self) -> Timer:
        timer = heappop(self._heap)[2]
        if timer.over:
            self._cancelled -= 1
        else:
            self._counting -= timer.counts
        return timer

    def _drop_cancelled(self) -> None:
        while self._heap and self._heap[0][2].over:
            self._take()

    def _wake(self, task: asyncio.Task[object], reached: asyncio.Future[bool], came: bool) -> None:
        if reached.done():
            return
        reached.set_result(came)
        self._woken.add(task)
        task.add_done_callback(self._rest)

    def _rest(self, task: asyncio.Task[object]) -> None:
        if task in self._woken:
            self._woken.discard(task)
            task.remove_done_callback(self._rest)
        if not self._woken:
            self._settled.set()
