"""Checks across the keys of stubs: outcomes that exclude each other, and stubs that can never apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from mock_server.domain.fault import STATUSES, Fault, FaultKind
from mock_server.domain.stub import acts_after_decision
from mock_server.scenario.faults import fault_at_stage, parse_fault
from mock_server.scenario.notation import parse_delay
from mock_server.scenario.plans import flaws_of_plan
from mock_server.scenario.problems import Flaw, Path

_DECISIONS: Final = ("refuse", "accept", "drop", "answer")
_FATES: Final = ("deliver", "channel", "adversity")
_TRANSPORT_EFFECTS: Final = ("fault", "delay", "hold")
_OUTCOMES: Final = ("refuse", "accept", "drop", "deliver", "adversity", "answer", *_TRANSPORT_EFFECTS)
_NEED_A_BODY: Final = (FaultKind.TRUNCATED_BODY, FaultKind.BROKEN_JSON, FaultKind.WRONG_CONTENT_LENGTH)
_NOT_SENDS: Final = ("admin-health", "services-health", "look-up")
_MESSAGE_FIELDS: Final = ("destination", "text", "service", "action", "key")
_LIMITS: Final = ("times", "probability", "for")


def flaws_of_stubs(stubs: object, path: Path, channel: object, *, faults: bool = False) -> Iterator[Flaw]:
    """All flaws across the keys of a list of stubs, given as the raw document."""
    if not isinstance(stubs, list | tuple):
        return
    for index, stub in enumerate(stubs):
        if isinstance(stub, Mapping):
            yield from _flaws_of_stub(stub, (*path, index), channel, faults=faults)
    yield from _never_reached(stubs, path)


def _flaws_of_stub(stub: Mapping[object, object], path: Path, channel: object, *, faults: bool) -> Iterator[Flaw]:
    then = stub.get("then")
    if isinstance(then, Mapping):
        yield from _outcome(then, (*path, "then"), faults=faults)
        own = then.get("channel")
        yield from flaws_of_plan(then.get("deliver"), (*path, "then", "deliver"), channel if own is None else own)
    when = stub.get("when")
    if isinstance(when, Mapping):
        for field in ("text", "account", "service", "action", "key"):
            yield from _exactly_one(when.get(field), ("contains", "regex"), (*path, "when", field))
        if when.get("operation") in _NOT_SENDS:
            yield from _send_only_keys(when, then if isinstance(then, Mapping) else {}, path)


def _send_only_keys(when: Mapping[object, object], then: Mapping[object, object], path: Path) -> Iterator[Flaw]:
    """Keys that have no meaning for health checks and look-ups: such a stub would silently do nothing."""
    operation = when["operation"]
    for key in (each for each in _MESSAGE_FIELDS if when.get(each) is not None):
        yield Flaw((*path, "when", key), f"never matches: a request of '{operation}' has none", at_key=True)
    for key in (each for each in ("refuse", "accept", "drop", *_FATES) if then.get(each) is not None):
        sentence = f"is for sends only; '{operation}' allows fault, delay, hold and answer"
        yield Flaw((*path, "then", key), sentence, at_key=True)


def _outcome(then: Mapping[object, object], path: Path, *, faults: bool) -> Iterator[Flaw]:
    given = [key for key, value in then.items() if value is not None]
    if not given:
        yield Flaw(path, f"must have at least one of {', '.join(_OUTCOMES)}")
    if faults:
        for key in (each for each in given if each in _OUTCOMES and each not in (*_TRANSPORT_EFFECTS, "answer")):
            yield Flaw(
                (*path, str(key)), "belongs in 'stubs'; 'faults' allow fault, delay, hold and answer", at_key=True
            )
    decisions: list[str] = [key for key in _DECISIONS if key in given]
    for key in decisions[1:]:
        yield Flaw((*path, key), f"excludes '{decisions[0]}': a request gets one answer", at_key=True)
    for decision in (key for key in ("refuse", "drop", "answer") if key in decisions[:1]):
        for key in (each for each in _FATES if each in given):
            yield Flaw((*path, key), f"excludes '{decision}': with it, no message is delivered", at_key=True)
    if "channel" in given and "deliver" not in given and not {"refuse", "drop", "answer"} & set(decisions):
        yield Flaw((*path, "channel"), "needs 'deliver', the status changes on that channel", at_key=True)
    yield from _fault(then, path, decisions)
    yield from _delay(then.get("delay"), (*path, "delay"))
    answer = then.get("answer")
    if isinstance(answer, Mapping):
        yield from _answer(answer, (*path, "answer"))


def _fault(then: Mapping[object, object], path: Path, decisions: list[str]) -> Iterator[Flaw]:
    written, place = then.get("fault"), (*path, "fault")
    fault: Fault | None = None
    if isinstance(written, Mapping):
        at, kind = written.get("at"), written.get("kind")
        try:
            fault = fault_at_stage(FaultKind(str(kind)), None if at is None else at == "after")
        except ValueError as error:
            if kind in list(FaultKind):
                yield Flaw((*place, "at"), str(error))
            return
        yield from _details(written, fault, place)
    elif isinstance(written, str | int):
        try:
            fault = parse_fault(str(written))
        except ValueError:
            return
    answer = then.get("answer")
    if fault is not None and fault.kind in _NEED_A_BODY and isinstance(answer, Mapping) and _has_no_body(answer):
        yield Flaw(place, f"has nothing to change: '{fault.kind}' needs an answer with a body", at_key=True)
    if fault is not None and not acts_after_decision(fault):
        before = [*decisions, *(key for key in _FATES if then.get(key) is not None)]
        if before:
            sentence = (
                f"excludes '{before[0]}': the request does not reach the gateway; with '{fault.kind}-after' it does"
            )
            yield Flaw(place, sentence, at_key=True)


def _details(written: Mapping[object, object], fault: Fault, place: Path) -> Iterator[Flaw]:
    allowed = {
        "status": fault.kind is FaultKind.HTML_PAGE,
        "retry_after": fault.kind in STATUSES,
        "interval": fault.kind is FaultKind.SLOW_DRIP,
    }
    for key, fits in allowed.items():
        if written.get(key) is not None and not fits:
            yield Flaw((*place, key), f"has no effect with '{fault.kind}'", at_key=True)


def _delay(written: object, place: Path) -> Iterator[Flaw]:
    if not isinstance(written, Mapping):
        return
    yield from _exactly_one(written, ("fixed", "uniform", "lognormal", "virtual"), place)
    uniform = written.get("uniform")
    if isinstance(uniform, list | tuple) and len(uniform) == 2:
        try:
            least, most = (parse_delay(str(each)) for each in uniform)
        except ValueError:
            return
        if least > most:
            yield Flaw((*place, "uniform"), "must be [least, most], in this order")


def _answer(answer: Mapping[object, object], place: Path) -> Iterator[Flaw]:
    bodies = [key for key in ("body", "body_base64") if answer.get(key) is not None]
    if len(bodies) == 2:
        yield Flaw((*place, "body_base64"), "excludes 'body': keep one of the two", at_key=True)
    if bodies and answer.get("status") in {204, 205, 304}:
        yield Flaw((*place, bodies[0]), f"excludes status {answer['status']}, which has no body", at_key=True)


def _has_no_body(answer: Mapping[object, object]) -> bool:
    return answer.get("body") in (None, "") and answer.get("body_base64") in (None, "")


def _exactly_one(value: object, keys: tuple[str, ...], place: Path) -> Iterator[Flaw]:
    if isinstance(value, Mapping) and sum(value.get(key) is not None for key in keys) != 1:
        yield Flaw(place, f"must have exactly one of {', '.join(keys)}")


def _never_reached(stubs: list[object] | tuple[object, ...], path: Path) -> Iterator[Flaw]:
    """Find stubs that never apply because an earlier unlimited stub matches the same requests."""
    first: dict[str, int] = {}
    for index, stub in enumerate(stubs):
        if not isinstance(stub, Mapping) or any(stub.get(key) is not None for key in _LIMITS):
            continue
        when, then = stub.get("when", {}), stub.get("then")
        if not isinstance(when, Mapping) or not isinstance(then, Mapping) or when.get("nth") is not None:
            continue
        matched = f"{_stage(then)} {stub.get('priority', 0)} {sorted((str(k), str(v)) for k, v in when.items())}"
        if matched in first:
            sentence = "never applies: {other} matches the same requests; limit it by times, nth, for or probability"
            yield Flaw((*path, index), sentence, other=(*path, first[matched]))
        first.setdefault(matched, index)


def _stage(then: Mapping[object, object]) -> str:
    given = {key for key, value in then.items() if value is not None}
    if given & {"accept", "drop"} or ("refuse" in given and then["refuse"] != 63):
        return "decision"
    return "fate" if given & {"deliver", "adversity"} else "arrival"
