"""The stubs of one session: which are in force, who goes first, and how often each has had its say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from mock_server.domain.delivery import Plan
from mock_server.domain.instants import Instant
from mock_server.domain.stub import Asked, NearMiss, Stage, Standing, Stub, StubTable, merged

MOST = 10_000
"""Stubs that a session takes over the control API."""
_MOST_PAIRS = 100_000
"""Pairs of destination and text that a stub with a probability counts; the oldest make room."""
MOST_NEAR = 20
"""Stubs that are told of as having nearly answered a request."""

Draw = Callable[[str], float]
"""A number from [0, 1) for a name, drawn from the session's seed."""


class ContradictionError(Exception):
    """Two stubs want the same requests without limit: the second would never have its say."""

    def __init__(self, first: str) -> None:
        super().__init__(first)
        self.first = first


class Counts:
    """How often a stub has had its say."""

    __slots__ = ("applied", "matched", "pairs")

    def __init__(self, matched: int = 0, applied: int = 0, pairs: dict[tuple[str, str], int] | None = None) -> None:
        self.matched = matched
        """Requests that met its criteria and came as far as it."""
        self.applied = applied
        self.pairs = pairs
        """Of a stub with a probability: how often each pair of destination and text has come."""

    def copy(self) -> Counts:
        """The same, to be counted on from."""
        return Counts(self.matched, self.applied, None if self.pairs is None else dict(self.pairs))


_NONE = Counts()

_Wish = tuple[int, Stage, frozenset[tuple[str, str]]]
"""Priority, stage, and every criterion as its field and what it wants."""


