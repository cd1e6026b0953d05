"""A message after its acceptance: statuses, legal changes, delivery plans (ST-1, ST-2)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

import msgspec

from mock_server.domain.instants import SECOND, Duration, Instant


class Status(StrEnum):
    """The delivery status of a message (ST-1)."""

    PROVIDER_ACCEPTANCE = "PROVIDER_ACCEPTANCE"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    REJECTED = "REJECTED"
    UNDELIVERED = "UNDELIVERED"
    READ = "READ"


class Channel(StrEnum):
    """The channel a message is sent over (ST-1)."""

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
"""Which status may follow which (ST-2); READ also needs a channel that supports it."""

_SUCCESSFUL = frozenset({Status.PROVIDER_ACCEPTANCE, Status.SENT, Status.DELIVERED, Status.READ})


def is_legal(former: Status, later: Status, channel: Channel) -> bool:
    """Whether a message on this channel may change from one status to the other (ST-2)."""
    return later in LEGAL[former] and (later is not Status.READ or channel is Channel.RCS)


class Carrier(msgspec.Struct, frozen=True):
    """What the provider reports for a status (WH-2): its code, its status word, and an optional error text."""

    code: str
    status: str
    message: str | None = None


def default_carrier(status: Status) -> Carrier:
    """What the provider reports where the scenario does not specify it."""
    return Carrier("0" if status in _SUCCESSFUL else "1", status.value)


class Step(msgspec.Struct, frozen=True):
    """One status change of a plan; `after` counts from the acceptance."""

    after: Duration
    status: Status
    carrier: Carrier | None = None
    forced: bool = False
    """Allowed although the change is illegal, to test how a client handles it."""


class Plan(msgspec.Struct, frozen=True):
    """The status changes a message will go through; without steps, it stays at its initial status."""

    steps: tuple[Step, ...] = (Step(SECOND, Status.SENT), Step(3 * SECOND, Status.DELIVERED))
    channel: Channel = Channel.SMS


class Change(msgspec.Struct, frozen=True):
    """A status change of a message, and when it takes effect."""

    at: Instant
    status: Status
    carrier: Carrier
    forced: bool = False


def illegal_steps(plan: Plan) -> Iterator[tuple[int, Status, Status]]:
    """The illegal steps of a plan that are not forced: index, former and later status."""
    path = (Status.PROVIDER_ACCEPTANCE, *(step.status for step in plan.steps))
    for index, (former, later) in enumerate(pairwise(path)):
        if not plan.steps[index].forced and not is_legal(former, later, plan.channel):
            yield index, former, later


def change_of(step: Step, accepted_at: Instant) -> Change:
    """The change that a step of a plan causes for a message accepted at `accepted_at`."""
    return Change(
        Instant(accepted_at + step.after), step.status, step.carrier or default_carrier(step.status), step.forced
    )


def accepted(accepted_at: Instant) -> Change:
    """The initial status, set at the 200 (ST-1)."""
    return Change(accepted_at, Status.PROVIDER_ACCEPTANCE, default_carrier(Status.PROVIDER_ACCEPTANCE))


def changes(plan: Plan, accepted_at: Instant) -> tuple[Change, ...]:
    """All changes that a plan causes for a message, the acceptance first."""
    return (accepted(accepted_at), *(change_of(step, accepted_at) for step in plan.steps))


def latest(all_changes: tuple[Change, ...], now: Instant) -> Change:
    """The last change that has taken effect by `now`. The status is computed on demand and never stored."""
    return next((change for change in reversed(all_changes) if change.at <= now), all_changes[0])
