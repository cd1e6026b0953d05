"""Anti-flooding arithmetic: what counts, until when, and what the windows say (AF-1 to AF-6).

A counted message is kept as the instant at which it leaves its window. A sliding window gives every message
its own (`now + window`); a fixed window gives all its messages that of the first (AF-4). Nothing else differs.

The log of a destination is one flat array, three numbers a row: when the message leaves the volume window, when it
leaves the duplicates window, and the hash of its text and provider. Rows ascend by the first number. An array of
machine integers costs 24 bytes a counted message and gives the garbage collector nothing to walk.
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
"""From how many numbers on a log is worth an index. Most destinations never get there."""


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

    `…_frees_at` is when the next counted message leaves, `None` where nothing is counted. `…_room_at` is when a full
    window has room again, `None` where there is room, or never will be: a limit of 0.
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
    """Where the first row stands that has not left both windows: what stands before it waits to be cut off."""
    copies: dict[int, array[int]] | None = None
    """Of a busy destination: when the copies of each text leave, ascending. The others are searched row by row."""

    def __len__(self) -> int:
        """How many rows have not left both windows, as far as anybody looked."""
        return (len(self.rows) - self.head) // _ROW


def empty_log() -> Log:
    """The log of a destination that nothing was sent to."""
    return Log(array("q"))


def copied(log: Log) -> Log:
    """The same log, to be counted on from on its own."""
    copies = None if log.copies is None else {key: leaving[:] for key, leaving in log.copies.items()}
    return Log(log.rows[:], log.head, copies)


def tally(log: Log, key: int, now: Instant) -> Tally:
    """Count what is still in both windows; a message leaves exactly at its instant (AF-4)."""
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

    More than one message may have to leave: where the limit was lowered; where attempts count (AF-5), this one too.
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
    """Reserve both windows for a message that a provider takes (AF-5)."""
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
    # Cutting moves all that stands behind: it is put off until it at least halves the log.
    if head * 2 >= len(rows):
        del rows[:head]
        head = 0
    log.head = head


def open_until(log: Log) -> Instant:
    """When the last row has left both windows; of a log that holds one."""
    return Instant(max(log.rows[-3], log.rows[-2]))


def _first_open(log: Log, now: Instant) -> int:
    """Where the first row stands that has not left the volume window."""
    rows, head = log.rows, log.head
    if head == len(rows) or rows[head] > now:
        return head
    return head + bisect_right(rows[head::_ROW], now) * _ROW


def _copies(log: Log, key: int, now: Instant) -> array[int]:
    """When the copies of one text leave, of those that are still counted, ascending."""
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
    """The first to leave is the one that has left."""
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
    # Only a clock that was set back, or a window that was made shorter, gets here.
    at = log.head + bisect_right(rows[log.head :: _ROW], row[0]) * _ROW
    rows[at:at] = array("q", row)
