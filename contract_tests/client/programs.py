"""The cases of a run: those that every run plays, and generated ones that follow from a seed alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from contract_tests.client.cases import ACCOUNT, WEBHOOK, Case
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.intents import (
    ATOMS,
    LENGTHS,
    LRAS,
    PLANS,
    SERVICES,
    SIMPLEST,
    Message,
    messages,
    stretched,
)
from contract_tests.client.steps import (
    ACCEPT,
    BY_NAME,
    CLOSED_IDLE,
    REFUSALS,
    STEPS,
    TOLERANCE,
    TRANSIENT,
    Group,
    ScriptStep,
)

AMPLE = 5.0
"""Seconds for a client that is not made to wait: a busy machine is no fault of its."""

_MANY = 24
"""More sends than a pool of connections has room for when each is leaked."""

_REFUSED_FOR_LONG = 20
"""A client that retries within bounds has given up long before."""

_FAST = tuple(step for step in STEPS if not step.slow)
_SLOW = tuple(step for step in STEPS if step.slow)
_CLOSED = BY_NAME["connection closed"]


def simple(operation: Operation = "admin", timeout_s: float = AMPLE, *program: ScriptStep, count: int = 1) -> Case:
    """Simple intents, each to a number of its own, and what the gateway does with them."""
    return Case(tuple(simplest(nth) for nth in range(count)), program, operation, timeout_s)


def simplest(nth: int = 0) -> Message:
    """The simplest message; each place in a case has its own number, so that a ledger tells them apart."""
    return {**SIMPLEST, "destination": f"+447700900{123 + nth:03}"}


def enumerated(operation: Operation, timeout_s: float) -> tuple[Case, ...]:
    """What every run plays, the same each time; `timeout_s` is the client's limit where it is made to wait."""
    ample = max(AMPLE, timeout_s)
    found = [simple(operation, ample, step) for step in _FAST]
    found += [simple(operation, ample, step, count=2) for step in _FAST]
    found += [simple(operation, timeout_s, step, count=2) for step in _SLOW]
    found += [simple(operation, ample, *program, count=count) for program, count in _sequences()]
    found += [Case((message,), (), operation, ample) for message in _zoo(operation)]
    found += [Case(({**SIMPLEST, "detailed": True},), (step,), operation, ample) for step in TOLERANCE]
    return tuple(found)


def _sequences() -> Iterator[tuple[tuple[ScriptStep, ...], int]]:
    """Programs that mean something as a whole, each with its number of intents."""
    for step in REFUSALS:
        yield (step, step), 1
        yield (step, step), 2
    for code in TRANSIENT:
        yield (BY_NAME[f"refused {code}"],) * _REFUSED_FOR_LONG, 1
    # A connection is used again before it is closed: only then a client has something to trip over.
    yield (ACCEPT, _CLOSED, ACCEPT), 3
    yield (_CLOSED, _CLOSED), 3
    yield (ACCEPT, CLOSED_IDLE, ACCEPT), 3
    yield (CLOSED_IDLE, CLOSED_IDLE), 3
    yield (), _MANY
    # Answers that an impatient client does not read to the end, and then connections that it should have again.
    for name in ("refused 61", "502", "truncated-body", "reset"):
        yield (BY_NAME[name],) * (_MANY // 2), _MANY


def _zoo(operation: Operation) -> Iterator[Message]:
    """Messages that are accepted: every field alone, every alphabet, every length, every country."""
    for field, values in _field_values(operation).items():
        for value in values:
            yield {**SIMPLEST, field: value}
    yield {**SIMPLEST, **{field: values[0] for field, values in _field_values(operation).items()}}
    for text in zoo_of_texts():
        yield {**SIMPLEST, "text": text}
    for begin, missing in PLANS:
        yield {**SIMPLEST, "destination": begin + "234567923456792"[:missing]}


def _field_values(operation: Operation) -> dict[str, tuple[object, ...]]:
    """Values of each optional field; the first of each makes the full message."""
    full = {"service": SERVICES[0], "action": "2FA", "key": "order-4711"}
    references = (
        full,
        *({"service": service} for service in SERVICES),
        {"service": SERVICES[0], "action": "", "key": ""},
        {"service": SERVICES[0], "key": "日本 è€ 👍"},
        {"service": SERVICES[0], "action": "2FA"},
    )
    found: dict[str, tuple[object, ...]] = {
        "detailed": (True, False),
        "reference": references,
        "businessRelationId": ("BR-001", "", "è€ 日本"),
        "webhook": ({"url": WEBHOOK, "authentication": {"type": "NONE"}},),
    }
    if operation == "admin":
        found |= {"account": (ACCOUNT,), "lra": LRAS}
    return found


def zoo_of_texts() -> Iterator[str]:
    """Texts that careless code spoils, and every length at the edge of a part, in three encodings."""
    for atoms in ATOMS.values():
        yield "".join(atoms)
        yield f"Hi {atoms[0]}{atoms[-1]} there"
    yield from ("\n", "Hi\n", "\nHi", " ", " Hi ", "*", '"', "'", "null", "0", "@", "a\r\nb\nc\rd")
    for length in LENGTHS:
        yield from (stretched(piece, length) for piece in ("a", "€", "ж", "😀"))


_BATCH = 25
"""As many as are sure to fit into one example of Hypothesis."""

_BATCHES = 8
"""With the tenth example Hypothesis begins to vary what it has: most cases would be copies of others, nearly."""


def generated(seed: int, count: int, operation: Operation = "admin", timeout_s: float = 1.0) -> Iterator[Case]:
    """So many cases out of a seed: the same in each process, whatever else is loaded there; more begin like fewer.

    They are drawn before the first is played, for nothing that a client does may change what it meets next.
    """
    drawn: list[Case] = []
    for nth in itertools.count():
        if len(drawn) >= count:
            break
        drawn += _drawn(seed * 2**32 + nth, operation, timeout_s)
    yield from drawn[:count]


def _drawn(seed: int, operation: Operation, timeout_s: float) -> list[Case]:
    """Some cases; every setting is given, for a team's profile has others."""
    batches: list[tuple[Case, ...]] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=1 + _BATCHES, database=None, deadline=None, derandomize=False, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet, backend="hypothesis",
    )  # fmt: skip
    @given(st.tuples(*[cases(operation, timeout_s)] * _BATCH))
    def draw(batch: tuple[Case, ...]) -> None:
        batches.append(batch)

    draw()
    # The first one is the simplest that there is, whatever the seed.
    return [case for batch in batches[1:] for case in batch]


