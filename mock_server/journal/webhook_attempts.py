"""What was sent to webhooks, and what came of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from copy import copy
from itertools import islice
from typing import NamedTuple

from mock_server.domain.delivery import Status
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.ports import Answered


class WebhookAttempt:
    """One HTTP POST of a receipt. What came of it is filled in when it is known."""

    __slots__ = (
        "answered",
        "at",
        "body",
        "content_type",
        "gave_up",
        "id",
        "message",
        "next_try_at",
        "status",
        "try_",
    )

    def __init__(self, message: Message, status: Status, at: Instant, try_: int, content: tuple[bytes, str]) -> None:
        self.id = ""
        self.message = message
        self.status = status
        """The status that it tells of."""
        self.at = at
        self.try_ = try_
        """1 for the first of this notification."""
        self.body, self.content_type = content
        self.answered: Answered | None = None
        """`None` while the receiver is waited for."""
        self.next_try_at: Instant | None = None
        self.gave_up = False

    @property
    def outcome(self) -> str:
        """One word for what came of it."""
        if self.answered is None:
            return "under way"
        if self.answered.taken:
            return "taken"
        return "given up" if self.gave_up else "failed"


class AttemptsState(NamedTuple):
    """A log as it stood."""

    entries: tuple[WebhookAttempt, ...]
    opened: int


class AttemptLog:
    """The webhook attempts of one session, numbered from 1."""

    def __init__(self, most: int) -> None:
        self._entries: deque[WebhookAttempt] = deque(maxlen=most)
        self.opened = 0
        """How many there have been."""

    def begin(self, attempt: WebhookAttempt) -> None:
        """Write an attempt down before it is made."""
        self.opened += 1
        attempt.id = str(self.opened)
        self._entries.append(attempt)

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._entries)

    def __iter__(self) -> Iterator[WebhookAttempt]:
        """All attempts that are kept, newest first."""
        return reversed(self._entries)

    def since(self, number: int) -> tuple[WebhookAttempt, ...]:
        """Those after the first `number` that are kept, oldest first."""
        return tuple(islice(self._entries, max(0, number - (self.opened - len(self._entries))), None))

    @property
    def evicted(self) -> int:
        """How many had to go for newer ones."""
        return self.opened - len(self._entries)

    def snapshot(self, due_again: frozenset[tuple[str, Status]], now: Instant) -> AttemptsState:
        """The log as it stands; what no answer has come of is told as that, and as repeated where it is due again."""
        kept = (_given_up_on(each, due_again, now) if each.answered is None else each for each in self._entries)
        return AttemptsState(tuple(kept), self.opened)

    def restore(self, state: AttemptsState) -> None:
        """Go back to a snapshot; an attempt that was answered never changes, so that it need not be copied."""
        self._entries.clear()
        self._entries.extend(state.entries)
        self.opened = state.opened

    def clear(self) -> None:
        """Forget everything, and number from 1 again."""
        self._entries.clear()
        self.opened = 0


def _given_up_on(attempt: WebhookAttempt, due_again: frozenset[tuple[str, Status]], now: Instant) -> WebhookAttempt:
    told = copy(attempt)
    told.answered = Answered(None, "no answer had come when the snapshot was taken", b"", 0.0)
    told.next_try_at = now if (attempt.message.id, attempt.status) in due_again else None
    return told
