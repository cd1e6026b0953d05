"""Anti-flooding arithmetic: what counts, until when, and what the windows say (AF-1 to AF-6).

A counted message is kept as the instant at which it leaves its window. A sliding window gives every message
its own (`now + window`); a fixed window gives all its messages that of the first (AF-4). Nothing else differs.

The log of a destination is one flat array, three numbers a row: when the message leaves the volume window, when it
leaves the duplicates window, and the hash of its text and provider. Rows ascend by the first number. An array of
machine integers costs 24 bytes a counted message and gives the garbage collector nothing to walk.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from enum import StrEnum
from hashlib import blake2b
from typing import TypeAlias

import msgspec

from mock_server.domain.instants import HOUR, Duration, Instant

Log: TypeAlias = "array[int]"

_ROW = 3
_NO_KEY = 0
_ALREADY_LEFT = 0


class WindowKind(StrEnum):
    """The two readings of AF-4."""

    SLIDING = "sliding"
    FIXED = "fixed"


class Limits(msgspec.Struct, frozen=True):
    """How many messages a destination may get, in which time (AF-1, AF-2)."""

    duplicates: int = 2
    duplicates_window: Duration = HOUR
    volume: int = 150
    volume_window: Duration = HOUR
    kind: WindowKind = WindowKind.SLIDING
    count_attempts: bool = False
    """The alternative reading of AF-5: well-formed attempts count towards the volume, sent or not."""


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A submission that passed every rule, as the windows see it: whom, what, through whom, under which limits."""

    destination: str
    text: str
    provider: str | None
    limits: Limits

    @property
    def key(self) -> int:
        """The hash that stands for the exact text through this provider: 64 bits, signed (AF-1, AF-6)."""
        return int.from_bytes(blake2b(f"{self.provider}\0{self.text}".encode(), digest_size=8).digest(), signed=True)


class Tally(msgspec.Struct, frozen=True, gc=False):
    """What the windows of one destination hold before a submission is decided.

    The instants say when the next counted message leaves; `None` where nothing is counted.
    """

    volume: int = 0
    volume_frees_at: Instant | None = None
    duplicates: int = 0
    duplicates_frees_at: Instant | None = None


NOTHING_COUNTED = Tally()


def empty_log() -> Log:
    """The log of a destination that nothing was sent to."""
    return array("q")


def tally(log: Log, key: int, now: Instant) -> Tally:
    """Count what is still in both windows; a message leaves exactly at its instant (AF-4)."""
    if not log:
        return NOTHING_COUNTED
    first_open = _first_open_row(log, now)
    volume = len(log) // _ROW - first_open
    frees_at = Instant(log[first_open * _ROW]) if volume else None
    copies = _copies(log, key, now)
    return Tally(volume, frees_at, len(copies), Instant(min(copies)) if copies else None)


def count_message(log: Log, key: int, now: Instant, limits: Limits) -> None:
    """Reserve both windows for a message that a provider takes (AF-5)."""
    leaves_duplicates = now + limits.duplicates_window
    if limits.kind is WindowKind.FIXED:
        leaves_duplicates = min(_copies(log, key, now), default=leaves_duplicates)
    _insert(log, (_leaves_volume(log, now, limits), leaves_duplicates, key))


def count_attempt(log: Log, now: Instant, limits: Limits) -> None:
    """Count towards the volume only: the alternative reading of AF-5."""
    _insert(log, (_leaves_volume(log, now, limits), _ALREADY_LEFT, _NO_KEY))


def forget_what_left(log: Log, now: Instant) -> None:
    """Drop the rows at the front that have left both windows."""
    end = 0
    while end < len(log) and log[end] <= now and log[end + 1] <= now:
        end += _ROW
    if end:
        del log[:end]


def _first_open_row(log: Log, now: Instant) -> int:
    return 0 if log[0] > now else bisect_right(log[::_ROW], now)


def _copies(log: Log, key: int, now: Instant) -> list[int]:
    """When the copies of one text leave, of those that are still counted."""
    if not log.count(key):
        return []
    keys, leaves = log[2::_ROW], log[1::_ROW]
    return [left for found, left in zip(keys, leaves, strict=True) if found == key and left > now]


def _leaves_volume(log: Log, now: Instant, limits: Limits) -> int:
    if limits.kind is WindowKind.FIXED and log:
        first_open = _first_open_row(log, now) * _ROW
        if first_open < len(log):
            return log[first_open]
    return now + limits.volume_window


def _insert(log: Log, row: tuple[int, int, int]) -> None:
    if not log or row[0] >= log[-_ROW]:
        log.extend(row)
        return
    # Only a clock that was set back, or a window that was made shorter, gets here.
    at = bisect_right(log[::_ROW], row[0]) * _ROW
    log[at:at] = array("q", row)
