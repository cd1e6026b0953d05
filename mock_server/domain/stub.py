"""Stubs: rules that force an outcome, regardless of the gateway's own rules."""

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
    """Where a stub was defined; it affects only the order of precedence."""

    HEADER = "header"
    CONTROL = "control"
    SCENARIO = "scenario"


class Stage(IntEnum):
    """When a stub applies. At most one stub applies to a request at each stage."""

    ARRIVAL = 0
    """Before authentication: faults, delays, raw answers, and the refusal of credentials."""
    DECISION = 1
    """After authentication and body shape, instead of the rules that follow."""
    FATE = 2
    """After acceptance: the message's delivery."""


class RequestFacts(msgspec.Struct, frozen=True, gc=False):
    """The parts of a request that a stub can match on."""

    operation: str
    caller: str = ""
    submission: Submission | None = None

    def values(self, field: str) -> tuple[str, ...]:
        """The values of a field; empty if the request has none."""
        return _VALUES[field](self)


def facts_of(attempt: Attempt) -> RequestFacts:
    """What a stub can match on in an attempt to send."""
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
    # Both the caller and the impersonated account: testers call either "the account".
    "account": lambda facts: _of(facts.caller or None, facts.submission.account if facts.submission else None),
    "service": lambda facts: _reference(facts, "service"),
    "action": lambda facts: _reference(facts, "action"),
    "key": lambda facts: _reference(facts, "key"),
}


class Criterion(msgspec.Struct, frozen=True):
    """One condition of a stub on a request."""

    field: str
    wanted: str
    """The condition in words, for explanations."""
    holds_for: Callable[[str], bool]

    def met_by(self, facts: RequestFacts) -> bool:
        """Whether one of the field's values satisfies the condition."""
        return any(map(self.holds_for, facts.values(self.field)))


class RawAnswer(msgspec.Struct, frozen=True):
    """A custom answer, sent unchanged."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Outcome(msgspec.Struct, frozen=True):
    """What a stub forces: at most one decision, the delivery of an accepted message, and transport effects."""

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
        """When it applies."""
        if self.accept or self.drop or (self.refuse is not None and self.refuse is not BAD_CREDENTIALS):
            return Stage.DECISION
        affects_delivery = self.plan is not None or self.adversity is not None
        return Stage.FATE if affects_delivery else Stage.ARRIVAL

    @property
    def intercepts(self) -> bool:
        """Whether the request never reaches the gateway."""
        return self.answer is not None or (self.fault is not None and not acts_after_decision(self.fault))


def acts_after_decision(fault: Fault) -> bool:
    """Whether the gateway decides before the fault acts."""
    return fault.after or fault.kind in SPOILS_THE_ANSWER


class Stub(msgspec.Struct, frozen=True):
    """Which requests a stub applies to, what it forces, and how often."""

    name: str
    """For explanations: `stubs[0]` of a scenario, `s1` of the control API."""
    origin: Origin
    criteria: tuple[Criterion, ...]
    outcome: Outcome
    nth: frozenset[int] | None = None
    """Only these of the requests that meet the criteria, counted from 1."""
    times: int | None = None
    probability: float | None = None
    lasts: Duration | None = None
    """How long it applies, on the session's clock, from its creation."""
    priority: int = 0
    destination: str | None = None
    """The exact destination that it matches, used as an index."""
    prefix: str | None = None
    """The prefix of the destinations that it matches, used as an index."""
    place: int = 0
    """Its ordinal among the stubs of the same origin."""
    source: object = None
    """The definition it was compiled from, for display and comparison."""

    @property
    def limited(self) -> bool:
        """Whether it applies to only some of the requests that meet its criteria."""
        return any(each is not None for each in (self.nth, self.times, self.probability, self.lasts))

    @property
    def rank(self) -> tuple[int, int, bool, int, int]:
        """Sort key, smallest first: priority, origin, limited before unlimited, exact before prefix, then age."""
        exactness = 0 if self.destination is not None else 1 if self.prefix is not None else 2
        return -self.priority, _ORIGINS.index(self.origin), not self.limited, exactness, self.place

    def unmet(self, facts: RequestFacts) -> Iterator[Criterion]:
        """The criteria that a request does not meet."""
        return (each for each in self.criteria if not each.met_by(facts))


_ORIGINS = (Origin.HEADER, Origin.CONTROL, Origin.SCENARIO)


_Ranked = tuple[int, Stub]
"""A stub with its index in the order of precedence."""
_Filtered = tuple[Callable[[str], bool], _Ranked]
"""A stub's condition on one field, and the stub."""


class StubTable:
    """Stubs in order of precedence, indexed by destination: a request does not scan stubs for other numbers.

    Immutable, so all sessions of a scenario share one.
    """

    __slots__ = ("_by_number", "_by_text", "_exact", "_general", "_lengths", "_prefixed", "_scanned", "stubs")

    def __init__(self, stubs: tuple[Stub, ...] = ()) -> None:
        self.stubs = stubs
        self._exact: dict[str, list[_Ranked]] = {}
        self._prefixed: dict[str, list[_Ranked]] = {}
        self._by_number: list[_Filtered] = []
        self._by_text: list[_Filtered] = []
        self._general: list[_Ranked] = []
        for ranked in enumerate(sorted(stubs, key=_rank)):
            self._put(ranked)
        self._lengths = tuple(sorted({len(prefix) for prefix in self._prefixed}))
        self._scanned = bool(self._lengths or self._by_number or self._by_text or self._general)

    def _put(self, ranked: _Ranked) -> None:
        stub = ranked[1]
        wanted = {criterion.field: criterion.holds_for for criterion in stub.criteria}
        if stub.destination is not None:
            self._exact.setdefault(stub.destination, []).append(ranked)
        elif stub.prefix is not None:
            self._prefixed.setdefault(stub.prefix, []).append(ranked)
        elif "destination" in wanted:
            self._by_number.append((wanted["destination"], ranked))
        elif "text" in wanted:
            self._by_text.append((wanted["text"], ranked))
        else:
            self._general.append(ranked)

    def candidates(self, destination: str, text: str = "") -> Sequence[Stub]:
        """The stubs of all stages that may apply to a destination and a text, in order of precedence.

        No other stub can apply; whether a candidate does is decided by all of its criteria. A request without a
        destination or text is asked for with "".
        """
        found = self._exact.get(destination, [])
        if self._scanned:
            found = [*found, *self._general]
            for length in self._lengths:
                found += self._prefixed.get(destination[:length], ())
            found += [ranked for holds_for, ranked in self._by_number if holds_for(destination)]
            found += [ranked for holds_for, ranked in self._by_text if holds_for(text)]
            found.sort()
        return [stub for _, stub in found] if found else ()

    @property
    def plans(self) -> Iterator[Plan]:
        """The delivery plans that stubs of the table force."""
        return (stub.outcome.plan for stub in self.stubs if stub.outcome.plan is not None)


def merged(some: Sequence[Stub], others: Sequence[Stub]) -> Sequence[Stub]:
    """Merge two sequences of stubs in order of precedence."""
    if not some or not others:
        return some or others
    return sorted((*some, *others), key=_rank)


_rank = attrgetter("rank")


class NearMiss(NamedTuple):
    """A stub that did not apply because of a single unmet criterion."""

    stub: str
    differs: str
    wanted: str
    saw: str


class StubsInForce(NamedTuple):
    """Which stubs were in force when a request arrived; small, because every exchange keeps one."""

    scenario: StubTable
    made: int
    """How many stubs the control API had created by then."""
