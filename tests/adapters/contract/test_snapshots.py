"""The contract of `SnapshotStore`: any sequence of verbs gives the answers of a dictionary."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mock_server.domain.instants import Instant
from mock_server.scenario.loader import scenario_of
from mock_server.session.snapshots import MOST, Held, Snapshot
from mock_server.session.state import State
from tests.adapters.contract.implementations import Create, on_each_implementation, play


class SnapshotMachine(RuleBasedStateMachine):
    """The snapshots, and a dictionary."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.snapshots = state.snapshots
        self.empty = Snapshot(
            at=Instant(0),
            rate=0.0,
            scenario=scenario_of({"version": 1}, "test"),
            store=None,
            entries=(),
            receivers=state.receivers.snapshot(),
            stubs=state.stubs.snapshot(),
            journal=state.journal.snapshot(frozenset(), Instant(0)),
            held=Held(0, 0, 0, 0, 0),
        )
        self.dictionary: dict[str, Instant] = {}
        self.numbered = 0

    @precondition(lambda self: len(self.dictionary) < MOST)
    @rule(count=st.integers(1, 5))
    def put(self, count: int) -> None:
        """Each snapshot has a number of its own."""
        for _ in range(min(count, MOST - len(self.dictionary))):
            self.numbered += 1
            at = Instant(self.numbered)
            assert self.snapshots.put(msgspec.structs.replace(self.empty, at=at)) == str(self.numbered)
            self.dictionary[str(self.numbered)] = at

    @precondition(lambda self: self.dictionary)
    @rule(index=st.integers(0, MOST - 1))
    def remove(self, index: int) -> None:
        """A snapshot leaves; its number is not used again."""
        snapshot_id = list(self.dictionary)[index % len(self.dictionary)]
        assert self.snapshots.remove(snapshot_id).at == self.dictionary.pop(snapshot_id)

    @invariant()
    def shows_the_dictionary(self) -> None:
        """All snapshots, oldest first, each by its id, and whether there is room."""
        assert [(name, each.at) for name, each in self.snapshots] == list(self.dictionary.items())
        for number in range(self.numbered + 2):
            found = self.snapshots.get(str(number))
            assert (None if found is None else found.at) == self.dictionary.get(str(number))
        assert self.snapshots.is_full == (len(self.dictionary) == MOST)


@on_each_implementation
def test_snapshots_behave_as_a_dictionary(create: Create) -> None:
    """Snapshots are numbered from 1 in the order of their creation; a number is never used twice."""
    play(SnapshotMachine, create)
