"""The contract of `StubStore`: matching and counting behave as a scan of all stubs in their order of precedence.

How often an exhausted stub matched is not part of the contract: an implementation may stop looking at it.
"""

from __future__ import annotations

from copy import deepcopy

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_server.domain.delivery import Plan
from mock_server.domain.instants import Instant
from mock_server.domain.stub import Criterion, Origin, Outcome, RequestFacts, Stage, Stub, StubTable
from mock_server.domain.submission import Submission
from mock_server.session.state import State
from mock_server.session.stub_book import MOST, MOST_NEAR, ContradictionError
from tests.adapters.contract.implementations import Create, on_each_implementation, play

NUMBERS = ("+1", "+2")
LASTS = 3
OUTCOMES = (Outcome(), Outcome(drop=True), Outcome(plan=Plan(())))
"""One for each stage."""


def a_stub(name: str, number: str | None, outcome: Outcome, **parts: object) -> Stub:
    """A stub for one number, or for all."""
    criteria = () if number is None else (Criterion("destination", number, number.__eq__),)
    plain = Stub(name, Origin.CONTROL, criteria, outcome, destination=number, source=(name, number, outcome, parts))
    changed: Stub = msgspec.structs.replace(plain, **parts)
    return changed


def a_table(*stubs: Stub) -> StubTable:
    """The stubs of a scenario."""
    return StubTable(
        tuple(msgspec.structs.replace(each, origin=Origin.SCENARIO, place=place) for place, each in enumerate(stubs))
    )


TABLES = (
    a_table(),
    a_table(a_stub("stubs[0]", "+1", OUTCOMES[1], times=2), a_stub("stubs[1]", None, OUTCOMES[0], lasts=LASTS)),
    a_table(a_stub("stubs[0]", "+1", OUTCOMES[1], times=1), a_stub("stubs[1]", None, OUTCOMES[0], lasts=LASTS)),
)
"""The last two differ in the first stub only."""

limits: st.SearchStrategy[dict[str, object]] = st.sampled_from(
    [{}, {}, {"times": 1}, {"times": 2}, {"nth": frozenset({2})}, {"nth": frozenset({1, 3})}, {"lasts": LASTS}]
)


class ListedStubs:
    """The stubs, as lists and counts."""

    def __init__(self) -> None:
        self.control: list[Stub] = []
        self.scenario: tuple[Stub, ...] = ()
        self.matched: dict[str, int] = {}
        self.applied: dict[str, int] = {}
        self.since: dict[str, Instant] = {}
        self.added = 0

    @property
    def all(self) -> list[Stub]:
        """Those of the control API first."""
        return [*self.control, *self.scenario]

    def forget(self, name: str) -> None:
        """Forget the counts of a stub."""
        for each in (self.matched, self.applied, self.since):
            each.pop(name, None)

    def exhausted_by(self, stub: Stub, now: Instant) -> str | None:
        """The limit after which it can never apply again."""
        matched, applied = self.matched.get(stub.name, 0), self.applied.get(stub.name, 0)
        if stub.times is not None and applied >= stub.times:
            return "times"
        if stub.nth is not None and matched >= max(stub.nth):
            return "times"
        return "for" if stub.lasts is not None and now >= self.since[stub.name] + stub.lasts else None

    def match(self, stage: Stage, facts: RequestFacts, now: Instant) -> tuple[str | None, list[str]]:
        """The stub that applies, and those that only a limit kept away."""
        chosen, near = None, []
        for stub in sorted(self.all, key=lambda each: each.rank):
            if stub.outcome.stage is not stage or any(stub.unmet(facts)):
                continue
            if chosen is not None and stub.nth is None:
                continue
            exhausted = self.exhausted_by(stub, now) is not None
            nth = self.matched[stub.name] = self.matched.get(stub.name, 0) + 1
            if chosen is not None:
                continue
            if exhausted or (stub.nth is not None and nth not in stub.nth):
                near += [stub.name]
            else:
                self.applied[stub.name] = self.applied.get(stub.name, 0) + 1
                chosen = stub.name
        return chosen, near


