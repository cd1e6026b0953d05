"""The webhook attempts of a session and their answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from copy import copy
from itertools import islice
from typing import NamedTuple

from mock_server.domain.delivery import Status
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.ports import WebhookAnswer


class WebhookAttempt:
    """One HTTP POST of a receipt; its answer is filled in when it is known."""

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
        """The status that it notifies of."""
        self.at = at
        self.try_ = try_
        """1 for the first of this notification."""
        self.body, self.content_type = content
        self.answered: WebhookAnswer | None = None
        """`None` while the attempt is under way."""
        self.next_try_at: Instant | None = None
        self.gave_up = False

    def end(self, answer: WebhookAnswer, next_try_at: Instant | None) -> None:
        """Record the answer, and when the notification is repeated; without a repetition, a failure gives it up."""
        self.answered = answer
        self.next_try_at = next_try_at
        self.gave_up = not answer.taken and next_try_at is None

    @property
    def outcome(self) -> str:
        """Its outcome in one word."""
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
        """The number of the newest attempt."""

    def begin(self, attempt: WebhookAttempt) -> None:
        """Number and keep an attempt before it is made."""
        self.opened += 1
        attempt.id = str(self.opened)
        self._entries.append(attempt)

    def end(self, attempt: WebhookAttempt, answer: WebhookAnswer, next_try_at: Instant | None) -> None:
        """Record the answer to an attempt; see `WebhookAttempt.end`."""
        attempt.end(answer, next_try_at)

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._entries)

    def __iter__(self) -> Iterator[WebhookAttempt]:
        """The kept attempts, newest first."""
        return reversed(self._entries)

    def since(self, number: int) -> tuple[WebhookAttempt, ...]:
        """The kept attempts after the first `number`, oldest first."""
        return tuple(islice(self._entries, max(0, number - (self.opened - len(self._entries))), None))

    @property
    def evicted(self) -> int:
        """How many attempts were evicted for newer ones."""
        return self.opened - len(self._entries)

    def snapshot(self, due_again: frozenset[tuple[str, Status]], now: Instant) -> AttemptsState:
        """The log as it stands; an attempt under way counts as unanswered, and as retried if it is in `due_again`."""
        kept = (_unanswered(each, due_again, now) if each.answered is None else each for each in self._entries)
        return AttemptsState(tuple(kept), self.opened)

    def restore(self, state: AttemptsState) -> None:
        """Return to a snapshot; answered attempts never change and need no copy."""
        self._entries.clear()
        self._entries.extend(state.entries)
        self.opened = state.opened

    def clear(self) -> None:
        """Delete everything, and number from 1 again."""
        self._entries.clear()
        self.opened = 0


def _unanswered(attempt: WebhookAttempt, due_again: frozenset[tuple[str, Status]], now: Instant) -> WebhookAttempt:
    recorded = copy(attempt)
    recorded.answered = WebhookAnswer(None, "no answer had come when the snapshot was taken", b"", 0.0)
    recorded.next_try_at = now if (attempt.message.id, attempt.status) in due_again else None
    return recorded