_SLOW_ONE_IN = 50
_LONGEST = 4
"""One more than the intents of a case: what a client sends again meets something too."""

_GROUPS = tuple(group for group in Group if group is not Group.TIME)
_GROUP = st.sampled_from(_GROUPS)
_FAST_STEP = {group: st.sampled_from([step for step in _FAST if step.group is group]) for group in _GROUPS}
_SLOW_STEP = st.sampled_from(_SLOW)
_LOT = st.sampled_from(range(_SLOW_ONE_IN))
_PLACE = st.sampled_from(range(_LONGEST))


@st.composite
def _fast_step(draw: st.DrawFn) -> ScriptStep:
    """The group first: one of many steps is no more likely for it."""
    return draw(_FAST_STEP[draw(_GROUP)])


_FAST_STEPS = st.lists(_fast_step(), min_size=1, max_size=_LONGEST)


@st.composite
def programs(draw: st.DrawFn) -> tuple[ScriptStep, ...]:
    """Up to 4 steps; one program in fifty has one that makes the client wait."""
    steps = draw(_FAST_STEPS)
    if draw(_LOT) == _SLOW_ONE_IN - 1:
        steps[min(draw(_PLACE), len(steps) - 1)] = draw(_SLOW_STEP)
    while steps and steps[-1] is ACCEPT:  # it is what a program's end means
        steps.pop()
    return tuple(steps)


def cases(operation: Operation, timeout_s: float) -> st.SearchStrategy[Case]:
    """Cases of 1 to 3 intents; `timeout_s` is the client's limit where it is made to wait."""

    def case(wanted: list[Message], program: tuple[ScriptStep, ...]) -> Case:
        slow = any(step.slow for step in program)
        limit = timeout_s if slow else max(AMPLE, timeout_s)
        return Case(tuple(told_apart(wanted)), program, operation, limit)

    return st.builds(case, st.lists(messages(operation), min_size=1, max_size=3), programs())


def told_apart(wanted: list[Message]) -> Iterator[Message]:
    """Each message with a number of its own, for a ledger knows them by it."""
    seen: set[str] = set()
    for message in wanted:
        destination: str = message["destination"]
        while destination in seen:
            destination = destination[:-1] + str((int(destination[-1]) + 1) % 10)
        seen.add(destination)
        yield {**SIMPLEST, **message, "destination": destination}  # in the order that people expect
