"""Anti-flooding arithmetic: which messages count, and for how long (AF-1 to AF-6).

A counted message is stored as the instant at which it leaves its window. In a sliding window each message leaves at
`now + window`; in a fixed window all messages leave with the first (AF-4). Nothing else differs.

The log of a destination is one flat array with three integers per row: when the message leaves the volume window,
when it leaves the duplicates window, and the hash of its text and provider. Rows are sorted by the first integer. A
row takes 24 bytes, and the garbage collector has no objects to traverse.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from enum import StrEnum
from hashlib import blake2b

import msgspec

from mock_server.domain.instants import HOUR, Duration, Instant

_ROW = 3
_NO_KEY = 0
_ALREADY_LEFT = 0
_NOTHING: array[int] = array("q")

_BUSY = 64 * _ROW
"""The length from which a log has an index. Most destinations stay below it."""


class WindowKind(StrEnum):
    """The two readings of AF-4."""

    SLIDING = "sliding"
    FIXED = "fixed"


class Limits(msgspec.Struct, frozen=True):
    """How many messages a destination may receive, in which time (AF-1, AF-2)."""

    duplicates: int = 2
    duplicates_window: Duration = HOUR
    volume: int = 150
    volume_window: Duration = HOUR
    kind: WindowKind = WindowKind.SLIDING
    count_attempts: bool = False
    """The alternative reading of AF-5: every well-formed attempt counts towards the volume."""


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A submission that passed the rules before counting: destination, text, provider, and the limits in force."""

    destination: str
    text: str
    provider: str | None
    limits: Limits

    @property
    def key(self) -> int:
        """The hash of the exact text and the provider: 64 bits, signed (AF-1, AF-6)."""
        return int.from_bytes(blake2b(f"{self.provider}\0{self.text}".encode(), digest_size=8).digest(), signed=True)


class Tally(msgspec.Struct, frozen=True, gc=False):
    """What the windows of one destination hold before a submission is decided.

    `…_frees_at` is when the next counted message leaves, or `None` if none is counted. `…_room_at` is when a full
    window has room again, or `None` if it has room now, or never has: with a limit of 0.
    """

    volume: int = 0
    volume_frees_at: Instant | None = None
    duplicates: int = 0
    duplicates_frees_at: Instant | None = None
    volume_room_at: Instant | None = None
    duplicates_room_at: Instant | None = None


NOTHING_COUNTED = Tally()


class Log(msgspec.Struct, gc=False):
    """What was counted for one destination."""

    rows: array[int]
    head: int = 0
    """The index of the first row that has not left both windows; the rows before it are still to be deleted."""
    copies: dict[int, array[int]] | None = None
    """For a busy destination: when the copies of each text leave, ascending. Other logs are searched row by row."""

    def __len__(self) -> int:
        """The number of rows that are not known to have left both windows."""
        return (len(self.rows) - self.head) // _ROW


def empty_log() -> Log:
    """The log of a destination without messages."""
    return Log(array("q"))


def copied(log: Log) -> Log:
    """A copy that shares no data with the log."""
    copies = None if log.copies is None else {key: leaving[:] for key, leaving in log.copies.items()}
    return Log(log.rows[:], log.head, copies)


def tally(log: Log, key: int, now: Instant) -> Tally:
    """Count what each window holds; a message leaves exactly at its instant (AF-4)."""
    rows = log.rows
    if len(rows) == log.head:
        return NOTHING_COUNTED
    first_open = _first_open(log, now)
    volume = (len(rows) - first_open) // _ROW
    frees_at = Instant(rows[first_open]) if volume else None
    copies = _copies(log, key, now)
    return Tally(volume, frees_at, len(copies), Instant(copies[0]) if copies else None)


