"""Instants and durations, as whole microseconds.

Integers keep window edges exact: a message leaves its window at a definite microsecond.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NewType

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z."""

Duration = int
"""Microseconds."""

SECOND: Duration = 1_000_000
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

LATEST = Instant((datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH) // _MICROSECOND)
"""The last second that a date can express; a session's clock stops there."""


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime, to the microsecond."""
    return Instant((moment - _EPOCH) // _MICROSECOND)


def rfc3339(instant: Instant) -> str:
    """Render an instant as the gateway does: UTC, whole seconds, `Z` (MS-5); later than `LATEST` as `LATEST`."""
    moment = _EPOCH + timedelta(seconds=min(instant, LATEST) // SECOND)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= 1000 else moment.isoformat()[:19] + "Z"


def whole_second_from(instant: Instant) -> Instant:
    """Round an instant up to a whole second: once a clock shows that second, everything due then has happened."""
    return Instant(-(-instant // SECOND) * SECOND)


def time_of_day(instant: Instant, now: Instant) -> str:
    """An instant for use in a sentence: the time alone if on the same day as `now`, else date and time."""
    said, today = rfc3339(instant), rfc3339(now)
    return said[11:19] if said[:10] == today[:10] else said


def in_words(duration: Duration) -> str:
    """A duration rounded up to whole seconds, as scenarios write it: `46m12s`."""
    seconds = -(-duration // SECOND)
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"
