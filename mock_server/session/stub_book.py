"""The stubs of one session: which are in force, their precedence, and how often each matched and applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from mock_server.domain.instants import Instant
from mock_server.domain.stub import NearMiss, RequestFacts, Stage, Stub, StubsInForce, StubTable, merged

MOST = 10_000
"""Stubs of the control API that a session keeps."""
_MOST_PAIRS = 100_000
"""Pairs of destination and text that a stub with a probability counts; the oldest are evicted."""
MOST_NEAR = 20
"""Near misses that a request reports."""

Draw = Callable[[str], float]
"""A number from [0, 1) for a name, drawn from the session's seed."""


class ContradictionError(Exception):
    """Two stubs match the same requests without limit: the second could never apply."""

    def __init__(self, first: str) -> None:
        super().__init__(first)
        self.first = first


class StubCounts:
    """How often a stub matched and applied."""

    __slots__ = ("applied", "matched", "pairs")

    def __init__(self, matched: int = 0, applied: int = 0, pairs: dict[tuple[str, str], int] | None = None) -> None:
        self.matched = matched
        """Requests that met its criteria and reached its stage."""
        self.applied = applied
        self.pairs = pairs
        """For a stub with a probability: how often each pair of destination and text occurred."""

    def copy(self) -> StubCounts:
        """An independent copy."""
        return StubCounts(self.matched, self.applied, None if self.pairs is None else dict(self.pairs))


_NONE = StubCounts()


class Matched(NamedTuple):
    """What a stage of a request found: the stub that applies, and those that only their limits kept away."""

    stub: Stub | None
    near: tuple[NearMiss, ...] = ()


class StubBookState(msgspec.Struct, frozen=True):
    """A stub book as it stood."""

    numbered: int
    scenario: StubTable
    control: dict[str, Stub]
    counts: dict[str, StubCounts]
    since: dict[str, Instant]


_Wish = tuple[int, Stage, frozenset[tuple[str, str]]]
"""Priority, stage, and every criterion as its field and what it wants."""


