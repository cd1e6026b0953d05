"""Stubs: rules that force an outcome, whatever the gateway's own rules would have said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum, StrEnum
from operator import attrgetter
from typing import NamedTuple

import msgspec

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Plan
from mock_server.domain.errors import BAD_CREDENTIALS, ErrorCode
from mock_server.domain.fault import SPOILS_THE_ANSWER, Delay, Fault
from mock_server.domain.instants import Duration
from mock_server.domain.submission import Attempt, Submission


class Origin(StrEnum):
    """Where a stub came from. All are alike but for who goes first."""

    HEADER = "header"
    CONTROL = "control"
    SCENARIO = "scenario"


class Stage(IntEnum):
    """When a stub has its say. A request meets at most one of each."""

    ARRIVAL = 0
    """Before authentication: faults, delays, raw answers, and the refusal of credentials."""
    DECISION = 1
    """After authentication and body shape, in the place of the rules that follow."""
    FATE = 2
    """Once the message is accepted: what becomes of it."""


class RequestFacts(msgspec.Struct, frozen=True, gc=False):
    """What a stub may look at: each field as the texts that it could be matched by."""

    operation: str
    caller: str = ""
    submission: Submission | None = None

    def values(self, field: str) -> tuple[str, ...]:
        """The texts of a field; none where the request has none."""
        return _VALUES[field](self)


def facts_of(attempt: Attempt) -> RequestFacts:
    """What a stub sees of an attempt to send."""
    content = attempt.content if isinstance(attempt.content, Submission) else None
    return RequestFacts(attempt.operation, attempt.username, content)


def _of(*found: str | None) -> tuple[str, ...]:
    return tuple(each for each in found if each is not None)


def _reference(facts: RequestFacts, member: str) -> tuple[str, ...]:
    reference = facts.submission and facts.submission.reference
    return _of(getattr(reference, member) if reference else None)


_VALUES: dict[str, Callable[[RequestFacts], tuple[str, ...]]] = {
    "operation": lambda facts: (facts.operation,),
    "destination": lambda facts: _of(facts.submission.destination if facts.submission else None),
    "text": lambda facts: _of(facts.submission.text if facts.submission else None),
    # Both the one who calls and the one on whose behalf: a tester thinks of either as "the account".
    "account": lambda facts: _of(facts.caller or None, facts.submission.account if facts.submission else None),
    "service": lambda facts: _reference(facts, "service"),
    "action": lambda facts: _reference(facts, "action"),
    "key": lambda facts: _reference(facts, "key"),
}


class Criterion(msgspec.Struct, frozen=True):
    """One thing that a stub wants of a request."""

    field: str
    wanted: str
    """In words, for explanations."""
    holds_for: Callable[[str], bool]

    def met_by(self, facts: RequestFacts) -> bool:
        """Whether one of the field's texts is wanted."""
        return any(map(self.holds_for, facts.values(self.field)))


class RawAnswer(msgspec.Struct, frozen=True):
    """An answer that no catalogue holds."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Outcome(msgspec.Struct, frozen=True):
    """What a stub forces: at most one decision, a fate for what is accepted, and trouble on the transport."""

    refuse: ErrorCode | None = None
    accept: bool = False
    drop: bool = False
    plan: Plan | None = None
    adversity: Adversity | None = None
    answer: RawAnswer | None = None
    fault: Fault | None = None
    delay: Delay | None = None
    hold: bool = False
    """The answer waits until a tester releases it."""

    @property
    def stage(self) -> Stage:
        """When it has its say."""
        if self.accept or self.drop or (self.refuse is not None and self.refuse is not BAD_CREDENTIALS):
            return Stage.DECISION
        fateful = self.plan is not None or self.adversity is not None
        return Stage.FATE if fateful else Stage.ARRIVAL

    @property
    def intercepts(self) -> bool:
        """Whether the gateway never sees the request."""
        return self.answer is not None or (self.fault is not None and not acts_after_decision(self.fault))


def acts_after_decision(fault: Fault) -> bool:
    """Whether the gateway has decided before the fault acts."""
    return fault.after or fault.kind in SPOILS_THE_ANSWER


class Stub(msgspec.Struct, frozen=True):
    """Which requests, what they get, and how often."""

    name: str
    """For explanations: `stubs[0]` of a scenario, `s1` of the control API."""
    origin: Origin
    criteria: tuple[Criterion, ...]
    outcome: Outcome
    nth: frozenset[int] | None = None
    """Of the requests that meet the criteria, only these, counted from 1."""
    times: int | None = None
    probability: float | None = None
    lasts: Duration | None = None
    """How long it has its say, on the session's clock, from when it was made."""
    priority: int = 0
    destination: str | None = None
    """The one destination that it is for: what it is found by."""
    prefix: str | None = None
    """How the destinations begin that it is for."""
    place: int = 0
    """Among those of its origin, in the order in which they came."""
    source: object = None
    """What its author wrote: to be shown, and compared."""

    @property
    def limited(self) -> bool:
        """Whether it leaves some of its requests to others."""
        return any(each is not None for each in (self.nth, self.times, self.probability, self.lasts))

    @property
    def rank(self) -> tuple[int, int, bool, int, int]:
        """Who goes first, the smallest: priority, origin, what is limited, what is exact, and who came first."""
        exactness = 0 if self.destination is not None else 1 if self.prefix is not None else 2
        return -self.priority, _ORIGINS.index(self.origin), not self.limited, exactness, self.place

    def unmet(self, facts: RequestFacts) -> Iterator[Criterion]:
        """The criteria that a request does not meet."""
        return (each for each in self.criteria if not each.met_by(facts))


