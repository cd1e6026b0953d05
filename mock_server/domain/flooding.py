"""Anti-flooding arithmetic: what counts, until when, and what the windows say (AF-1 to AF-6).

A counted message is kept as the instant at which it leaves its window. A sliding window gives every message
its own (`now + window`); a fixed window gives all its messages that of the first (AF-4). Nothing else differs.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from enum import StrEnum
from typing import TypeAlias

import msgspec

from mock_server.domain.instants import HOUR, Duration, Instant

Leaves: TypeAlias = "array[int]"
"""Instants at which counted messages leave a window, ascending."""


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


class Tally(msgspec.Struct, frozen=True, gc=False):
    """What the windows of one destination hold before a submission is decided.

    The instants say when the next counted message leaves; `None` where nothing is counted.
    """

    volume: int
    volume_frees_at: Instant | None
    duplicates: int
    duplicates_frees_at: Instant | None


def leaving_time(open_leaves: Leaves, now: Instant, window: Duration, kind: WindowKind) -> Instant:
    """When a message counted now leaves, given the leaving times still open (AF-4)."""
    if kind is WindowKind.FIXED and open_leaves:
        return Instant(open_leaves[0])
    return Instant(now + window)


def expired(leaves: Leaves, now: Instant) -> int:
    """How many entries at the front have left: a message leaves exactly at its instant (AF-4)."""
    return bisect_right(leaves, now) if leaves and leaves[0] <= now else 0
