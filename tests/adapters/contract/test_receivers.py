"""The contract of `ReceiverStore`: any sequence of verbs gives the answers of plain lists."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_server.domain.instants import Instant
from mock_server.session.receivers import Behaviour, Received
from mock_server.session.state import State
from tests.adapters.contract.implementations import Create, on_each_implementation, play

Answer = int | Behaviour

NAMES, NOT_NAMES = ("a", "b"), ("", "a/b")
names = st.sampled_from(NAMES)
STATUSES: dict[Answer, int | None] = {Behaviour.REDIRECT: 307, Behaviour.HANG: None, Behaviour.RESET: None}
"""What the sender in process sees of an answer that is not a status."""
answers: st.SearchStrategy[Answer] = st.sampled_from([200, 204, 503, *Behaviour])


class ListedReceiver:
    """A receiver as lists: what arrived, and the answers to come; the last of them repeats."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer] = [200]

    def record(self, at: Instant, body: bytes) -> Answer:
        """Record a notification; the answer to it."""
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.received.append(Received(at, body, "text/plain", answer))
        return answer


class ReceiversMachine(RuleBasedStateMachine):
    """The receivers, and lists."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.receivers = state.receivers
        self.lists: dict[str, ListedReceiver] = {}
        self.kept = self.receivers.snapshot()
        self.kept_lists: dict[str, ListedReceiver] = {}
        self.now = 0

    def _listed(self, name: str) -> ListedReceiver:
        return self.lists.setdefault(name, ListedReceiver())

    def _next(self) -> tuple[Instant, bytes]:
        self.now += 1
        return Instant(self.now), f"body {self.now}".encode()

    @rule(name=names, answer=answers, times=st.none() | st.integers(1, 2))
    def instruct(self, name: str, answer: Answer, times: int | None) -> None:
        """For ever, or so many times and then 200."""
        self.receivers.answer_with(name, answer, times)
        self._listed(name).answers = [answer] if times is None else [*[answer] * times, 200]

    @initialize(answer=answers, times=st.integers(1, 3))
    def begin(self, answer: Answer, times: int) -> None:
        """One receiver is instructed, and the other has a notification."""
        self.instruct("a", answer, times)
        self.record("b")

    @rule(name=names)
    def record(self, name: str) -> None:
        """A notification over HTTP."""
        at, body = self._next()
        assert self.receivers.record(name, body, "text/plain", at) == self._listed(name).record(at, body)

    @rule(name=names)
    def deliver(self, name: str) -> None:
        """A notification in process: taken if the answer is a success; what is no answer has no status."""
        at, body = self._next()
        wanted = self._listed(name).record(at, body)
        found = self.receivers.deliver(name, body, "text/plain", at)
        assert found.taken == (wanted in {200, 204})
        assert found.status == STATUSES.get(wanted, wanted)

    @rule(name=st.sampled_from(NOT_NAMES))
    def deliver_to_nobody(self, name: str) -> None:
        """What no URL of a receiver names is 404, and not recorded."""
        at, body = self._next()
        assert self.receivers.deliver(name, body, "text/plain", at).status == 404

    @rule(name=names)
    def forget(self, name: str) -> None:
        """One receiver goes with its instructions."""
        self.receivers.forget(name)
        self.lists.pop(name, None)

    @rule()
    def clear(self) -> None:
        """All receivers go."""
        self.receivers.clear()
        self.lists = {}

    @rule()
    def snapshot(self) -> None:
        """Taken now, restored later."""
        self.kept, self.kept_lists = self.receivers.snapshot(), deepcopy(self.lists)

    @rule(to=st.lists(names, min_size=1, max_size=4))
    def replay(self, to: list[str]) -> None:
        """After each return to a snapshot the same notifications get the same answers."""
        self.snapshot()
        for _ in range(3):
            for name in to:
                self.record(name)
            self.restore()
            self.shows_the_lists()

    @rule()
    def restore(self) -> None:
        """Return to the last snapshot, as often as wanted."""
        self.receivers.restore(self.kept)
        self.lists = deepcopy(self.kept_lists)

    @invariant()
    def shows_the_lists(self) -> None:
        """What each receiver got, oldest first; looking creates none."""
        for name in (*NAMES, *NOT_NAMES):
            listed = self.lists.get(name)
            assert list(self.receivers.received(name)) == ([] if listed is None else listed.received)


@on_each_implementation
def test_receivers_behave_as_lists(create: Create) -> None:
    """Each answer is the one instructed for it; a snapshot is unaffected by what follows."""
    play(ReceiversMachine, create)


@on_each_implementation
def test_the_bounds_of_receivers_and_notifications(create: Create) -> None:
    """A session has 1000 receivers and refuses another; a receiver keeps its newest 1000 notifications."""
    receivers = create().receivers
    assert not receivers.received("unused"), "a look creates no receiver"
    for number in range(1001):
        receivers.record("0", f"{number}".encode(), "text/plain", Instant(number))
    assert [each.at for each in receivers.received("0")] == list(range(1, 1001))

    for number in range(1000):
        receivers.answer_with(str(number), 204, None)
    with pytest.raises(OverflowError):
        receivers.answer_with("another", 204, None)
    with pytest.raises(OverflowError):
        receivers.record("another", b"", "text/plain", Instant(0))
    assert receivers.deliver("another", b"", "text/plain", Instant(0)).status is None
    assert receivers.deliver("999", b"", "text/plain", Instant(0)).status == 204