_ORIGINS = (Origin.HEADER, Origin.CONTROL, Origin.SCENARIO)


_Placed = tuple[int, Stub]
"""A stub with its place in the order of its table."""
_Sieve = tuple[Callable[[str], bool], _Placed]
"""What a stub wants of a field, and the stub."""


class StubTable:
    """Stubs by what keeps most requests from them, the first to go first: no request scans those of other numbers.

    It never changes, so that all sessions of a scenario share one.
    """

    __slots__ = ("_by_number", "_by_text", "_exact", "_general", "_lengths", "_prefixed", "_scanned", "stubs")

    def __init__(self, stubs: tuple[Stub, ...] = ()) -> None:
        self.stubs = stubs
        self._exact: dict[str, list[_Placed]] = {}
        self._prefixed: dict[str, list[_Placed]] = {}
        self._by_number: list[_Sieve] = []
        self._by_text: list[_Sieve] = []
        self._general: list[_Placed] = []
        for placed in enumerate(sorted(stubs, key=_rank)):
            self._put(placed)
        self._lengths = tuple(sorted({len(prefix) for prefix in self._prefixed}))
        self._scanned = bool(self._lengths or self._by_number or self._by_text or self._general)

    def _put(self, placed: _Placed) -> None:
        stub = placed[1]
        wanted = {criterion.field: criterion.holds_for for criterion in stub.criteria}
        if stub.destination is not None:
            self._exact.setdefault(stub.destination, []).append(placed)
        elif stub.prefix is not None:
            self._prefixed.setdefault(stub.prefix, []).append(placed)
        elif "destination" in wanted:
            self._by_number.append((wanted["destination"], placed))
        elif "text" in wanted:
            self._by_text.append((wanted["text"], placed))
        else:
            self._general.append(placed)

    def candidates(self, destination: str, text: str = "") -> Sequence[Stub]:
        """Those that may have their say for a destination and a text, whatever the stage, in their order.

        No other can; whether one of them does, all of its criteria say. A request has "" for what it lacks.
        """
        found = self._exact.get(destination, [])
        if self._scanned:
            found = [*found, *self._general]
            for length in self._lengths:
                found += self._prefixed.get(destination[:length], ())
            found += [placed for holds_for, placed in self._by_number if holds_for(destination)]
            found += [placed for holds_for, placed in self._by_text if holds_for(text)]
            found.sort()
        return [stub for _, stub in found] if found else ()

    @property
    def plans(self) -> Iterator[Plan]:
        """Every plan that a stub of the table gives."""
        return (stub.outcome.plan for stub in self.stubs if stub.outcome.plan is not None)


def merged(some: Sequence[Stub], others: Sequence[Stub]) -> Sequence[Stub]:
    """Two rows of stubs as one, the first to go first."""
    if not some or not others:
        return some or others
    return sorted((*some, *others), key=_rank)


_rank = attrgetter("rank")


class NearMiss(NamedTuple):
    """A stub that did not answer, and the one thing that kept it from it."""

    stub: str
    differs: str
    wanted: str
    saw: str


class StubsInForce(NamedTuple):
    """Which stubs there were when a request came: little to keep, for each exchange keeps one."""

    scenario: StubTable
    made: int
    """How many the control API had made."""
