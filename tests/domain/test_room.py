"""When a full window has room again, checked by sending at that instant and just before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.domain.decision import Drop, Refused
from mock_server.domain.flooding import (
    Limits,
    Log,
    WindowKind,
    count_attempt,
    count_message,
    empty_log,
    tally,
    with_room,
)
from mock_server.domain.instants import HOUR, SECOND, Instant
from mock_server.domain.rules import object_to_offer
from tests.domain.asking import MORNING, PREDICTABLE, an_offer

KEY = an_offer().key


def ask(log: Log, limits: Limits, now: Instant) -> Refused | Drop | None:
    """The objection to another send of the same text."""
    objection = object_to_offer(an_offer(limits), tally(log, KEY, now))
    return None if objection is None else objection.said


def send(log: Log, limits: Limits, now: Instant) -> Refused | Drop | None:
    """Ask and count as a store does."""
    said = ask(log, limits, now)
    if said is None:
        count_message(log, KEY, now, limits)
    elif limits.count_attempts:
        count_attempt(log, now, limits)
    return said


def hourly_limits(volume: int, duplicates: int, kind: WindowKind, *, attempts: bool) -> Limits:
    """Limits with windows of an hour."""
    return Limits(duplicates=duplicates, volume=volume, kind=kind, count_attempts=attempts)


@pytest.mark.requirement("AF-1", "AF-2", "AF-4", "AF-5")
@given(
    gaps=st.lists(st.integers(0, HOUR // 2), max_size=12),
    volume=st.integers(1, 4),
    duplicates=st.integers(1, 5),
    kind=st.sampled_from(WindowKind),
    attempts=st.booleans(),
    lowered_by=st.integers(0, 3),
)
@PREDICTABLE
def test_a_full_window_has_room_at_that_instant_and_not_before(
    gaps: list[int], volume: int, duplicates: int, kind: WindowKind, attempts: bool, lowered_by: int
) -> None:
    """In both kinds of window, under both readings of AF-5, and after limits were lowered."""
    roomy = hourly_limits(volume + lowered_by, duplicates + lowered_by, kind, attempts=attempts)
    limits = hourly_limits(volume, duplicates, kind, attempts=attempts)
    log, now = empty_log(), MORNING
    for gap in gaps:
        now = Instant(now + gap)
        send(log, roomy, now)
    found = with_room(tally(log, KEY, now), log, KEY, now, limits)
    said = send(log, limits, now)

    if isinstance(said, Refused):
        assert found.volume_room_at is not None
        assert isinstance(ask(log, limits, Instant(found.volume_room_at - 1)), Refused)
        assert not isinstance(ask(log, limits, found.volume_room_at), Refused)
    else:
        assert found.volume_room_at is None
    assert (found.duplicates_room_at is None) == (found.duplicates < duplicates)
    if found.duplicates_room_at is not None:
        assert tally(log, KEY, found.duplicates_room_at).duplicates < duplicates
        assert tally(log, KEY, Instant(found.duplicates_room_at - 1)).duplicates >= duplicates


def test_a_limit_of_0_never_has_room() -> None:
    """With a limit of 0 no wait helps."""
    log = empty_log()
    count_message(log, KEY, MORNING, Limits())
    closed = Limits(duplicates=0, volume=0)
    found = with_room(tally(log, KEY, MORNING), log, KEY, MORNING, closed)

    assert (found.volume_room_at, found.duplicates_room_at) == (None, None)


@pytest.mark.requirement("AF-5")
def test_where_attempts_count_the_refused_one_has_to_leave_too() -> None:
    """With room for one, a refused attempt counts too and keeps the window full for another hour."""
    limits = Limits(volume=1, count_attempts=True)
    log = empty_log()
    count_message(log, KEY, MORNING, limits)
    now = Instant(MORNING + HOUR - SECOND)

    assert with_room(tally(log, KEY, now), log, KEY, now, limits).volume_room_at == now + HOUR
