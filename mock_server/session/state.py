"""The state of a session: what another process would need to continue its world."""

from __future__ import annotations

from typing import Any

import msgspec

from mock_server.journal.ports import ExchangeStore
from mock_server.ports import Clock, Ids, StateStore
from mock_server.session.ports import QueueStore, ReceiverStore, SnapshotStore, StubStore
from mock_server.session.scenario_in_force import ScenarioInForce


class State(msgspec.Struct, frozen=True):
    """The pieces of a session's state, each the owner of its part."""

    seed: int
    clock: Clock
    ids: Ids
    scenario: ScenarioInForce
    store: StateStore[Any]
    """Windows, messages and lives."""
    journal: ExchangeStore
    stubs: StubStore
    queue: QueueStore
    receivers: ReceiverStore
    snapshots: SnapshotStore
