"""What a rule found. Findings are made when an explanation is requested, never while a send is served."""

from __future__ import annotations

import msgspec

from mock_server.domain.instants import Duration, Instant, in_words, rfc3339, time_of_day, whole_second_from
from mock_server.domain.requirements import Requirement


class Finding(msgspec.Struct, frozen=True):
    """What a rule saw, what it compared that with, and what would make it pass."""

    requirement: Requirement
    """The statement that the rule implements; a refusal may name a more specific one."""
    saw: str | None
    """`None` if it is no longer known."""
    limit: str | None
    remedy: str


class Count(msgspec.Struct, frozen=True):
    """What a window held: the count, the limit, when the next message leaves, and when a full window has room."""

    counted: int
    limit: int
    window: Duration
    frees_at: Instant | None
    room_at: Instant | None

    def in_words(self, noun: str, now: Instant) -> str:
        """`2 of 2 messages since 09:14:03, resets 10:14:03`."""
        said = f"{self.counted} of {self.limit} {noun}"
        if self.frees_at is None:
            return said
        since = Instant(self.frees_at - self.window)
        # Unknown for a message that was counted under a longer window, or before the clock was set back.
        began = f" since {time_of_day(since, now)}" if since <= now else ""
        if self.counted >= self.limit and self.room_at is None:
            return f"{said}{began}, never resets"
        resets = self.frees_at if self.room_at is None else self.room_at
        return f"{said}{began}, resets {time_of_day(whole_second_from(resets), now)}"

    def until_room(self, now: Instant) -> str:
        """How long to wait until the window has room."""
        if self.room_at is None:
            return "no wait helps"
        away = in_words(self.room_at - now)
        return f"wait until {rfc3339(whole_second_from(self.room_at))}, or advance the clock by {away}"


def counted(count: int, noun: str) -> str:
    """`1 character`, `2 characters`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def entries(count: int, of: str) -> str:
    """`12 entries, none covers it`: a list without a matching entry."""
    return f"{of} is empty" if not count else f"{count} {'entry' if count == 1 else 'entries'}, none covers it"
