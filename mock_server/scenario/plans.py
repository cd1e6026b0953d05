"""Delivery plans: compile them, and check that each step may follow the one before it (ST-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from mock_server.domain.delivery import Carrier, Channel, Plan, Status, Step, default_carrier, illegal_steps, is_legal
from mock_server.domain.instants import SECOND, Duration
from mock_server.scenario.model_types import CarrierPart, StepPart
from mock_server.scenario.notation import parse_delay
from mock_server.scenario.problems import Flaw, Path

_BACKWARDS: Final = "is earlier than {other}; 'after' counts from the acceptance, and steps must be in order of time"
_STATUSES: Final = frozenset(Status) - {Status.PROVIDER_ACCEPTANCE}


def flaws_of_plan(steps: object, path: Path, channel: object) -> Iterator[Flaw]:
    """All flaws between the steps of a plan, given as the raw document."""
    if not isinstance(steps, list | tuple):
        return
    # An invalid channel is reported elsewhere; assume RCS here, which allows every change that SMS allows.
    known = Channel.SMS if channel is None or channel == Channel.SMS else Channel.RCS
    for index, former, later in illegal_steps(Plan(tuple(_readable(steps)), known)):
        yield Flaw((*path, index, "status"), _illegal(former, later, known))
    yield from _backwards(steps, path)


def _readable(steps: list[object] | tuple[object, ...]) -> Iterator[Step]:
    """The steps up to the first with an invalid status: what follows it cannot be checked."""
    for step in steps:
        status = step.get("status") if isinstance(step, Mapping) else None
        if not isinstance(step, Mapping) or not isinstance(status, str) or status not in _STATUSES:
            return
        yield Step(0, Status(status), forced=step.get("forced", False) is not False)


def _illegal(former: Status, later: Status, channel: Channel) -> str:
    if is_legal(former, later, Channel.RCS):
        return f"{later} may follow {former} on RCS only; set 'channel: RCS', or allow it with 'forced: true'"
    legal = [status for status in Status if is_legal(former, status, channel)]
    may = f"only {' or '.join(legal)} may" if legal else "nothing may"
    return f"{later} may not follow {former} ({may}); 'forced: true' allows it"


def _backwards(steps: list[object] | tuple[object, ...], path: Path) -> Iterator[Flaw]:
    latest: tuple[Duration, Path] = (0, path)
    for index, step in enumerate(steps):
        place = (*path, index, "after")
        try:
            after = parse_delay(step["after"]) if isinstance(step, Mapping) else None
        except (KeyError, TypeError, ValueError):
            after = None
        if after is None:
            continue
        if after < latest[0]:
            yield Flaw(place, _BACKWARDS, other=latest[1])
        else:
            latest = (after, place)


_PLANS_TO_STATUS = {
    Status.PROVIDER_ACCEPTANCE: Plan(()),
    Status.SENT: Plan((Step(SECOND, Status.SENT),)),
    Status.REJECTED: Plan((Step(SECOND, Status.REJECTED),)),
    Status.DELIVERED: Plan(),
    Status.UNDELIVERED: Plan((Step(SECOND, Status.SENT), Step(3 * SECOND, Status.UNDELIVERED))),
    Status.READ: Plan((*Plan().steps, Step(10 * SECOND, Status.READ)), Channel.RCS),
}


def plan_to(status: str, channel: str) -> Plan:
    """The default plan that ends in a status; READ is always over RCS."""
    plan = _PLANS_TO_STATUS[Status(status)]
    return plan if status == Status.READ else _shared(Plan(plan.steps, Channel(channel)))


def plan_of(steps: tuple[StepPart, ...], channel: str) -> Plan:
    """Compile a plan; equal plans are one object, because every message references its plan."""
    return _shared(Plan(tuple(_step(part) for part in steps), Channel(channel)))


@lru_cache(maxsize=1024)
def _shared(plan: Plan) -> Plan:
    return plan


def _step(part: StepPart) -> Step:
    status = Status(part.status)
    carrier = None if part.provider is None else _carrier(part.provider, status)
    return Step(parse_delay(part.after), status, carrier, part.forced)


def _carrier(part: CarrierPart, status: Status) -> Carrier:
    usual = default_carrier(status)
    return Carrier(part.code or usual.code, part.status or usual.status, part.message)
