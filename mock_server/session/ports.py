"""The state of a session, as ports: one protocol for each piece, each with one owner.

`StateStore` (windows, messages, lives), `Clock` and `Ids` are in `mock_server.ports`, the journal's are in
`mock_server.journal.ports`. The implementations in memory
never suspend, so each method is atomic. A shared store is another set of implementations, chosen by the composition
root.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from mock_server.domain.instants import Instant
from mock_server.domain.stub import RequestFacts, Stage, Stub, StubsInForce, StubTable
from mock_server.ports import WebhookAnswer
from mock_server.session.delivery_queue import QueueEntry
from mock_server.session.receivers import Behaviour, Received, ReceiversState
from mock_server.session.snapshots import Snapshot
from mock_server.session.stub_book import Matched, StubBookState, StubCounts


class StubStore(Protocol):
    """The stubs of a session, and how often each matched and applied."""

    def __iter__(self) -> Iterator[Stub]:
        """All stubs, those of the control API first, each in order of creation."""
        ...

    def use(self, table: StubTable, now: Instant) -> None:
        """Take the stubs of another scenario; an unchanged stub keeps its counts."""
        ...

    def next_place(self) -> int:
        """The number of the next stub of the control API."""
        ...

    def add(self, stub: Stub, now: Instant) -> None:
        """Add a stub of the control API; see `StubBook.add` for its errors."""
        ...

    def get(self, name: str) -> Stub | None:
        """One stub."""
        ...

    def remove(self, name: str) -> Stub | None:
        """Remove a stub of the control API; one of the scenario stays."""
        ...

    def clear(self) -> int:
        """Remove all stubs of the control API; how many there were."""
        ...

    def reset(self) -> None:
        """Remove all stubs and counts."""
        ...

    def counts(self, stub: Stub) -> StubCounts:
        """How often a stub matched and applied."""
        ...

    def unmatched(self) -> Iterator[Stub]:
        """The stubs of the control API that no request matched."""
        ...

    def exhausted_by(self, stub: Stub, now: Instant) -> str | None:
        """The limit after which a stub can never apply again, `times` or `for`; `None` while it can."""
        ...

    def ended(self, now: Instant) -> int:
        """How many stubs of the control API with a duration are exhausted."""
        ...

    def in_force(self) -> StubsInForce:
        """Which stubs there are now."""
        ...

    def those_in_force(self, then: StubsInForce) -> Iterator[Stub]:
        """The stubs of an earlier time that still exist."""
        ...

    def candidates(self, facts: RequestFacts) -> Sequence[Stub]:
        """The stubs that may match a request, in the order of precedence."""
        ...

    def match(self, stage: Stage, candidates: Sequence[Stub], facts: RequestFacts, now: Instant) -> Matched:
        """The stub that applies at a stage, counted, and those that its limits kept away."""
        ...

    def snapshot(self) -> StubBookState:
        """The stubs and counts as they stand."""
        ...

    def restore(self, state: StubBookState) -> None:
        """Return to a snapshot."""
        ...


class QueueStore(Protocol):
    """The notifications that a session still has to send, ordered by time."""

    @property
    def epoch(self) -> int:
        """How often the queue was reset: work of an earlier epoch belongs to a world that is gone."""
        ...

    @property
    def next_due(self) -> Instant | None:
        """When the first entry is due."""
        ...

    def __len__(self) -> int:
        """How many entries wait."""
        ...

    def __iter__(self) -> Iterator[QueueEntry]:
        """The entries in the order in which they are due."""
        ...

    def first(self, count: int) -> Sequence[QueueEntry]:
        """The first entries in that order."""
        ...

    def put(self, entry: QueueEntry) -> None:
        """Add an entry."""
        ...

    def take(self) -> QueueEntry:
        """Remove and return the first entry."""
        ...

    def withdraw(self, message_id: str) -> list[QueueEntry]:
        """Remove and return the entries of one message."""
        ...

    def clear(self) -> list[QueueEntry]:
        """Remove and return every entry."""
        ...

    def reset(self) -> None:
        """Remove every entry and begin another epoch."""
        ...


class ReceiverStore(Protocol):
    """The session's own webhook receivers, by name."""

    def received(self, name: str) -> Sequence[Received]:
        """What a receiver got, oldest first."""
        ...

    def answer_with(self, name: str, answer: int | Behaviour, times: int | None) -> None:
        """Instruct a receiver, created on first use; `OverflowError` when there are too many."""
        ...

    def record(self, name: str, body: bytes, content_type: str, at: Instant) -> int | Behaviour:
        """Record a notification, and return the answer to it; creates the receiver as `answer_with` does."""
        ...

    def deliver(self, name: str, body: bytes, content_type: str, at: Instant) -> WebhookAnswer:
        """Record a notification that was sent in process, and return what its sender sees."""
        ...

    def forget(self, name: str) -> None:
        """Delete a receiver."""
        ...

    def clear(self) -> None:
        """Delete every receiver."""
        ...

    def snapshot(self) -> ReceiversState:
        """The receivers as they stand."""
        ...

    def restore(self, state: ReceiversState) -> None:
        """Return to a snapshot."""
        ...


class SnapshotStore(Protocol):
    """The snapshots of a session, numbered from 1."""

    @property
    def is_full(self) -> bool:
        """Whether the session keeps as many as it may."""
        ...

    def __iter__(self) -> Iterator[tuple[str, Snapshot]]:
        """All snapshots with their ids, oldest first."""
        ...

    def put(self, snapshot: Snapshot) -> str:
        """Keep a snapshot and return its id."""
        ...

    def get(self, snapshot_id: str) -> Snapshot | None:
        """One snapshot, or `None`."""
        ...

    def remove(self, snapshot_id: str) -> Snapshot:
        """Remove and return a snapshot."""
        ...
