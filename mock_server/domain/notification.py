"""The notifications of a message, and when each is due (WH-1, WH-4, WH-5)."""

from __future__ import annotations

import msgspec

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Change
from mock_server.domain.instants import HOUR, MINUTE, SECOND, Duration, Instant

LATE_BY: Duration = HOUR

UNKNOWN_STATUS = "IN_TRANSIT_BY_PIGEON"
"""A status that is not documented."""


class WebhookRules(msgspec.Struct, frozen=True):
    """How notifications are delivered (WH-4, WH-5)."""

    https_only: bool = True
    timeout: Duration = 10 * SECOND
    """In wall time, because the peer is real."""
    retries: tuple[Duration, ...] = (10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR)
    """The gap before each retry, from the end of the previous attempt."""
    in_order: bool = True
    """The next notification of a message waits for the previous one (WH-5)."""
    adversity: Adversity | None = None


class Notification(msgspec.Struct, frozen=True):
    """One receipt to deliver: its status change, when it is due, and its adversity."""

    number: int
    """Its index among the message's notifications."""
    change: Change
    due: Instant
    adversity: Adversity | None = None
    repeated: bool = False
    """The same change notified once more, with its own id."""

    @property
    def id_key(self) -> int:
        """What the receipt's id is derived from, in addition to the message."""
        return -1 - self.number if self.repeated else self.number

    @property
    def suspends_order(self) -> bool:
        """Whether it does not wait for the previous one (WH-5)."""
        return self.adversity in {Adversity.REORDER, Adversity.BURST, Adversity.BEFORE_ANSWER}


def notifications(changes: tuple[Change, ...], adversity: Adversity | None) -> tuple[Notification, ...]:
    """The notifications of a message's changes in sending order; none for the acceptance (WH-1)."""
    if not changes or adversity is Adversity.MISSING:
        return ()
    plain = [Notification(number, change, change.at, adversity=adversity) for number, change in enumerate(changes)]
    last_due = plain[-1].due
    match adversity:
        case Adversity.DUPLICATE:
            return tuple(each for each in plain for _ in range(2))
        case Adversity.LATE:
            return tuple(_replace(each, due=Instant(each.due + LATE_BY)) for each in plain)
        case Adversity.REORDER:
            return tuple(_replace(each, due=last_due) for each in reversed(plain))
        case Adversity.BURST:
            return tuple(_replace(each, due=last_due) for each in plain)
        case Adversity.REPEATED_FINAL:
            return (*plain, _replace(plain[-1], repeated=True))
        case Adversity.UNKNOWN_STATUS:
            return (*(_replace(each, adversity=None) for each in plain[:-1]), plain[-1])
        case _:
            return tuple(plain)


def _replace(notification: Notification, **changed: object) -> Notification:
    return msgspec.structs.replace(notification, **changed)
