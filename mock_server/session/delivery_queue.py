"""The notifications that a session still has to send, ordered by time."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from heapq import heapify, heappop, heappush, nsmallest

import msgspec

from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.notification import Notification, WebhookRules


class QueueEntry:
    """Notifications of one message, sent one after another, each repeated until it is taken or given up.

    The delivery queue holds an entry at most once; `due` is when its next attempt starts.
    """

    __slots__ = ("attempts", "body", "due", "message", "notifications", "position", "rules")

    def __init__(self, message: Message, notifications: tuple[Notification, ...], rules: WebhookRules) -> None:
        self.message = message
        self.notifications = notifications
        self.rules = rules
        self.position = 0
        self.attempts = 0
        """Failed attempts of the current notification."""
        self.body: bytes | None = None
        """The body of the first attempt, which the next ones repeat (WH-4)."""
        self.due = notifications[0].due if notifications else Instant(0)

    def copy(self) -> QueueEntry:
        """An independent copy."""
        return copy(self)

    @property
    def current(self) -> Notification | None:
        """The next notification to send; `None` when all are done."""
        return self.notifications[self.position] if self.position < len(self.notifications) else None

    def next_gap(self) -> int | None:
        """How long to wait after another failure; `None` when the notification is then given up."""
        return self.rules.retries[self.attempts] if self.attempts < len(self.rules.retries) else None

    def send_at(self, due: Instant) -> None:
        """Make `due` the time of the next attempt."""
        self.due = due

    def keep_body(self, body: bytes) -> None:
        """Keep the body of the first attempt for those that repeat it."""
        self.body = body

    def repeat_at(self, due: Instant) -> None:
        """Record a failure, and retry at `due`."""
        self.attempts += 1
        self.due = due

    def proceed(self, now: Instant) -> None:
        """Go on to the next notification, due at its change or now, whichever is later."""
        self.position += 1
        self.attempts = 0
        self.body = None
        if self.current is not None:
            self.due = max(self.current.due, now)

    def earliest_follow_up(self) -> Instant | None:
        """The first instant at which anything can come of the attempt that is under way."""
        gap = self.next_gap()
        after_failure = None if gap is None else Instant(self.due + gap)
        if self.position + 1 >= len(self.notifications):
            return after_failure
        after_success = max(self.notifications[self.position + 1].due, self.due)
        return after_success if after_failure is None else min(after_success, after_failure)

    def forget_after(self, now: Instant, *, under_way: bool = False) -> None:
        """Drop the notifications of changes after now; an attempt under way is not cancelled."""
        begun = self.position + under_way
        done = self.notifications[:begun]
        kept = tuple(each for each in self.notifications[begun:] if each.change.at <= now)
        self.notifications = (*done, *kept)

    def end_after_this(self) -> None:
        """Make the attempt under way the last one: no retry, and no further notification."""
        self.notifications = self.notifications[: self.position + 1]
        self.rules = msgspec.structs.replace(self.rules, retries=())

    def append(self, notification: Notification) -> None:
        """Send one more notification, after all others."""
        if self.current is None:
            self.due = notification.due
        self.notifications = (*self.notifications, notification)


class DeliveryQueue:
    """Entries by due time; equal times in order of insertion."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, QueueEntry]] = []
        self._put = 0
        self._epoch = 0

    def __len__(self) -> int:
        """How many entries wait."""
        return len(self._heap)

    def __iter__(self) -> Iterator[QueueEntry]:
        """The entries in the order in which they are due."""
        return (entry for _, _, entry in sorted(self._heap, key=lambda entry: entry[:2]))

    def first(self, count: int) -> list[QueueEntry]:
        """The first entries in the order in which they are due."""
        return [entry for _, _, entry in nsmallest(count, self._heap, key=lambda entry: entry[:2])]

    def put(self, entry: QueueEntry) -> None:
        """Add an entry."""
        self._put += 1
        heappush(self._heap, (entry.due, self._put, entry))

    @property
    def next_due(self) -> Instant | None:
        """When the first entry is due."""
        return self._heap[0][0] if self._heap else None

    def take(self) -> QueueEntry:
        """Remove and return the first entry."""
        return heappop(self._heap)[2]

    def clear(self) -> list[QueueEntry]:
        """Remove and return every entry."""
        cleared, self._heap = [entry for _, _, entry in self._heap], []
        return cleared

    @property
    def epoch(self) -> int:
        """How often the queue was reset: work of an earlier epoch belongs to a world that is gone."""
        return self._epoch

    def reset(self) -> None:
        """Remove every entry and begin another epoch."""
        self.clear()
        self._epoch += 1

    def withdraw(self, message_id: str) -> list[QueueEntry]:
        """Remove and return the entries of one message."""
        withdrawn = sorted(entry for entry in self._heap if entry[2].message.id == message_id)
        if withdrawn:
            self._heap = [entry for entry in self._heap if entry[2].message.id != message_id]
            heapify(self._heap)
        return [entry for _, _, entry in withdrawn]
