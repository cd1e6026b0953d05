"""What only this process has of a session: its users, tasks, held answers, timers and subscriptions.

Another process would need none of it to continue the session's world; that part is in `state`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mock_server.domain.instants import Duration, Instant
from mock_server.ports import Alarm, Stopwatch
from mock_server.session.delivery_queue import QueueEntry
from mock_server.session.subscriptions import Subscriptions
from mock_server.session.timers import Timers


class Usage:
    """How many requests use a session now, and when the last one ended; `with usage:` counts one.

    A session in use does not expire. Held answers, open pages and waits are requests too.
    """

    __slots__ = ("_stopwatch", "count", "ended_at")

    def __init__(self, stopwatch: Stopwatch) -> None:
        self._stopwatch = stopwatch
        self.count = 0
        self.ended_at: Duration = stopwatch()
        """By the server's stopwatch."""

    def __enter__(self) -> None:
        self.count += 1

    def __exit__(self, *_: object) -> None:
        self.count -= 1
        self.ended_at = self._stopwatch()

    def idle_for(self) -> Duration:
        """How long the session has had no request."""
        return 0 if self.count else self._stopwatch() - self.ended_at


class HeldAnswers:
    """Answers that wait until a tester releases them, by their exchange."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def __len__(self) -> int:
        """How many answers are held."""
        return len(self._waiting)

    async def wait(self, exchange_id: str) -> None:
        """Hold the answer of an exchange; return when it is released, or when the session is reset or ends."""
        waiting = self._waiting[exchange_id] = asyncio.get_running_loop().create_future()
        try:
            await waiting
        finally:
            if self._waiting.get(exchange_id) is waiting:
                del self._waiting[exchange_id]

    @property
    def ids(self) -> list[str]:
        """The exchanges whose answers are held."""
        return [exchange_id for exchange_id, waiting in self._waiting.items() if not waiting.done()]

    def release(self, exchange_id: str) -> bool:
        """Release one answer; whether it was held."""
        waiting = self._waiting.get(exchange_id)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(None)
        return True

    def release_all(self) -> list[str]:
        """Release every answer; their exchanges."""
        return [exchange_id for exchange_id in self.ids if self.release(exchange_id)]


class Presence:
    """The users, tasks, timers and subscriptions of one session in this process."""

    def __init__(
        self, *, usage: Usage, now: Callable[[], Instant], on_first_timer: Callable[[], None], alarm: Alarm
    ) -> None:
        self.usage = usage
        self.alarm = alarm
        self.timers = Timers(now, on_first_timer)
        self.subscriptions = Subscriptions()
        self.held_answers = HeldAnswers()
        self._attempts: dict[asyncio.Task[None], QueueEntry] = {}
        self._advancing = False

    @property
    def advancing(self) -> bool:
        """Whether a tester moves the clock now; nothing else starts due work meanwhile."""
        return self._advancing

    @contextmanager
    def advance(self) -> Iterator[None]:
        """Mark the session as advancing, with its alarm off."""
        self._advancing = True
        self.alarm.ring_in(None)
        try:
            yield
        finally:
            self._advancing = False

    @property
    def attempt_tasks(self) -> tuple[asyncio.Task[None], ...]:
        """The tasks of the webhook attempts under way."""
        return tuple(self._attempts)

    @property
    def attempts_under_way(self) -> tuple[QueueEntry, ...]:
        """The queue entries whose attempts wait for their receivers."""
        return tuple(self._attempts.values())

    def attempt_started(self, task: asyncio.Task[None], entry: QueueEntry) -> None:
        """Keep the task of an attempt until `attempt_ended`."""
        self._attempts[task] = entry

    def attempt_ended(self, task: asyncio.Task[None]) -> None:
        """Forget the task of an attempt."""
        self._attempts.pop(task, None)

    def drop_work(self) -> None:
        """Cancel attempts, end timers and release held answers."""
        self.alarm.ring_in(None)
        for task in self._attempts:
            task.cancel()
        self._attempts.clear()
        self.timers.end()
        self.held_answers.release_all()

    def end(self) -> None:
        """End everything for good: the session is gone."""
        self.subscriptions.end()
        self.timers.close()
        self.drop_work()
