"""Points in time and lengths of time, as whole microseconds.

Integers keep window edges exact: a message leaves its window at one microsecond and not around it.
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
"""The last second a date can name; a clock never passes it."""


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime, to the microsecond."""
    return Instant((moment - _EPOCH) // _MICROSECOND)


def rfc3339(instant: Instant) -> str:
    """Render an instant as the gateway does: UTC, whole seconds, `Z` (MS-5); what comes after `LATEST` as that."""
    moment = _EPOCH + timedelta(seconds=min(instant, LATEST) // SECOND)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= 1000 else moment.isoformat()[:19] + "Z"
