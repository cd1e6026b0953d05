"""The contract of `QueueStore`: any sequence of verbs gives the answers of a sorted list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_server.domain.delivery import Change, Status, default_carrier
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.notification import Notification, WebhookRules
from mock_server.domain.submission import Submission
from mock_server.session.delivery_queue import QueueEntry
from mock_server.session.state import State
from tests.adapters.contract.implementations import Create, on_each_implementation, play

messages = st.sampled_from("ab")
instants = st.integers(0, 3).map(Instant)


class QueuedRow(NamedTuple):
    """A row of the model; rows sort by due time, then by insertion."""

    due: int
    inserted: int
    message_id: str
    label: str


class QueueMachine(RuleBasedStateMachine):
    """The queue, and a list of rows."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.queue = state.queue
        self.rows: list[QueuedRow] = []
        self.inserted = 0
        self.epoch = self.queue.epoch

    @initialize(steps=st.lists(st.tuples(messages, instants), min_size=4, max_size=8))
    def fill(self, steps: list[tuple[str, Instant]]) -> None:
        """The queue begins with some entries."""
        for message_id, due in steps:
            self.put(message_id, due)

    @rule(message_id=messages, due=instants)
    def put(self, message_id: str, due: Instant) -> None:
        """A new entry; the label tells entries of one message apart."""
        self.inserted += 1
        label = str(self.inserted)
        change = Change(due, Status.SENT, default_carrier(Status.SENT))
        message = Message(message_id, Submission(text=label), "admin", "admin", "P", Instant(0), "1")
        self.queue.put(QueueEntry(message, (Notification(0, change, due),), WebhookRules()))
        self.rows.append(QueuedRow(due, self.inserted, message_id, label))

    @precondition(lambda self: self.rows)
    @rule()
    def take(self) -> None:
        """The first entry leaves."""
        first = min(self.rows)
        self.rows.remove(first)
        assert shown([self.queue.take()]) == shown_rows([first])

    @precondition(lambda self: self.rows)
    @rule(due=instants)
    def retry(self, due: Instant) -> None:
        """An entry that is queued again comes after those of the same time."""
        self.inserted += 1
        first = min(self.rows)
        self.rows.remove(first)
        self.rows.append(first._replace(due=due, inserted=self.inserted))
        entry = self.queue.take()
        entry.repeat_at(due)
        self.queue.put(entry)

    @rule(message_id=messages)
    def withdraw(self, message_id: str) -> None:
        """The entries of one message leave, in due order."""
        withdrawn = sorted(each for each in self.rows if each.message_id == message_id)
        self.rows = [each for each in self.rows if each.message_id != message_id]
        assert shown(self.queue.withdraw(message_id)) == shown_rows(withdrawn)

    @rule()
    def clear(self) -> None:
        """All entries leave; the epoch stays."""
        assert sorted(shown(self.queue.clear())) == sorted(shown_rows(self.rows))
        self.rows = []

    @rule()
    def reset(self) -> None:
        """All entries leave, and another epoch begins."""
        self.queue.reset()
        self.rows = []
        self.epoch += 1

    @invariant()
    def shows_the_rows(self) -> None:
        """Order, length, first due time and epoch."""
        rows = shown_rows(sorted(self.rows))
        assert shown(self.queue) == rows
        assert shown(self.queue.first(2)) == rows[:2]
        assert (len(self.queue), self.queue.next_due) == (len(rows), rows[0][0] if rows else None)
        assert self.queue.epoch == self.epoch


def shown(entries: Iterable[QueueEntry]) -> list[tuple[int, str]]:
    """Due times and labels."""
    return [(each.due, each.message.submission.text) for each in entries]


def shown_rows(rows: Iterable[QueuedRow]) -> list[tuple[int, str]]:
    """Due times and labels."""
    return [(each.due, each.label) for each in rows]


@on_each_implementation
def test_the_delivery_queue_behaves_as_a_sorted_list(create: Create) -> None:
    """Equal due times keep the order of insertion; a retry is inserted anew; only a reset begins an epoch."""
    play(QueueMachine, create)
