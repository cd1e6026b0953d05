"""The clock of a session: real, scaled or frozen, advanced and reset."""

from __future__ import annotations

import time

import pytest

from mock_server.adapters.clocks import FROZEN, SessionClock
from mock_server.domain.instants import HOUR, MINUTE, SECOND, Instant, rfc3339
from mock_server.scenario.notation import parse_instant

MORNING = parse_instant("2026-01-15T09:00:00Z")


def test_a_frozen_clock_moves_only_by_an_advance() -> None:
    """It stays at its instant, and moves by exactly the advance."""
    clock = SessionClock(rate=FROZEN, at=MORNING)

    before = [clock.now() for _ in range(3)]
    clock.advance(HOUR)

    assert before == [MORNING] * 3
    assert clock.now() == MORNING + HOUR
    assert clock.mode == "frozen"


def test_a_frozen_clock_without_an_instant_shows_the_time_of_its_creation() -> None:
    """It does not move."""
    clock = SessionClock(rate=FROZEN)

    first = clock.now()

    assert clock.now() == first
    assert rfc3339(first) >= "2026"


def test_a_real_clock_never_steps_back_and_runs_on_from_where_it_was_advanced_to() -> None:
    """Passing time is added to the advance."""
    clock = SessionClock()

    readings = [clock.now() for _ in range(100)]
    clock.advance(HOUR)
    later = clock.now()

    assert readings == sorted(readings)
    assert later >= readings[-1] + HOUR
    assert clock.mode == "real"


def test_a_real_clock_can_start_anywhere() -> None:
    """It runs from the given instant."""
    clock = SessionClock(at=MORNING)

    assert MORNING <= clock.now() < MORNING + MINUTE
    assert clock.mode == "real"


def test_freezing_stops_a_real_clock_now_or_at_an_instant() -> None:
    """Also at an earlier one."""
    clock = SessionClock()

    clock.freeze()
    stopped = clock.now()
    clock.freeze(Instant(MORNING - HOUR))

    assert stopped > MORNING
    assert clock.now() == MORNING - HOUR


def test_a_reset_undoes_every_freeze_and_advance() -> None:
    """Frozen and real clocks return to how they were created."""
    frozen, real = SessionClock(rate=FROZEN, at=MORNING), SessionClock(at=MORNING)
    for clock in (frozen, real):
        clock.advance(HOUR)
        clock.freeze(Instant(0))
        clock.reset()

    assert (frozen.now(), frozen.mode) == (MORNING, "frozen")
    assert MORNING <= real.now() < MORNING + MINUTE
    assert real.mode == "real"


class Wall:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> int:
        """Nanoseconds."""
        return round(self.seconds * 1_000_000_000)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The wall clock, moved by the test."""
    moved = Wall()
    monkeypatch.setattr(time, "monotonic_ns", moved)
    return moved


def test_a_scaled_clock_runs_by_its_factor(wall: Wall) -> None:
    """Faster and slower than wall time."""
    fast, slow = SessionClock(rate=60.0, at=MORNING), SessionClock(rate=0.5, at=MORNING)

    wall.seconds += 2.5

    assert (fast.mode, fast.rate, slow.mode) == ("scaled", 60.0, "scaled")
    assert fast.now() == MORNING + 150 * SECOND
    assert slow.now() == MORNING + 1.25 * SECOND


def test_a_clock_says_how_long_to_wait_for_an_instant(wall: Wall) -> None:
    """In wall seconds; 0 for the past, `None` on a frozen clock."""
    due = Instant(MORNING + HOUR)
    real, fast, frozen = (SessionClock(rate=rate, at=MORNING) for rate in (1.0, 60.0, FROZEN))

    wall.seconds += 1

    assert (real.wall_seconds_until(due), fast.wall_seconds_until(due)) == (3599, 59)
    assert frozen.wall_seconds_until(due) is None
    assert frozen.wall_seconds_until(MORNING) is None
    assert real.wall_seconds_until(MORNING) == 0


def test_a_clock_says_how_much_of_its_time_passes_in_wall_time() -> None:
    """0 on a frozen clock."""
    assert [SessionClock(rate=rate, at=MORNING).elapsed(1.5) for rate in (1.0, 60.0, FROZEN)] == [
        1.5 * SECOND,
        90 * SECOND,
        0,
    ]


def test_freeze_and_resume_continue_from_the_present_time(wall: Wall) -> None:
    """Wall time during a freeze does not count; changing the rate does not shift the time."""
    clock = SessionClock(at=MORNING)
    wall.seconds += 10
    clock.freeze()
    wall.seconds += 1000
    stood = clock.now()
    clock.resume(60.0)
    wall.seconds += 1
    ran = clock.now()
    clock.resume()
    wall.seconds += 1

    assert stood == MORNING + 10 * SECOND
    assert ran == MORNING + 70 * SECOND
    assert clock.now() == MORNING + 71 * SECOND
    assert clock.mode == "real"


def test_a_clock_moves_to_an_instant_and_never_back(wall: Wall) -> None:
    """It runs on from there."""
    for clock in (SessionClock(at=MORNING), SessionClock(rate=FROZEN, at=MORNING)):
        clock.move_to(Instant(MORNING + HOUR))
        clock.move_to(Instant(MORNING + MINUTE))

        assert clock.now() == MORNING + HOUR
    wall.seconds += 1
    scaled = SessionClock(rate=60.0, at=MORNING)
    scaled.move_to(Instant(MORNING + HOUR))
    wall.seconds += 1
    assert scaled.now() == MORNING + HOUR + MINUTE


def test_a_reset_undoes_a_resume(wall: Wall) -> None:
    """A scaled clock runs with its own factor again, from its first instant."""
    clock = SessionClock(rate=60.0, at=MORNING)
    clock.resume(2.0)
    wall.seconds += 1
    clock.reset()
    wall.seconds += 1

    assert clock.now() == MORNING + MINUTE