class StubBook:
    """All stubs of a session, in memory. Matching and counting are one step, because no method suspends."""

    __slots__ = ("_built", "_control", "_counts", "_draw", "_numbered", "_scenario", "_since", "_standing", "_wanted")

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._scenario = StubTable()
        self._control: dict[str, Stub] = {}
        self._built: StubTable | None = None
        """The control API's stubs by destination; built on the next request, not on each addition."""
        self._wanted: dict[_Wish, str] = {}
        """The criteria of the control API's unlimited stubs, and their names."""
        self._counts: dict[str, StubCounts] = {}
        self._since: dict[str, Instant] = {}
        """When each stub with a duration was created."""
        self._numbered = 0
        self._standing: StubsInForce | None = None

    def __iter__(self) -> Iterator[Stub]:
        """All stubs, those of the control API first, each in order of creation."""
        yield from self._control.values()
        yield from self._scenario.stubs

    def use(self, table: StubTable, now: Instant) -> None:
        """Take the stubs of another scenario; an unchanged stub keeps its counts."""
        if table is self._scenario:
            return
        kept = {stub.name: stub.source for stub in table.stubs}
        for stub in self._scenario.stubs:
            if kept.get(stub.name) != stub.source:
                self._forget(stub.name)
        self._scenario = table
        for stub in table.stubs:
            if stub.lasts is not None:
                self._since.setdefault(stub.name, now)

    def next_place(self) -> int:
        """The number of the next stub of the control API."""
        return self._numbered + 1

    def add(self, stub: Stub, now: Instant) -> None:
        """Add a stub of the control API.

        Raises:
            ContradictionError: another stub always takes precedence.
            OverflowError: there are too many.
        """
        if len(self._control) >= MOST:
            raise OverflowError(f"a session takes at most {MOST:,} stubs; DELETE those that are used up")
        if not stub.limited:
            first = self._wanted.setdefault(_wants(stub), stub.name)
            if first != stub.name:
                raise ContradictionError(first)
        self._numbered += 1
        self._control[stub.name] = stub
        if stub.lasts is not None:
            self._since[stub.name] = now
        self._built = None

    def get(self, name: str) -> Stub | None:
        """One stub."""
        return self._control.get(name) or next((each for each in self._scenario.stubs if each.name == name), None)

    def counts(self, stub: Stub) -> StubCounts:
        """How often a stub matched and applied."""
        return self._counts.get(stub.name, _NONE)

    def unmatched(self) -> Iterator[Stub]:
        """The stubs of the control API that no request matched."""
        return (stub for stub in self._control.values() if not self.counts(stub).matched)

    def exhausted_by(self, stub: Stub, now: Instant) -> str | None:
        """The limit after which a stub can never apply again, `times` or `for`; `None` while it can."""
        if self._count_reached(stub):
            return "times"
        return "for" if self._time_ended(stub, now) else None

    def ended(self, now: Instant) -> int:
        """How many stubs of the control API with a duration are exhausted: no event tells when their time ends."""
        ours = (self._control[name] for name in self._since if name in self._control)
        return sum(1 for stub in ours if self.exhausted_by(stub, now) is not None)

    def remove(self, name: str) -> Stub | None:
        """Remove a stub of the control API; one of the scenario stays."""
        stub = self._control.pop(name, None)
        if stub is not None:
            self._forget(name)
            self._built = None
            if not stub.limited:
                del self._wanted[_wants(stub)]
        return stub

    def clear(self) -> int:
        """Remove all stubs of the control API; how many there were."""
        names = tuple(self._control)
        for name in names:
            self._forget(name)
        self._set_control({})
        return len(names)

    def reset(self) -> None:
        """Remove all stubs and counts, until a scenario is used."""
        self._scenario = StubTable()
        self._set_control({})
        self._counts, self._since, self._numbered = {}, {}, 0

    def in_force(self) -> StubsInForce:
        """Which stubs there are now; an exchange keeps it for its explanation."""
        known = self._standing
        if known is None or known.made != self._numbered or known.scenario is not self._scenario:
            # Shared by all exchanges until the stubs change.
            known = self._standing = StubsInForce(self._scenario, self._numbered)
        return known

    def those_in_force(self, then: StubsInForce) -> Iterator[Stub]:
        """The stubs of an earlier time; those of the control API without the ones removed since."""
        yield from (stub for stub in self._control.values() if stub.place <= then.made)
        yield from then.scenario.stubs

    @property
    def _table(self) -> StubTable:
        """The control API's stubs by destination, without the exhausted ones."""
        if self._built is None:
            self._built = StubTable(tuple(stub for stub in self._control.values() if not self._count_reached(stub)))
        return self._built

    def _set_control(self, stubs: dict[str, Stub]) -> None:
        self._control, self._built = stubs, None
        self._wanted = {_wants(stub): stub.name for stub in stubs.values() if not stub.limited}

    def _time_ended(self, stub: Stub, now: Instant) -> bool:
        return stub.lasts is not None and now >= self._since[stub.name] + stub.lasts

    def _count_reached(self, stub: Stub) -> bool:
        counts = self.counts(stub)
        return (stub.times is not None and counts.applied >= stub.times) or (
            stub.nth is not None and counts.matched >= max(stub.nth)
        )

    def candidates(self, facts: RequestFacts) -> Sequence[Stub]:
        """The stubs that may match a request at any stage, in the order of precedence."""
        submission = facts.submission
        destination, text = ("", "") if submission is None else (submission.destination, submission.text)
        found = self._scenario.candidates(destination, text)
        return merged(self._table.candidates(destination, text), found) if self._control else found

    def match(self, stage: Stage, candidates: Sequence[Stub], facts: RequestFacts, now: Instant) -> Matched:
        """The candidate that applies at a stage, counted once, and those that only their limits kept away."""
        chosen: Stub | None = None
        near: list[NearMiss] = []
        for stub in candidates:
            if stub.outcome.stage is not stage:
                continue
            if next(stub.unmet(facts), None) is not None:
                continue
            counts = self._counts.get(stub.name)
            if counts is None:
                counts = self._counts[stub.name] = StubCounts()
            if chosen is not None:
                # The first match applies; stubs that count occurrences count this one too.
                counts.matched += stub.nth is not None
                continue
            counts.matched += 1
            missed = self._kept_away(stub, counts, facts, now)
            if missed is None:
                counts.applied += 1
                chosen = stub
            elif len(near) < MOST_NEAR:
                near.append(missed)
        return Matched(chosen, tuple(near))

    def _kept_away(self, stub: Stub, counts: StubCounts, facts: RequestFacts, now: Instant) -> NearMiss | None:
        """The limit that keeps a stub from a request that meets its criteria; `None` if it applies."""
        if self._time_ended(stub, now):
            return NearMiss(stub.name, "for", "before its time was over", "after it")
        if stub.nth is not None and counts.matched not in stub.nth:
            return NearMiss(stub.name, "nth", ", ".join(map(str, sorted(stub.nth))), str(counts.matched))
        if stub.times is not None and counts.applied >= stub.times:
            return NearMiss(stub.name, "times", f"{stub.times} at most", f"used up after {counts.applied}")
        if stub.probability is not None:
            drawn = self._draw(_name_of_draw(stub, counts, facts))
            if drawn >= stub.probability:
                return NearMiss(stub.name, "probability", f"a draw below {stub.probability:g}", f"{drawn:.3f}")
        return None

    def _forget(self, name: str) -> None:
        self._counts.pop(name, None)
        self._since.pop(name, None)

    def snapshot(self) -> StubBookState:
        """The stubs and counts as they stand."""
        counts = {name: each.copy() for name, each in self._counts.items()}
        return StubBookState(self._numbered, self._scenario, dict(self._control), counts, dict(self._since))

    def restore(self, state: StubBookState) -> None:
        """Return to a snapshot; it stays usable."""
        self._numbered, self._scenario = state.numbered, state.scenario
        self._set_control(dict(state.control))
        self._since = dict(state.since)
        self._counts = {name: each.copy() for name, each in state.counts.items()}


def _name_of_draw(stub: Stub, counts: StubCounts, facts: RequestFacts) -> str:
    """Named by destination, text and n-th of that pair: the order of different sends does not matter."""
    submission = facts.submission
    pair = (submission.destination, submission.text) if submission is not None else (facts.operation, "")
    pairs = counts.pairs = {} if counts.pairs is None else counts.pairs
    nth = pairs[pair] = pairs.pop(pair, 0) + 1
    if len(pairs) > _MOST_PAIRS:
        del pairs[next(iter(pairs))]
    return f"stub\0{stub.name}\0{nth}\0{pair[0]}\0{pair[1]}"


def _wants(stub: Stub) -> _Wish:
    return stub.priority, stub.outcome.stage, frozenset((each.field, each.wanted) for each in stub.criteria)
