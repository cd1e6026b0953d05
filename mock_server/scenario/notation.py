"""How a scenario writes durations, instants and phone numbers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from mock_server.domain.instants import HOUR, LATEST, MINUTE, SECOND, Duration, Instant, instant_of

DURATION_PATTERN: Final = r"^(?:[0-9]{1,9}h)?(?:[0-9]{1,9}m)?(?:[0-9]{1,9}s)?(?:[0-9]{1,9}ms)?$"
NUMBER_PATTERN: Final = r"^\+(?:[1-9][0-9]{6,14}|(?:[1-9][0-9]{0,14})?\*)$"
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
INSTANT_PATTERN: Final = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt]{_TIME}(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})$"

DURATION_WORDS: Final = "a length of time with its unit, such as '1h', '90s', '10m', '1h30m' or '500ms'"
DELAY_WORDS: Final = f"{DURATION_WORDS}, or '0s'"
INSTANT_WORDS: Final = (
    "a point in time with its offset, such as '2026-01-15T09:00:00Z' or '2026-01-15T10:00:00+01:00'"
)
NUMBER_WORDS: Final = "an E.164 number such as '+447700900061', or a prefix such as '+447700901*'"

_DURATION = re.compile(r"(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?", re.ASCII)
_INSTANT = re.compile(INSTANT_PATTERN[1:-1], re.ASCII)
_UNITS: Final = (HOUR, MINUTE, SECOND, SECOND // 1000)
_LONGEST: Final = 10 * 366 * 24 * HOUR


def parse_duration(text: str) -> Duration:
    """Parse a duration such as `1h`, `90s`, `10m`, `1h30m` or `500ms`.

    Raises:
        ValueError: it is not a duration, is zero, or is longer than ten years.
    """
    length = _length(text, DURATION_WORDS)
    if length <= 0:
        raise ValueError("must be longer than 0s")
    return length


def parse_delay(text: str) -> Duration:
    """Parse a duration that may be zero.

    Raises:
        ValueError: it is not a duration, or is longer than ten years.
    """
    return _length(text, DELAY_WORDS)


def _length(text: str, words: str) -> Duration:
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        raise ValueError(f"must be {words}")
    length = sum(int(count) * unit for count, unit in zip(found.groups(), _UNITS, strict=True) if count)
    if length > _LONGEST:
        raise ValueError("must be at most ten years (87840h)")
    return length


def format_duration(length: Duration) -> str:
    """Format a duration in this notation: `1h30m`; zero is `0s`."""
    text = ""
    for unit, letter in zip(_UNITS, ("h", "m", "s", "ms"), strict=True):
        count, length = divmod(length, unit)
        text += f"{count}{letter}" if count else ""
    return text or "0s"


def parse_instant(text: str) -> Instant:
    """Parse an RFC 3339 date-time with an offset, to the microsecond.

    Raises:
        ValueError: it is not such a date-time, or lies before 1970 or after 9999.
    """
    if _INSTANT.fullmatch(text) is None:
        raise ValueError(f"must be {INSTANT_WORDS}")
    try:
        instant = instant_of(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        raise ValueError(f"is not a valid date and time; it must be {INSTANT_WORDS}") from None
    if not 0 <= instant <= LATEST:
        raise ValueError("must lie between the years 1970 and 9999")
    return instant
