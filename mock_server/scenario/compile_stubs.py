"""Compile the stubs of a scenario, the control API or a header to the stubs that are matched."""

from __future__ import annotations

from base64 import b64decode

import msgspec

from mock_server.domain.delivery import Plan
from mock_server.domain.errors import BY_CODE
from mock_server.domain.fault import Delay, Fault, FaultKind
from mock_server.domain.stub import Criterion, Origin, Outcome, RawAnswer, Stub
from mock_server.scenario.faults import fault_at_stage, parse_fault
from mock_server.scenario.linear_regex import compile_regex
from mock_server.scenario.model_types import StepPart
from mock_server.scenario.notation import parse_delay, parse_duration
from mock_server.scenario.plans import plan_of, plan_to
from mock_server.scenario.stub_model import (
    AnswerPart,
    DelayPart,
    FaultPart,
    PatternPart,
    StubPart,
    ThenPart,
    WhenPart,
    WordsPart,
)

SENDS = ("admin", "services")

_TEXTS = ("text", "account", "service", "action", "key")


def stub_of(part: StubPart, name: str, origin: Origin, channel: str, place: int = 0) -> Stub:
    """Compile a stub; `channel` is the default channel of its delivery plan."""
    when, then = part.when, part.then
    outcome = outcome_of(then, channel)
    number = when.destination if isinstance(when.destination, str) else None
    prefix = number is not None and number.endswith("*")
    return Stub(
        name,
        origin,
        tuple(_criteria(when, outcome)),
        outcome,
        nth=None if when.nth is None else frozenset((when.nth,) if isinstance(when.nth, int) else when.nth),
        times=part.times,
        probability=part.probability,
        lasts=None if part.for_ is None else parse_duration(part.for_),
        priority=part.priority,
        destination=None if prefix else number,
        prefix=number[:-1] if prefix and number is not None else None,
        place=place,
        source=part,
    )


def outcome_of(then: ThenPart, channel: str) -> Outcome:
    """Compile the `then` of a stub."""
    return Outcome(
        refuse=None if then.refuse is None else BY_CODE[then.refuse],
        accept=then.accept is True,
        drop=then.drop is True,
        plan=None if then.deliver is None else _plan(then.deliver, then.channel or channel),
        adversity=then.adversity,
        answer=None if then.answer is None else _answer(then.answer),
        fault=None if then.fault is None else fault_of(then.fault),
        delay=None if then.delay is None else _delay(then.delay),
        hold=then.hold is True,
    )


def _plan(deliver: str | tuple[StepPart, ...], channel: str) -> Plan:
    return plan_to(deliver, channel) if isinstance(deliver, str) else plan_of(deliver, channel)


def _criteria(when: WhenPart, outcome: Outcome) -> list[Criterion]:
    found = [_operation(when.operation, outcome)]
    if isinstance(when.destination, PatternPart):
        pattern = when.destination.regex
        found.append(Criterion("destination", f"matches {pattern}", compile_regex(pattern)))
    elif when.destination is not None:
        found.append(_number(when.destination))
    for field in _TEXTS:
        words: str | WordsPart | None = getattr(when, field)
        if words is not None:
            found.append(_text(field, words))
    return found


def _operation(operation: str | None, outcome: Outcome) -> Criterion:
    down = outcome.fault is not None and outcome.fault.kind is FaultKind.DOWN
    if operation == "any" or (operation is None and down):
        return Criterion("operation", "any", lambda _: True)
    if operation is None:
        return Criterion("operation", "admin or services", SENDS.__contains__)
    return Criterion("operation", operation, operation.__eq__)


def _number(number: str) -> Criterion:
    if number.endswith("*"):
        prefix = number[:-1]
        return Criterion("destination", number, lambda found: found.startswith(prefix))
    return Criterion("destination", number, number.__eq__)


def _text(field: str, words: str | WordsPart) -> Criterion:
    if isinstance(words, str):
        return Criterion(field, words, words.__eq__)
    if words.contains is not None:
        part = words.contains
        return Criterion(field, f"contains {part}", lambda found: part in found)
    pattern = words.regex or ""
    return Criterion(field, f"matches {pattern}", compile_regex(pattern))


def fault_of(written: str | FaultPart) -> Fault:
    """Compile a fault, given by name or by its details."""
    if isinstance(written, str):
        return parse_fault(written)
    fault = fault_at_stage(written.kind, None if written.at is None else written.at == "after")
    interval = fault.interval if written.interval is None else parse_duration(written.interval)
    return msgspec.structs.replace(fault, status=written.status, retry_after=written.retry_after, interval=interval)


def _delay(written: str | DelayPart) -> Delay:
    if isinstance(written, str):
        return _fixed(written)
    if written.uniform is not None:
        least, most = map(parse_delay, written.uniform)
        return Delay(least, most)
    if written.lognormal is not None:
        return Delay(median=parse_duration(written.lognormal.median), sigma=written.lognormal.sigma)
    if written.virtual is not None:
        return msgspec.structs.replace(_fixed(written.virtual), virtual=True)
    return _fixed(written.fixed or "0s")


def _fixed(text: str) -> Delay:
    length = parse_delay(text)
    return Delay(length, length)


def _answer(part: AnswerPart) -> RawAnswer:
    if part.body_base64 is not None:
        body = b64decode(part.body_base64)
    elif part.body is None:
        body = b""
    elif isinstance(part.body, str):
        body = part.body.encode()
    else:
        body = msgspec.json.encode(part.body)
    return RawAnswer(part.status, tuple(part.headers.items()), body)
