"""What becomes of a message after the 200: statuses, legal changes, plans (ST-1, ST-2)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

import msgspec

from mock_server.domain.instants import SECOND, Duration, Instant


class Status(StrEnum):
    """Where a message is (ST-1)."""

    PROVIDER_ACCEPTANCE = "PROVIDER_ACCEPTANCE"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    REJECTED = "REJECTED"
    UNDELIVERED = "UNDELIVERED"
    READ = "READ"


class Channel(StrEnum):
    """What a message travels by (ST-1)."""

    SMS = "SMS"
    RCS = "RCS"


LEGAL: dict[Status, frozenset[Status]] = {
    Status.PROVIDER_ACCEPTANCE: frozenset({Status.SENT, Status.REJECTED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED}),
    Status.DELIVERED: frozenset({Status.READ}),
    Status.REJECTED: frozenset(),
    Status.UNDELIVERED: frozenset(),
    Status.READ: frozenset(),
}
"""Which status may follow which (ST-2); READ needs a channel that knows it."""

_WELL = frozenset({Status.PROVIDER_ACCEPTANCE, Status.SENT, Status.DELIVERED, Status.READ})


def is_legal(former: Status, later: Status, channel: Channel) -> bool:
    """Whether a message on this channel may change so (ST-2)."""
    return later in LEGAL[former] and (later is not Status.READ or channel is Channel.RCS)


class Carrier(msgspec.Struct, frozen=True):
    """What the provider says of a status (WH-2): its own code and word, and an error text where there is one."""

    code: str
    status: str
    message: str | None = None


def default_carrier(status: Status) -> Carrier:
    """What a provider says where the scenario gives it no words."""
    return Carrier("0" if status in _WELL else "1", status.value)


class Step(msgspec.Struct, frozen=True):
    """One change of a plan, counted from the acceptance."""

    after: Duration
    status: Status
    carrier: Carrier | None = None
    forced: bool = False
    """Illegal, and meant so: to see what a client makes of it."""


class Plan(msgspec.Struct, frozen=True):
    """How a message is going to fare. A plan without steps stays at the acceptance for ever."""

    steps: tuple[Step, ...] = (Step(SECOND, Status.SENT), Step(3 * SECOND, Status.DELIVERED))
    channel: Channel = Channel.SMS


class Change(msgspec.Struct, frozen=True):
    """A status that a message has taken, and when."""

    at: Instant
    status: Status
    carrier: Carrier
    forced: bool = False


def illegal_steps(plan: Plan) -> Iterator[tuple[int, Status, Status]]:
    """The steps that no message may take and that are not forced: index, former and later status."""
    path = (Status.PROVIDER_ACCEPTANCE, *(step.status for step in plan.steps))
    for index, (former, later) in enumerate(pairwise(path)):
        if not plan.steps[index].forced and not is_legal(former, later, plan.channel):
            yield index, former, later


def change_of(step: Step, accepted_at: Instant) -> Change:
    """What a step of a plan comes to for a message accepted at that time."""
    return Change(
        Instant(accepted_at + step.after), step.status, step.carrier or default_carrier(step.status), step.forced
    )


def accepted(accepted_at: Instant) -> Change:
    """The initial status, set at the 200 (ST-1)."""
    return Change(accepted_at, Status.PROVIDER_ACCEPTANCE, default_carrier(Status.PROVIDER_ACCEPTANCE))


def changes(plan: Plan, accepted_at: Instant) -> tuple[Change, ...]:
    """The whole life that a plan means for a message, the acceptance first."""
    return (accepted(accepted_at), *(change_of(step, accepted_at) for step in plan.steps))


def latest(life: tuple[Change, ...], now: Instant) -> Change:
    """The last change that has come to pass; computed when it is asked for, and never stored."""
    return next((change for change in reversed(life) if change.at <= now), life[0])
