"""The contract of `ExchangeStore` and `AttemptStore`: any sequence of verbs gives the answers of plain lists."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mock_server.domain.decision import Accepted, Decision, ProtocolError, Refused, SilentlyDropped
from mock_server.domain.delivery import Status
from mock_server.domain.errors import WRONG_NUMBER
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.secrets import Secrets
from mock_server.domain.submission import Operation, Submission
from mock_server.journal.exchange import Exchange
from mock_server.journal.webhook_attempts import WebhookAttempt
from mock_server.ports import WebhookAnswer
from mock_server.session.state import State
from tests.adapters.contract.implementations import MOST, Create, on_each_implementation, play

indexes = st.integers(0, 5)


class ListedExchange(NamedTuple):
    """An exchange that is kept."""

    number: int
    path: bytes
    body: bytes


class RequestEnding(NamedTuple):
    """How a request was served."""

    counter: str
    """The counter that counts it."""
    decision: Decision | None = None
    protocol_error: ProtocolError | None = None
    bug: str | None = None


ENDINGS = (
    RequestEnding("accepted", Decision(Accepted("id", "P"), "", None)),
    RequestEnding("accepted", Decision(Accepted("id", "P"), "", None, forced=True)),
    RequestEnding("dropped", Decision(SilentlyDropped("id", "P"), "", None)),
    RequestEnding("refused", Decision(Refused(WRONG_NUMBER, WRONG_NUMBER.requirement), "", None)),
    RequestEnding("refused", protocol_error=ProtocolError(WRONG_NUMBER, "", None)),
    RequestEnding("failed", bug="Traceback"),
    RequestEnding("unanswered"),
)


class ListedJournal:
    """What a journal holds, as lists."""

    def __init__(self) -> None:
        self.entries: list[ListedExchange] = []
        """Oldest first."""
        self.opened = self.forgotten = 0
        self.outcomes: Counter[str] = Counter()

    def enter(self, path: bytes) -> None:
        """Number and keep an exchange; the oldest is evicted."""
        self.opened += 1
        self.entries = [*self.entries, ListedExchange(self.opened, path, b"")][-MOST:]

    def read(self, number: int, body: bytes) -> None:
        """Keep the body of an exchange that is not evicted."""
        self.entries = [each._replace(body=body) if each.number == number else each for each in self.entries]

    def forget(self) -> None:
        """Delete exchanges and counters; numbers continue."""
        self.entries, self.forgotten = [], self.opened
        self.outcomes = Counter()


class Served(NamedTuple):
    """A request being served, and the epoch in which the journal entered it."""

    exchange: Exchange
    epoch: int


class ExchangeMachine(RuleBasedStateMachine):
    """The journal, and lists."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.journal = state.journal
        self.lists = ListedJournal()
        self.kept, self.kept_lists = self.journal.snapshot(frozenset(), Instant(0)), deepcopy(self.lists)
        self.served: list[Served] = []
        self.epoch = self.settled = self.began = self.read_bodies = 0

    @rule()
    def begin(self) -> None:
        """A request begins; its path tells it apart from others of the same number."""
        self.began += 1
        path = f"/{self.began}".encode()
        self.served.append(Served(self.journal.open(Instant(self.began), "POST", path, []), self.epoch))
        self.lists.enter(path)

    @rule(endings=st.lists(st.sampled_from(ENDINGS), min_size=1, max_size=MOST + 1))
    def serve(self, endings: list[RequestEnding]) -> None:
        """Requests are served, enough to evict."""
        for each in endings:
            self.begin()
            self.read(len(self.served) - 1)
            self.settle(len(self.served) - 1, each)

    @rule(endings=st.lists(st.sampled_from(ENDINGS), min_size=1, max_size=MOST + 1))
    def replay(self, endings: list[RequestEnding]) -> None:
        """After each return to a snapshot the same requests follow."""
        self.snapshot()
        heads = [each.head for each in self.journal]
        for _ in range(2):
            self.serve(endings)
            self.restore()
            self.shows_the_lists()
            assert [each.head for each in self.journal] == heads

    @precondition(lambda self: self.served)
    @rule(index=indexes)
    def read(self, index: int) -> None:
        """A body is complete; where the journal was deleted since the request began, it is entered again."""
        index %= len(self.served)
        exchange, epoch = self.served[index]
        self.read_bodies += 1
        body = f"body {self.read_bodies}".encode()
        self.journal.record_body(exchange, body, Instant(self.began), Secrets())
        if epoch != self.epoch:
            self.lists.enter(exchange.path)
        self.lists.read(int(exchange.id), body)
        self.served[index] = Served(exchange, self.epoch)

    @precondition(lambda self: self.served)
    @rule(index=indexes, ending=st.sampled_from(ENDINGS))
    def settle(self, index: int, ending: RequestEnding) -> None:
        """A request is served; it counts unless the journal was deleted since it was entered."""
        exchange, epoch = self.served.pop(index % len(self.served))
        exchange.operation = Operation.ADMIN
        exchange.decision, exchange.protocol_error, exchange.bug = ending.decision, ending.protocol_error, ending.bug
        self.journal.settle(exchange, None)
        self.settled += 1
        if epoch == self.epoch:
            self.lists.outcomes[ending.counter] += 1
            self.lists.outcomes["forced"] += ending.decision is not None and ending.decision.forced

    @rule()
    def forget(self) -> None:
        """Delete the exchanges."""
        assert self.journal.forget() == len(self.lists.entries)
        self.lists.forget()
        self.epoch += 1

    @rule()
    def clear(self) -> None:
        """Delete everything."""
        self.journal.clear()
        self.lists = ListedJournal()
        self.epoch += 1

    @rule()
    def snapshot(self) -> None:
        """Taken now, restored later."""
        self.journal.discard(self.kept)
        self.kept, self.kept_lists = self.journal.snapshot(frozenset(), Instant(0)), deepcopy(self.lists)

    @rule()
    def restore(self) -> None:
        """Return to the last snapshot, as often as wanted."""
        self.journal.restore(self.kept)
        self.lists = deepcopy(self.kept_lists)
        self.epoch += 1

    @invariant()
    def shows_the_lists(self) -> None:
        """The kept exchanges, newest first, and each by its id."""
        journal, entries = self.journal, self.lists.entries
        assert [ListedExchange(int(each.id), each.path, each.body or b"") for each in journal] == entries[::-1]
        assert len(journal) == len(entries)
        kept = {each.number: each.path for each in entries}
        for number in range(self.began + 2):
            found = journal.get(str(number))
            assert (None if found is None else found.path) == kept.get(number)

    @invariant()
    def counts(self) -> None:
        """Numbers, evictions and the counters of sends."""
        journal, lists = self.journal, self.lists
        assert (journal.opened, journal.forgotten, journal.settled) == (lists.opened, lists.forgotten, self.settled)
        assert journal.evicted == lists.opened - lists.forgotten - len(lists.entries)
        counters, outcomes = journal.counters, lists.outcomes
        found = (counters.accepted, counters.dropped, counters.failed, counters.unanswered, counters.forced)
        assert found == tuple(outcomes[each] for each in ("accepted", "dropped", "failed", "unanswered", "forced"))
        assert counters.refused[WRONG_NUMBER.code] == counters.refused.total() == outcomes["refused"]
        assert counters.sends == outcomes.total() - outcomes["forced"]

    def teardown(self) -> None:
        """A closed journal is empty, and requests still being served leave no trace."""
        self.journal.close()
        for exchange, _ in self.served:
            self.journal.record_body(exchange, b"{}", Instant(self.began), Secrets())
            self.journal.settle(exchange, None)
        assert list(self.journal) == []