class StubMachine(RuleBasedStateMachine):
    """The stubs, and lists."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.stubs = state.stubs
        self.lists = ListedStubs()
        self.kept, self.kept_lists = self.stubs.snapshot(), deepcopy(self.lists)
        self.now = Instant(0)

    @rule(number=st.none() | st.sampled_from(NUMBERS), outcome=st.sampled_from(OUTCOMES), limit=limits)
    def add(self, number: str | None, outcome: Outcome, limit: dict[str, object]) -> None:
        """Add a stub; one without limit contradicts another one for the same requests."""
        place = self.stubs.next_place()
        assert place == self.lists.added + 1
        stub = a_stub(f"s{place}", number, outcome, place=place, **limit)
        wanting_the_same = [
            each.name
            for each in self.lists.control
            if not each.limited and (each.destination, each.outcome) == (number, outcome)
        ]
        if not limit and wanting_the_same:
            with pytest.raises(ContradictionError) as refused:
                self.stubs.add(stub, self.now)
            assert [refused.value.first] == wanting_the_same
            return
        self.stubs.add(stub, self.now)
        self.lists.added = place
        self.lists.control.append(stub)
        if stub.lasts is not None:
            self.lists.since[stub.name] = self.now

    @initialize(steps=st.lists(st.tuples(st.none() | st.sampled_from(NUMBERS), st.sampled_from(OUTCOMES), limits)))
    def fill(self, steps: list[tuple[str | None, Outcome, dict[str, object]]]) -> None:
        """The session begins with the stubs of a scenario, some of the control API, and some requests."""
        self.use(TABLES[1])
        self.add(None, OUTCOMES[0], {})
        for number, outcome, limit in steps:
            self.add(number, outcome, limit)
        for number in NUMBERS:
            self.request(number, len(Stage))

    @precondition(lambda self: self.lists.control)
    @rule(index=st.integers(0, 5))
    def replace(self, index: int) -> None:
        """Remove a stub: requests no longer match it. Add one like it: it begins without counts."""
        stub = self.lists.control[index % len(self.lists.control)]
        self.remove(stub.place)
        for number in NUMBERS:
            self.request(number, len(Stage))
        limit = {"times": stub.times, "nth": stub.nth, "lasts": stub.lasts}
        self.add(stub.destination, stub.outcome, {name: each for name, each in limit.items() if each is not None})

    @rule(numbers=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3))
    def replay(self, numbers: list[str]) -> None:
        """After each return to a snapshot the same requests meet the same stubs."""
        self.snapshot()
        for _ in range(3):
            for number in numbers:
                self.request(number, len(Stage))
            self.restore()
            self.counts_the_requests()

    @rule(place=st.integers(1, 8))
    def remove(self, place: int) -> None:
        """Remove a stub of the control API."""
        name = f"s{place}"
        present = [each for each in self.lists.control if each.name == name]
        assert self.stubs.remove(name) == (present[0] if present else None)
        self.lists.control = [each for each in self.lists.control if each.name != name]
        if present:
            self.lists.forget(name)

    @rule(table=st.sampled_from(TABLES))
    def use(self, table: StubTable) -> None:
        """Take the stubs of another scenario."""
        sources = {each.name: each.source for each in table.stubs}
        for each in self.lists.scenario:
            if sources.get(each.name) != each.source:
                self.lists.forget(each.name)
        self.stubs.use(table, self.now)
        self.lists.scenario = table.stubs
        for each in table.stubs:
            if each.lasts is not None:
                self.lists.since.setdefault(each.name, self.now)

    @rule()
    def outlast(self) -> None:
        """The duration of a stub goes on while another stub of the scenario changes."""
        self.use(TABLES[1])
        self.advance(1)
        self.use(TABLES[2])
        self.advance(LASTS - 1)

    @rule(number=st.sampled_from(NUMBERS), stages=st.integers(1, len(Stage)))
    def request(self, number: str, stages: int) -> None:
        """A request reaches some of the stages; at each, at most one stub applies."""
        facts = RequestFacts("send/admin", "admin", Submission(number, "text"))
        candidates = self.stubs.candidates(facts)
        for stage in list(Stage)[:stages]:
            looked_at = {each.name for each in self.lists.all if not self._is_used_up(each)}
            found = self.stubs.match(stage, candidates, facts, self.now)
            chosen, near = self.lists.match(stage, facts, self.now)
            assert (None if found.stub is None else found.stub.name) == chosen
            assert [each.stub for each in found.near if each.stub in looked_at] == [
                each for each in near if each in looked_at
            ]

    @rule(by=st.integers(1, LASTS))
    def advance(self, by: int) -> None:
        """Time passes."""
        self.now = Instant(self.now + by)

    @rule()
    def clear(self) -> None:
        """Remove the stubs of the control API; their numbers are not used again."""
        assert self.stubs.clear() == len(self.lists.control)
        for each in self.lists.control:
            self.lists.forget(each.name)
        self.lists.control = []

    @rule()
    def reset(self) -> None:
        """Remove everything."""
        self.stubs.reset()
        self.lists = ListedStubs()

    @rule()
    def snapshot(self) -> None:
        """Taken now, restored later."""
        self.kept, self.kept_lists = self.stubs.snapshot(), deepcopy(self.lists)

    @rule()
    def restore(self) -> None:
        """Return to the last snapshot, as often as wanted."""
        self.stubs.restore(self.kept)
        self.lists = deepcopy(self.kept_lists)

    def _is_used_up(self, stub: Stub) -> bool:
        return self.lists.exhausted_by(stub, self.now) == "times"

    @invariant()
    def shows_the_stubs(self) -> None:
        """All stubs in order, and each by its name."""
        names = [each.name for each in self.lists.all]
        assert [each.name for each in self.stubs] == names
        assert [each.name for each in self.stubs.those_in_force(self.stubs.in_force())] == names
        for name in (*names, "s99"):
            found = self.stubs.get(name)
            assert (None if found is None else found.name) == (name if name in names else None)

    @invariant()
    def counts_the_requests(self) -> None:
        """How often each applied and matched, and which are exhausted."""
        lists = self.lists
        for stub in lists.all:
            counts = self.stubs.counts(stub)
            assert counts.applied == lists.applied.get(stub.name, 0)
            assert self._is_used_up(stub) or counts.matched == lists.matched.get(stub.name, 0)
            assert self.stubs.exhausted_by(stub, self.now) == lists.exhausted_by(stub, self.now)
        unmatched = [each.name for each in lists.control if not lists.matched.get(each.name)]
        assert [each.name for each in self.stubs.unmatched()] == unmatched
        limited_in_time = [each for each in lists.control if each.lasts is not None]
        ended = sum(1 for each in limited_in_time if lists.exhausted_by(each, self.now) is not None)
        assert self.stubs.ended(self.now) == ended


@on_each_implementation
def test_stubs_behave_as_a_scan_of_all_of_them(create: Create) -> None:
    """Precedence, limits, counts and contradictions, through other scenarios and snapshots."""
    play(StubMachine, create)


@on_each_implementation
def test_draws_follow_from_the_seed_and_continue_from_a_snapshot(create: Create) -> None:
    """A stub with a probability applies to the same requests in each session of one seed, and after a restore."""
    stub = a_stub("s1", None, Outcome(drop=True), probability=0.5)
    facts = RequestFacts("send/admin", "admin", Submission("+1", "text"))
    state, other = create(), create()

    def applied(to: State) -> list[bool]:
        found = [to.stubs.match(Stage.DECISION, [stub], facts, Instant(0)).stub for _ in range(50)]
        return [each is not None for each in found]

    for each in (state, other):
        each.stubs.add(stub, Instant(0))
    first = applied(state)
    kept = state.stubs.snapshot()
    second = applied(state)
    state.stubs.restore(kept)

    assert applied(state) == second
    assert applied(other) == first
    assert len({True, False} & {*first}) == 2
    assert first != second


@on_each_implementation
def test_the_bounds_of_stubs_and_near_misses(create: Create) -> None:
    """A session refuses one stub more than the bound; a request reports as many near misses as the bound."""
    stubs = create().stubs
    facts = RequestFacts("send/admin", "admin", Submission("+1", "text"))
    for place in range(1, MOST + 1):
        number = "+1" if place <= MOST_NEAR + 1 else f"+2{place}"
        stubs.add(a_stub(f"s{place}", number, Outcome(drop=True), nth=frozenset({9}), place=place), Instant(0))
    with pytest.raises(OverflowError):
        stubs.add(a_stub("another", None, Outcome(drop=True)), Instant(0))

    found = stubs.match(Stage.DECISION, stubs.candidates(facts), facts, Instant(0))

    assert stubs.next_place() == MOST + 1
    assert [each.stub for each in found.near] == [f"s{place}" for place in range(1, MOST_NEAR + 1)]