class StubBook:
    """All stubs of a session. Matching and counting are one step: nothing in here waits."""

    __slots__ = ("_built", "_control", "_counts", "_draw", "_numbered", "_scenario", "_since", "_standing", "_wanted")

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._scenario = StubTable()
        self._control: dict[str, Stub] = {}
        self._built: StubTable | None = None
        """Those of the control API by destination; made when a request comes, and not for each that is added."""
        self._wanted: dict[_Wish, str] = {}
        """What those of the control API want that have no limit, and their names."""
        self._counts: dict[str, Counts] = {}
        self._since: dict[str, Instant] = {}
        """When those were made that end by themselves."""
        self._numbered = 0
        self._standing: Standing | None = None

    def __iter__(self) -> Iterator[Stub]:
        """All stubs, those of the control API first, each in the order in which they came."""
        yield from self._control.values()
        yield from self._scenario.stubs

    def use(self, table: StubTable, now: Instant) -> None:
        """Take the stubs of another scenario; one that stands there unchanged goes on counting."""
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
        """Take a stub of the control API.

        Raises:
            ContradictionError: another stub always goes before it.
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

    def counts(self, stub: Stub) -> Counts:
        """How often a stub has had its say."""
        return self._counts.get(stub.name, _NONE)

    def unmatched(self) -> Iterator[Stub]:
        """Those of the control API that no request has met: whoever made them expected one."""
        return (stub for stub in self._control.values() if not self.counts(stub).matched)

    def exhausted(self, stub: Stub, now: Instant) -> bool:
        """Whether a stub will never have its say again."""
        over = stub.lasts is not None and now >= self._since[stub.name] + stub.lasts
        return over or self.used_up(stub)

    def over(self, now: Instant) -> int:
        """How many of the control API's that last a while are exhausted: nobody says so when their time ends."""
        return sum(1 for name in self._since if name in self._control and self.exhausted(self._control[name], now))

    def remove(self, name: str) -> Stub | None:
        """Take a stub of the control API back; one of the scenario stays."""
        stub = self._control.pop(name, None)
        if stub is not None:
            self._forget(name)
            self._built = None
            if not stub.limited:
                del self._wanted[_wants(stub)]
        return stub

    def clear(self) -> int:
        """Take all stubs of the control API back; how many there were."""
        names = tuple(self._control)
        for name in names:
            self._forget(name)
        self._take_as_control({})
        return len(names)

    def reset(self) -> None:
        """Begin as the session did: without any stub, until it uses a scenario."""
        self._scenario = StubTable()
        self._take_as_control({})
        self._counts, self._since, self._numbered = {}, {}, 0

    def standing(self) -> Standing:
        """Which stubs there are now, for whoever asks later."""
        known = self._standing
        if known is None or known.made != self._numbered or known.scenario is not self._scenario:
            # One for all exchanges until there is another stub.
            known = self._standing = Standing(self._scenario, self._numbered)
        return known

    def stood(self, then: Standing) -> Iterator[Stub]:
        """Those that were there at a time; of the control API's only what has not been taken back since."""
        yield from (stub for stub in self._control.values() if stub.place <= then.made)
        yield from then.scenario.stubs

    @property
    def _table(self) -> StubTable:
        """The stubs of the control API; what has been used up stays behind when it is made anew."""
        if self._built is None:
            self._built = StubTable(tuple(stub for stub in self._control.values() if not self.used_up(stub)))
        return self._built

    def _take_as_control(self, stubs: dict[str, Stub]) -> None:
        self._control, self._built = stubs, None
        self._wanted = {_wants(stub): stub.name for stub in stubs.values() if not stub.limited}

    def used_up(self, stub: Stub) -> bool:
        """Whether its count says that it will never have its say again."""
        counts = self.counts(stub)
        return (stub.times is not None and counts.applied >= stub.times) or (
            stub.nth is not None and counts.matched >= max(stub.nth)
        )

    @property
    def plans(self) -> Iterator[Plan]:
        """Every plan that a stub may give."""
        yield from self._scenario.plans
        yield from self._table.plans

    def candidates(self, asked: Asked) -> Sequence[Stub]:
        """Those that may have their say on a request, whatever the stage, the first to go first."""
        submission = asked.submission
        destination, text = ("", "") if submission is None else (submission.destination, submission.text)
        found = self._scenario.candidates(destination, text)
        return merged(self._table.candidates(destination, text), found) if self._control else found

    def match(
        self, stage: Stage, candidates: Sequence[Stub], asked: Asked, now: Instant, near: list[NearMiss]
    ) -> Stub | None:
        """The candidate that has its say at a stage, used once; what its limits kept from it goes to `near`."""
        chosen: Stub | None = None
        for stub in candidates:
            if stub.outcome.stage is not stage:
                continue
            if next(stub.unmet(asked), None) is not None:
                continue
            counts = self._counts.get(stub.name)
            if counts is None:
                counts = self._counts[stub.name] = Counts()
            if chosen is not None:
                # What goes first answers; those that count occurrences count this one all the same.
                counts.matched += stub.nth is not None
                continue
            counts.matched += 1
            missed = self._kept_away(stub, counts, asked, now)
            if missed is None:
                counts.applied += 1
                chosen = stub
            elif len(near) < MOST_NEAR:
                near.append(missed)
        return chosen

    def _kept_away(self, stub: Stub, counts: Counts, asked: Asked, now: Instant) -> NearMiss | None:
        """What keeps a stub from a request that meets its criteria; `None` where nothing does."""
        if stub.lasts is not None and now >= self._since[stub.name] + stub.lasts:
            return NearMiss(stub.name, "for", "before its time was over", "after it")
        if stub.nth is not None and counts.matched not in stub.nth:
            return NearMiss(stub.name, "nth", ", ".join(map(str, sorted(stub.nth))), str(counts.matched))
        if stub.times is not None and counts.applied >= stub.times:
            return NearMiss(stub.name, "times", f"{stub.times} at most", f"used up after {counts.applied}")
        if stub.probability is not None:
            drawn = self._draw(_name_of_draw(stub, counts, asked))
            if drawn >= stub.probability:
                return NearMiss(stub.name, "probability", f"a draw below {stub.probability:g}", f"{drawn:.3f}")
        return None

    def _forget(self, name: str) -> None:
        self._counts.pop(name, None)
        self._since.pop(name, None)

    def snapshot(self) -> object:
        """Everything about the stubs that can change."""
        counts = {name: each.copy() for name, each in self._counts.items()}
        return _State(self._numbered, self._scenario, dict(self._control), counts, dict(self._since))

    def restore(self, state: object) -> None:
        """Go back to a snapshot, as often as one likes."""
        assert isinstance(state, _State), "a snapshot of a stub book"  # noqa: S101
        self._numbered, self._scenario = state.numbered, state.scenario
        self._take_as_control(dict(state.control))
        self._since = dict(state.since)
        self._counts = {name: each.copy() for name, each in state.counts.items()}


class _State(msgspec.Struct, frozen=True):
    numbered: int
    scenario: StubTable
    control: dict[str, Stub]
    counts: dict[str, Counts]
    since: dict[str, Instant]


def _name_of_draw(stub: Stub, counts: Counts, asked: Asked) -> str:
    """Destination, text and n-th of that pair: order and parallelism of different sends change nothing."""
    submission = asked.submission
    pair = (submission.destination, submission.text) if submission is not None else (asked.operation, "")
    pairs = counts.pairs = {} if counts.pairs is None else counts.pairs
    nth = pairs[pair] = pairs.pop(pair, 0) + 1
    if len(pairs) > _MOST_PAIRS:
        del pairs[next(iter(pairs))]
    return f"stub\0{stub.name}\0{nth}\0{pair[0]}\0{pair[1]}"


def _wants(stub: Stub) -> _Wish:
    return stub.priority, stub.outcome.stage, frozenset((each.field, each.wanted) for each in stub.criteria)
