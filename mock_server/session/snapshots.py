"""The snapshots of one session: everything that a reset would clear, as it stood."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mock_server.domain.instants import Instant
from mock_server.journal.journal import JournalState
from mock_server.scenario.model import Scenario
from mock_server.session.delivery_queue import QueueEntry

MOST = 20
"""Snapshots that a session keeps."""


class Held(msgspec.Struct, frozen=True):
    """How much a session holds."""

    messages: int
    exchanges: int
    webhook_attempts: int
    notifications_pending: int
    stubs: int


class Snapshot(msgspec.Struct, frozen=True):
    """A session as it stood. Nothing in here is ever changed: what can change is copied, both ways."""

    at: Instant
    rate: float
    """Of the clock: 0 where it stood still."""
    scenario: Scenario
    store: object
    entries: tuple[QueueEntry, ...]
    """In the order in which they are due, those first that were under way."""
    receivers: object
    stubs: object
    journal: JournalState
    held: Held


class FullError(Exception):
    """There is no room for another snapshot."""


class Snapshots:
    """Snapshots, numbered from 1; a number is never used again."""

    __slots__ = ("_numbered", "_snapshots")

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}
        self._numbered = 0

    def __iter__(self) -> Iterator[tuple[str, Snapshot]]:
        """All snapshots with their ids, oldest first."""
        return iter(tuple(self._snapshots.items()))

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another one."""
        return len(self._snapshots) >= MOST

    def put(self, snapshot: Snapshot) -> str:
        """Keep a snapshot; its id."""
        self._numbered += 1
        self._snapshots[str(self._numbered)] = snapshot
        return str(self._numbered)

    def get(self, snapshot_id: str) -> Snapshot | None:
        """One snapshot, or `None`."""
        return self._snapshots.get(snapshot_id)

    def take_away(self, snapshot_id: str) -> Snapshot:
        """Keep a snapshot no longer."""
        return self._snapshots.pop(snapshot_id)