def with_room(found: Tally, log: Log, key: int, now: Instant, limits: Limits) -> Tally:
    """Add when a full window has room again.

    More than one message may have to leave first: if the limit was lowered, or if attempts count (AF-5) and this one
    counts too.
    """
    volume_room_at, duplicates_room_at = None, None
    if 0 < limits.volume <= found.volume:
        must_leave = found.volume - limits.volume + limits.count_attempts
        at = _first_open(log, now) + must_leave * _ROW
        volume_room_at = Instant(log.rows[at] if at < len(log.rows) else _leaves_volume(log, now, limits))
    if 0 < limits.duplicates <= found.duplicates:
        duplicates_room_at = Instant(_copies(log, key, now)[found.duplicates - limits.duplicates])
    return msgspec.structs.replace(found, volume_room_at=volume_room_at, duplicates_room_at=duplicates_room_at)


def count_message(log: Log, key: int, now: Instant, limits: Limits) -> None:
    """Count a message that a provider accepts in both windows (AF-5)."""
    leaves_duplicates = now + limits.duplicates_window
    if limits.kind is WindowKind.FIXED:
        leaves_duplicates = next(iter(_copies(log, key, now)), leaves_duplicates)
    _insert(log, (_leaves_volume(log, now, limits), leaves_duplicates, key))
    if log.copies is not None:
        insort(log.copies.setdefault(key, array("q")), leaves_duplicates)
    elif len(log.rows) > _BUSY:
        log.copies = _indexed(log)


def count_attempt(log: Log, now: Instant, limits: Limits) -> None:
    """Count towards the volume only: the alternative reading of AF-5."""
    _insert(log, (_leaves_volume(log, now, limits), _ALREADY_LEFT, _NO_KEY))


def forget_what_left(log: Log, now: Instant) -> None:
    """Drop the rows at the front that have left both windows."""
    rows, head = log.rows, log.head
    while head < len(rows) and rows[head] <= now and rows[head + 1] <= now:
        if log.copies is not None and rows[head + 2] != _NO_KEY:
            _forget_copy(log.copies, rows[head + 2])
        head += _ROW
    # Deleting moves all later rows, so it waits until it at least halves the log.
    if head * 2 >= len(rows):
        del rows[:head]
        head = 0
    log.head = head


def open_until(log: Log) -> Instant:
    """When the last row leaves both windows. The log must hold a row."""
    return Instant(max(log.rows[-3], log.rows[-2]))


def _first_open(log: Log, now: Instant) -> int:
    """The index of the first row that has not left the volume window."""
    rows, head = log.rows, log.head
    if head == len(rows) or rows[head] > now:
        return head
    return head + bisect_right(rows[head::_ROW], now) * _ROW


def _copies(log: Log, key: int, now: Instant) -> array[int]:
    """When the copies of a text that still count leave, ascending."""
    if log.copies is not None:
        leaves = log.copies.get(key, _NOTHING)
        return leaves[bisect_right(leaves, now) :] if leaves and leaves[0] <= now else leaves
    rows, head = log.rows, log.head
    if not rows.count(key):
        return _NOTHING
    found = zip(rows[head + 2 :: _ROW], rows[head + 1 :: _ROW], strict=True)
    return array("q", sorted(left for each, left in found if each == key and left > now))


def _indexed(log: Log) -> dict[int, array[int]]:
    copies: dict[int, array[int]] = {}
    for at in range(log.head, len(log.rows), _ROW):
        if log.rows[at + 2] != _NO_KEY:
            insort(copies.setdefault(log.rows[at + 2], array("q")), log.rows[at + 1])
    return copies


def _forget_copy(copies: dict[int, array[int]], key: int) -> None:
    """Remove the copy that leaves first: it is the one that has left."""
    del copies[key][0]
    if not copies[key]:
        del copies[key]


def _leaves_volume(log: Log, now: Instant, limits: Limits) -> int:
    if limits.kind is WindowKind.FIXED:
        first_open = _first_open(log, now)
        if first_open < len(log.rows):
            return log.rows[first_open]
    return now + limits.volume_window


def _insert(log: Log, row: tuple[int, int, int]) -> None:
    rows = log.rows
    if len(rows) == log.head or row[0] >= rows[-_ROW]:
        rows.extend(row)
        return
    # Reached only after the clock was set back, or the window was shortened.
    at = log.head + bisect_right(rows[log.head :: _ROW], row[0]) * _ROW
    rows[at:at] = array("q", row)
