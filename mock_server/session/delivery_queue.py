"""What a session still has to do, and when: the notifications of its messages."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from heapq import heapify, heappop, heappush, nsmallest

import msgspec

from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.notification import Notification, WebhookRules


class QueueEntry:
    """Notifications of one message that go out one after the other, each repeated until it is taken or given up.

    It stands on the delivery queue at most once; `due` is when it is to be taken up next.
    """

    __slots__ = ("attempts", "body", "due", "message", "notifications", "position", "rules")

    def __init__(self, message: Message, notifications: tuple[Notification, ...], rules: WebhookRules) -> None:
        self.message = message
        self.notifications = notifications
        self.rules = rules
        self.position = 0
        self.attempts = 0
        """Of the current notification, so far."""
        self.body: bytes | None = None
        """What the first attempt said, for the next ones to say again (WH-4)."""
        self.due = notifications[0].due if notifications else Instant(0)

    def copy(self) -> QueueEntry:
        """The same, to be gone on with on its own."""
        return copy(self)

    @property
    def current(self) -> Notification | None:
        """What goes out next; `None` when all is done."""
        return self.notifications[self.position] if self.position < len(self.notifications) else None

    def next_gap(self) -> int | None:
        """How long the current notification waits after another failure; `None` when it would be given up."""
        return self.rules.retries[self.attempts] if self.attempts < len(self.rules.retries) else None

    def repeat_at(self, due: Instant) -> None:
        """The attempt failed: try again then."""
        self.attempts += 1
        self.due = due

    def proceed(self, now: Instant) -> None:
        """The current notification is done with: on to the next, which waits for its change and for this one."""
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
        """Forget the notifications of changes that were to come after now; what is under way is not called back."""
        begun = self.position + under_way
        done = self.notifications[:begun]
        kept = tuple(each for each in self.notifications[begun:] if each.change.at <= now)
        self.notifications = (*done, *kept)

    def end_after_this(self) -> None:
        """Have nothing follow the attempt that is under way: no repetition, and no other notification."""
        self.notifications = self.notifications[: self.position + 1]
        self.rules = msgspec.structs.replace(self.rules, retries=())

    def append(self, notification: Notification) -> None:
        """Have one more go out behind all others."""
        if self.current is None:
            self.due = notification.due
        self.notifications = (*self.notifications, notification)


class DeliveryQueue:
    """Lanes by the time they are due; equal times in the order in which they were put there."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, QueueEntry]] = []
        self._put = 0

    def __len__(self) -> int:
        """How many entries wait."""
        return len(self._heap)

    def __iter__(self) -> Iterator[QueueEntry]:
        """The entries in the order in which they are due."""
        return (entry for _, _, entry in sorted(self._heap, key=lambda entry: entry[:2]))

    def first(self, count: int) -> list[QueueEntry]:
        """Those that are due before all others."""
        return [entry for _, _, entry in nsmallest(count, self._heap, key=lambda entry: entry[:2])]

    def put(self, entry: QueueEntry) -> None:
        """Have an entry taken up when it is due."""
        self._put += 1
        heappush(self._heap, (entry.due, self._put, entry))

    @property
    def next_due(self) -> Instant | None:
        """When the first entry is due."""
        return self._heap[0][0] if self._heap else None

    def take(self) -> QueueEntry:
        """Take the first entry off."""
        return heappop(self._heap)[2]

    def clear(self) -> list[QueueEntry]:
        """Take every entry off."""
        cleared, self._heap = [entry for _, _, entry in self._heap], []
        return cleared

    def withdraw(self, message_id: str) -> list[QueueEntry]:
        """Take the entries of one message off, wherever they stand."""
        withdrawn = sorted(entry for entry in self._heap if entry[2].message.id == message_id)
        if withdrawn:
            self._heap = [entry for entry in self._heap if entry[2].message.id != message_id]
            heapify(self._heap)
        return [entry for _, _, entry in withdrawn]
