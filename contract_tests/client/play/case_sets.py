"""The cases of a run: fixed ones, which every run plays, and generated ones, which depend only on the seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.cases import ACCOUNT, WEBHOOK, Case
from contract_tests.client.play.messages import (
    ATOMS,
    LENGTHS,
    LRAS,
    PLANS,
    SERVICES,
    SIMPLEST,
    Message,
    messages,
    repeated_to,
)
from contract_tests.client.play.steps import (
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
"""Seconds for a client that does not have to wait; enough on a busy machine."""

_MANY = 24
"""More sends than a connection pool has room for if each leaks its connection."""

_ENDLESS_REFUSALS = 20
"""More than a client with bounded retries sends."""

_FAST = tuple(step for step in STEPS if not step.slow)
_SLOW = tuple(step for step in STEPS if step.slow)
_CLOSED = BY_NAME["connection closed"]


def simple_case(
    operation: Operation = "admin", timeout_s: float = AMPLE, *program: ScriptStep, count: int = 1
) -> Case:
    """A case of simple messages, each to its own number."""
    return Case(tuple(simplest(nth) for nth in range(count)), program, operation, timeout_s)


def simplest(nth: int = 0) -> Message:
    """The simplest message; each position in a case has its own number, which identifies the message."""
    return {**SIMPLEST, "destination": f"+447700900{123 + nth:03}"}


def fixed_cases(operation: Operation, timeout_s: float) -> tuple[Case, ...]:
    """The cases that every run plays; `timeout_s` is the client's time-out in those that wait for it."""
    ample = max(AMPLE, timeout_s)
    found = [simple_case(operation, ample, step) for step in _FAST]
    found += [simple_case(operation, ample, step, count=2) for step in _FAST]
    found += [simple_case(operation, timeout_s, step, count=2) for step in _SLOW]
    found += [simple_case(operation, ample, *program, count=count) for program, count in _sequences()]
    found += [Case((message,), (), operation, ample) for message in _sample_messages(operation)]
    found += [Case(({**SIMPLEST, "detailed": True},), (step,), operation, ample) for step in TOLERANCE]
    return tuple(found)


def _sequences() -> Iterator[tuple[tuple[ScriptStep, ...], int]]:
    """Programs of several steps, each with its number of messages."""
    for step in REFUSALS:
        yield (step, step), 1
        yield (step, step), 2
    for code in TRANSIENT:
        yield (BY_NAME[f"refused {code}"],) * _ENDLESS_REFUSALS, 1
    # The connection is reused before it is closed.
    yield (ACCEPT, _CLOSED, ACCEPT), 3
    yield (_CLOSED, _CLOSED), 3
    yield (ACCEPT, CLOSED_IDLE, ACCEPT), 3
    yield (CLOSED_IDLE, CLOSED_IDLE), 3
    yield (), _MANY
    # Answers that some clients do not read to the end; their connections must be usable again.
    for name in ("refused 61", "502", "truncated-body", "reset"):
        yield (BY_NAME[name],) * (_MANY // 2), _MANY


def _sample_messages(operation: Operation) -> Iterator[Message]:
    """Accepted messages: every field alone, every alphabet, every length, every country."""
    for field, values in _field_values(operation).items():
        for value in values:
            yield {**SIMPLEST, field: value}
    yield {**SIMPLEST, **{field: values[0] for field, values in _field_values(operation).items()}}
    for text in sample_texts():
        yield {**SIMPLEST, "text": text}
    for prefix, missing in PLANS:
        yield {**SIMPLEST, "destination": prefix + "234567923456792"[:missing]}


def _field_values(operation: Operation) -> dict[str, tuple[object, ...]]:
    """Values of each optional field; the first of each is in the full message."""
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


def sample_texts() -> Iterator[str]:
    """Texts that careless code corrupts, and every length at the limit of a part, in three encodings."""
    for atoms in ATOMS.values():
        yield "".join(atoms)
        yield f"Hi {atoms[0]}{atoms[-1]} there"
    yield from ("\n", "Hi\n", "\nHi", " ", " Hi ", "*", '"', "'", "null", "0", "@", "a\r\nb\nc\rd")
    for length in LENGTHS:
        yield from (repeated_to(piece, length) for piece in ("a", "€", "ж", "😀"))


_BATCH = 25
"""Cases per example; as many as fit into one example of Hypothesis."""

_BATCHES = 8
"""From the tenth example on, Hypothesis mutates earlier ones: most cases would be near copies."""


def generated_cases(seed: int, count: int, operation: Operation = "admin", timeout_s: float = 1.0) -> Iterator[Case]:
    """Generate `count` cases from a seed, the same in every process; a larger count only appends cases.

    All are drawn before the first is played, so that no client can influence later cases.
    """
    drawn: list[Case] = []
    for nth in itertools.count():
        if len(drawn) >= count:
            break
        drawn += _drawn(seed * 2**32 + nth, operation, timeout_s)
    yield from drawn[:count]


def _drawn(seed: int, operation: Operation, timeout_s: float) -> list[Case]:
    """Draw one set of cases; every setting is explicit, since the loaded profile may differ."""
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
    # The first batch is the simplest one for every seed.
    return [case for batch in batches[1:] for case in batch]


_SLOW_ONE_IN = 50
_LONGEST = 4
"""One more than the messages of a case, so that a resend gets a step too."""

_GROUPS = tuple(group for group in Group if group is not Group.TIME)
_GROUP = st.sampled_from(_GROUPS)
_FAST_STEP = {group: st.sampled_from([step for step in _FAST if step.group is group]) for group in _GROUPS}
_SLOW_STEP = st.sampled_from(_SLOW)
_SLOW_DRAW = st.sampled_from(range(_SLOW_ONE_IN))
_PLACE = st.sampled_from(range(_LONGEST))


@st.composite
def _fast_step(draw: st.DrawFn) -> ScriptStep:
    """Draw the group first, so that a large group is not more likely."""
    return draw(_FAST_STEP[draw(_GROUP)])


_FAST_STEPS = st.lists(_fast_step(), min_size=1, max_size=_LONGEST)


@st.composite
def programs(draw: st.DrawFn) -> tuple[ScriptStep, ...]:
    """Up to 4 steps; one program in fifty has a slow one."""
    steps = draw(_FAST_STEPS)
    if draw(_SLOW_DRAW) == _SLOW_ONE_IN - 1:
        steps[min(draw(_PLACE), len(steps) - 1)] = draw(_SLOW_STEP)
    while steps and steps[-1] is ACCEPT:  # sends beyond the program are accepted anyway
        steps.pop()
    return tuple(steps)


def cases(operation: Operation, timeout_s: float) -> st.SearchStrategy[Case]:
    """Cases of 1 to 3 messages; `timeout_s` is the client's time-out in those that wait for it."""

    def case(wanted: list[Message], program: tuple[ScriptStep, ...]) -> Case:
        slow = any(step.slow for step in program)
        limit = timeout_s if slow else max(AMPLE, timeout_s)
        return Case(tuple(distinct_destinations(wanted)), program, operation, limit)

    return st.builds(case, st.lists(messages(operation), min_size=1, max_size=3), programs())


def distinct_destinations(wanted: list[Message]) -> Iterator[Message]:
    """Give each message of a case its own number, which identifies it."""
    seen: set[str] = set()
    for message in wanted:
        destination: str = message["destination"]
        while destination in seen:
            destination = destination[:-1] + str((int(destination[-1]) + 1) % 10)
        seen.add(destination)
        yield {**SIMPLEST, **message, "destination": destination}  # destination and text first