class ListedAttempt(NamedTuple):
    """An attempt that is kept."""

    number: int
    message_id: str
    outcome: str
    next_try_at: Instant | None = None


class AttemptMachine(RuleBasedStateMachine):
    """The webhook attempts, and a list of rows."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.journal, self.attempts = state.journal, state.journal.attempts
        self.rows: list[ListedAttempt] = []
        """Oldest first."""
        self.opened = 0
        self.under_way: list[tuple[WebhookAttempt, bool]] = []
        """Attempts, and whether the log may still have them."""
        self.kept = self.attempts.snapshot(frozenset(), Instant(0))
        self.kept_rows: list[ListedAttempt] = []
        self.kept_opened = 0

    @rule(message_id=st.sampled_from("mn"))
    def begin(self, message_id: str) -> None:
        """An attempt begins."""
        message = Message(message_id, Submission(), "admin", "admin", "P", Instant(0), "1")
        attempt = WebhookAttempt(message, Status.SENT, Instant(0), 1, (b"", "text/plain"))
        self.attempts.begin(attempt)
        self.under_way.append((attempt, True))
        self.opened += 1
        self.rows = [*self.rows, ListedAttempt(self.opened, message_id, "under way")][-MOST:]

    @precondition(lambda self: self.under_way)
    @rule(index=indexes, answer=st.sampled_from([(200, None), (500, Instant(9)), (500, None)]))
    def end(self, index: int, answer: tuple[int, Instant | None]) -> None:
        """An attempt is answered; one from before a reset or restore changes nothing."""
        attempt, present = self.under_way.pop(index % len(self.under_way))
        status, next_try_at = answer
        self.attempts.end(attempt, WebhookAnswer(status, None, b"", 0.0), next_try_at)
        outcome = "taken" if status == 200 else "given up" if next_try_at is None else "failed"
        if present:
            number = int(attempt.id)
            ended = [
                each._replace(outcome=outcome, next_try_at=next_try_at) if each.number == number else each
                for each in self.rows
            ]
            self.rows = ended

    @rule()
    def clear(self) -> None:
        """Deleted with the journal; numbers start again."""
        self.journal.clear()
        self._begin_anew([], 0)

    @rule()
    def snapshot(self) -> None:
        """In a snapshot an attempt under way has failed; one that is due again is repeated at once."""
        now = Instant(5)
        self.kept = self.attempts.snapshot(frozenset({("m", Status.SENT)}), now)
        self.kept_rows = [
            each._replace(outcome="failed", next_try_at=now if each.message_id == "m" else None)
            if each.outcome == "under way"
            else each
            for each in self.rows
        ]
        self.kept_opened = self.opened

    @rule()
    def restore(self) -> None:
        """Return to the last snapshot, as often as wanted."""
        self.attempts.restore(self.kept)
        self._begin_anew(self.kept_rows, self.kept_opened)

    def _begin_anew(self, rows: list[ListedAttempt], opened: int) -> None:
        self.rows, self.opened = list(rows), opened
        self.under_way = [(attempt, False) for attempt, _ in self.under_way]

    @invariant()
    def shows_the_rows(self) -> None:
        """Newest first; since a number, oldest first; and how many were evicted."""
        shown = [
            ListedAttempt(int(each.id), each.message.id, each.outcome, each.next_try_at) for each in self.attempts
        ]
        assert shown == self.rows[::-1]
        for number in range(self.opened + 1):
            since = [int(each.id) for each in self.attempts.since(number)]
            assert since == [each.number for each in self.rows if each.number > number]
        counts = (len(self.attempts), self.attempts.opened, self.attempts.evicted)
        assert counts == (len(self.rows), self.opened, self.opened - len(self.rows))


@on_each_implementation
def test_exchanges_behave_as_lists(create: Create) -> None:
    """Numbers, evictions and counters, through deletions and snapshots taken while requests are served."""
    play(ExchangeMachine, create)


@on_each_implementation
def test_attempts_behave_as_a_list(create: Create) -> None:
    """Outcomes by number, through snapshots taken while attempts are under way."""
    play(AttemptMachine, create)
