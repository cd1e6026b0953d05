"""Who waits for an instant of a session's clock, whatever makes the clock come there.

While the clock runs, the session's alarm wakes them; when a tester moves it, the advance does, in the order of time.
A reset ends every sleep at once: the instant belonged to a time that is gone. A session that is deleted ends them
too, and nobody sleeps in it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush

from mock_server.domain.instants import Instant

_MOST_CALLED_OFF = 64
"""How many sleeps that nobody needs any more stay where they are."""

_TURNS = 5

Woken = Callable[[bool], None]
"""Told whether the instant has come; else the sleep was ended."""


class Timer:
    """One wait for an instant, until it is over."""

    __slots__ = ("_end", "counts", "instant")

    def __init__(self, instant: Instant, woken: Woken, *, counts: bool) -> None:
        self.instant = instant
        self.counts = counts
        """An advance until nothing is left to do goes on for it."""
        self._end: Woken | None = woken

    @property
    def over(self) -> bool:
        """Whether it was woken, ended or called off."""
        return self._end is None

    def end(self, *, reached: bool, silently: bool = False) -> None:
        """Tell whoever sleeps, once; or have it never told."""
        woken, self._end = self._end, None
        if woken is not None and not silently:
            woken(reached)


class Timers:
    """All who wait for an instant of one session's clock; the one whose instant comes first is woken first."""

    def __init__(self, now: Callable[[], Instant], on_first: Callable[[], None]) -> None:
        self._now = now
        self._on_first = on_first
        """Called when somebody sleeps who is to be woken before all others."""
        self._heap: list[tuple[Instant, int, Timer]] = []
        self._put = 0
        self._counting = 0
        self._called_off = 0
        self._astir: set[asyncio.Task[object]] = set()
        """Those that were woken, and have neither ended nor gone to sleep again."""
        self._settled = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        """How many sleep whom an advance until nothing is left to do goes on for."""
        return self._counting

    @property
    def next_due(self) -> Instant | None:
        """When the first is to be woken."""
        self._forget_those_called_off()
        return self._heap[0][0] if self._heap else None

    async def until(self, instant: Instant, *, counts: bool = True) -> bool:
        """Return when the clock has come to an instant: True; False when a reset or the session's end came first.

        `counts`: an advance until nothing is left to do goes on until then.
        """
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"  # noqa: S101
        self._rest(task)
        if self._closed:
            return False
        if instant <= self._now():
            return True
        woken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        sleep = self.at(instant, partial(self._stir, task, woken), counts=counts)
        try:
            return await woken
        finally:
            self.call_off(sleep)

    def at(self, instant: Instant, woken: Woken, *, counts: bool = False) -> Timer:
        """Have a function called when the clock has come to an instant, or when that is not going to be.

        It must not wait, and an advance does not wait for what follows from it. `call_off` ends a sleep silently.
        """
        sleep = Timer(instant, woken, counts=counts)
        if self._closed or instant <= self._now():
            asyncio.get_running_loop().call_soon(partial(sleep.end, reached=not self._closed))
            return sleep
        former = self.next_due
        self._put += 1
        self._counting += counts
        heappush(self._heap, (instant, self._put, sleep))
        if former is None or instant < former:
            self._on_first()
        return sleep

    def call_off(self, sleep: Timer) -> None:
        """End a sleep, and tell nobody; one that is over stays so."""
        if sleep.over:
            return
        sleep.end(reached=False, silently=True)
        self._counting -= sleep.counts
        self._called_off += 1
        if self._called_off > _MOST_CALLED_OFF and self._called_off * 2 > len(self._heap):
            self._heap = sorted(entry for entry in self._heap if not entry[2].over)
            self._called_off = 0

    def wake(self, now: Instant) -> None:
        """Wake everybody whose instant has come, in the order of time."""
        while self._heap and self._heap[0][0] <= now:
            self._take().end(reached=True)

    async def settled(self, patience: float) -> None:
        """Let those that were woken run until they end or sleep again, for so many seconds of wall time at most."""
        self._settled.clear()
        if self._astir:
            try:
                async with asyncio.timeout(patience):
                    await self._settled.wait()
            except TimeoutError:
                self._astir.clear()
        # Others may wait for those that have ended, and go on in their place.
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def end(self) -> None:
        """End every sleep: those that slept are told that their instant has not come."""
        ended, self._heap = sorted(self._heap), []
        self._counting = self._called_off = 0
        for _, _, sleep in ended:
            sleep.end(reached=False)

    def close(self) -> None:
        """End every sleep, and let nobody sleep again: the session is gone."""
        self._closed = True
        self.end()

    def _take(self) -> Timer:
        sleep = heappop(self._heap)[2]
        if sleep.over:
            self._called_off -= 1
        else:
            self._counting -= sleep.counts
        return sleep

    def _forget_those_called_off(self) -> None:
        while self._heap and self._heap[0][2].over:
            self._take()

    def _stir(self, task: asyncio.Task[object], woken: asyncio.Future[bool], reached: bool) -> None:
        if woken.done():
            return
        woken.set_result(reached)
        self._astir.add(task)
        task.add_done_callback(self._rest)

    def _rest(self, task: asyncio.Task[object]) -> None:
        if task in self._astir:
            self._astir.discard(task)
            task.remove_done_callback(self._rest)
        if not self._astir:
            self._settled.set()
