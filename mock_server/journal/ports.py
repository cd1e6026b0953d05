"""The journal of a session, as ports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from mock_server.domain.delivery import Status
from mock_server.domain.instants import Instant
from mock_server.domain.secrets import Secrets
from mock_server.journal.counters import Counters
from mock_server.journal.exchange import Exchange
from mock_server.journal.journal import Headers, JournalState
from mock_server.journal.webhook_attempts import AttemptsState, WebhookAttempt
from mock_server.ports import WebhookAnswer


class AttemptStore(Protocol):
    """The webhook attempts of a session, numbered from 1."""

    @property
    def opened(self) -> int:
        """The number of the newest attempt."""
        ...

    @property
    def evicted(self) -> int:
        """How many attempts were evicted for newer ones."""
        ...

    def __len__(self) -> int:
        """How many are kept."""
        ...

    def __iter__(self) -> Iterator[WebhookAttempt]:
        """The kept attempts, newest first."""
        ...

    def begin(self, attempt: WebhookAttempt) -> None:
        """Number and keep an attempt before it is made."""
        ...

    def end(self, attempt: WebhookAttempt, answer: WebhookAnswer, next_try_at: Instant | None) -> None:
        """Record the answer to an attempt, and when the notification is repeated."""
        ...

    def since(self, number: int) -> Sequence[WebhookAttempt]:
        """The kept attempts after the first `number`, oldest first."""
        ...

    def snapshot(self, due_again: frozenset[tuple[str, Status]], now: Instant) -> AttemptsState:
        """The attempts as they stand."""
        ...

    def restore(self, state: AttemptsState) -> None:
        """Return to a snapshot."""
        ...


class ExchangeStore(Protocol):
    """The exchanges of a session, its webhook attempts and its counters."""

    @property
    def attempts(self) -> AttemptStore:
        """The webhook attempts."""
        ...

    @property
    def counters(self) -> Counters:
        """What became of the sends."""
        ...

    @property
    def opened(self) -> int:
        """The number of the newest exchange."""
        ...

    @property
    def settled(self) -> int:
        """How many requests were served to their end."""
        ...

    @property
    def evicted(self) -> int:
        """How many exchanges were evicted for newer ones."""
        ...

    @property
    def forgotten(self) -> int:
        """The number of the last exchange that a tester deleted; 0 where none was."""
        ...

    def __len__(self) -> int:
        """How many exchanges are kept."""
        ...

    def __iter__(self) -> Iterator[Exchange]:
        """The kept exchanges, newest first."""
        ...

    def open(self, at: Instant, method: str, path: bytes, headers: Headers) -> Exchange:
        """Begin an entry."""
        ...

    def record_body(self, exchange: Exchange, body: bytes, now: Instant, secrets: Secrets) -> None:
        """Keep the body, or as much of it as is allowed."""
        ...

    def settle(self, exchange: Exchange, presented: bytes | None) -> None:
        """Count and complete an entry; `presented` is the request's `Authorization`."""
        ...

    def get(self, exchange_id: str) -> Exchange | None:
        """One exchange, or `None` when it is unknown or evicted."""
        ...

    def forget(self) -> int:
        """Delete all exchanges; how many there were. Numbers continue."""
        ...

    def clear(self) -> None:
        """Delete everything, and number from 1 again."""
        ...

    def close(self) -> None:
        """Delete everything for good."""
        ...

    def snapshot(self, due_again: frozenset[tuple[str, Status]], now: Instant) -> JournalState:
        """The journal as it stands; `due_again` names attempts under way by message and status."""
        ...

    def restore(self, state: JournalState) -> None:
        """Return to a snapshot."""
        ...

    def discard(self, state: JournalState) -> None:
        """Release what a snapshot holds."""
        ...
