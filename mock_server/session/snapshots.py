"""Snapshots of a session: everything that a reset clears, as it stood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from mock_server.domain.instants import Instant
from mock_server.journal.journal import JournalState
from mock_server.scenario.model import Scenario
from mock_server.session.delivery_queue import QueueEntry
from mock_server.session.receivers import ReceiversState
from mock_server.session.stub_book import StubBookState

MOST = 20
"""Snapshots that a session keeps at most."""


class Held(msgspec.Struct, frozen=True):
    """How much a session holds."""

    messages: int
    exchanges: int
    webhook_attempts: int
    notifications_pending: int
    stubs: int


class Snapshot(msgspec.Struct, frozen=True):
    """A session as it stood; mutable parts are copied when it is taken and when it is restored."""

    at: Instant
    rate: float
    """The clock's rate; 0 when it was frozen."""
    scenario: Scenario
    store: Any
    """In the form of the store that took it."""
    entries: tuple[QueueEntry, ...]
    """In due order, after those whose attempts were under way."""
    receivers: ReceiversState
    stubs: StubBookState
    journal: JournalState
    held: Held


class Snapshots:
    """The snapshots of one session, numbered from 1; a number is never reused."""

    __slots__ = ("_numbered", "_snapshots")

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}
        self._numbered = 0

    def __iter__(self) -> Iterator[tuple[str, Snapshot]]:
        """All snapshots with their ids, oldest first."""
        return iter(tuple(self._snapshots.items()))

    @property
    def is_full(self) -> bool:
        """Whether the session keeps as many as it may."""
        return len(self._snapshots) >= MOST

    def put(self, snapshot: Snapshot) -> str:
        """Keep a snapshot and return its id."""
        self._numbered += 1
        self._snapshots[str(self._numbered)] = snapshot
        return str(self._numbered)

    def get(self, snapshot_id: str) -> Snapshot | None:
        """One snapshot, or `None`."""
        return self._snapshots.get(snapshot_id)

    def remove(self, snapshot_id: str) -> Snapshot:
        """Remove and return a snapshot."""
        return self._snapshots.pop(snapshot_id)
