"""The clock of a session: real or frozen, moved by hand, set back on reset."""

from __future__ import annotations

from mock_server.adapters.clocks import SessionClock
from mock_server.domain.instants import HOUR, MINUTE, Instant, rfc3339
from mock_server.scenario.notation import parse_instant

MORNING = parse_instant("2026-01-15T09:00:00Z")


def test_a_frozen_clock_moves_by_hand_only() -> None:
    """It stands where it was put, and moves by exactly what it is told."""
    clock = SessionClock(frozen=True, at=MORNING)

    before = [clock.now() for _ in range(3)]
    clock.advance(HOUR)

    assert before == [MORNING] * 3
    assert clock.now() == MORNING + HOUR
    assert clock.mode == "frozen"


def test_a_frozen_clock_without_an_instant_stands_at_the_time_of_its_making() -> None:
    """And does not move from there."""
    clock = SessionClock(frozen=True)

    first = clock.now()

    assert clock.now() == first
    assert rfc3339(first) >= "2026"


def test_a_real_clock_never_steps_back_and_runs_on_from_where_it_was_advanced_to() -> None:
    """An advance shifts it; the time that passes comes on top."""
    clock = SessionClock()

    readings = [clock.now() for _ in range(100)]
    clock.advance(HOUR)
    later = clock.now()

    assert readings == sorted(readings)
    assert later >= readings[-1] + HOUR
    assert clock.mode == "real"


def test_a_real_clock_can_start_anywhere() -> None:
    """It runs from the instant it was given."""
    clock = SessionClock(at=MORNING)

    assert MORNING <= clock.now() < MORNING + MINUTE
    assert clock.mode == "real"


def test_freezing_stops_a_real_clock_now_or_where_it_is_told() -> None:
    """Also earlier than it stood."""
    clock = SessionClock()

    clock.freeze()
    stopped = clock.now()
    clock.freeze(Instant(MORNING - HOUR))

    assert stopped > MORNING
    assert clock.now() == MORNING - HOUR


def test_a_reset_undoes_every_freeze_and_advance() -> None:
    """Both kinds go back to how they were made."""
    frozen, real = SessionClock(frozen=True, at=MORNING), SessionClock(at=MORNING)
    for clock in (frozen, real):
        clock.advance(HOUR)
        clock.freeze(Instant(0))
        clock.reset()

    assert (frozen.now(), frozen.mode) == (MORNING, "frozen")
    assert MORNING <= real.now() < MORNING + MINUTE
    assert real.mode == "real"
