"""The clock of a session: real, scaled or frozen, moved by hand, set back on reset."""

from __future__ import annotations

import time

import pytest

from mock_server.adapters.clocks import FROZEN, SessionClock
from mock_server.domain.instants import HOUR, MINUTE, SECOND, Instant, rfc3339
from mock_server.scenario.notation import parse_instant

MORNING = parse_instant("2026-01-15T09:00:00Z")


def test_a_frozen_clock_moves_by_hand_only() -> None:
    """It stands where it was put, and moves by exactly what it is told."""
    clock = SessionClock(rate=FROZEN, at=MORNING)

    before = [clock.now() for _ in range(3)]
    clock.advance(HOUR)

    assert before == [MORNING] * 3
    assert clock.now() == MORNING + HOUR
    assert clock.mode == "frozen"


def test_a_frozen_clock_without_an_instant_stands_at_the_time_of_its_making() -> None:
    """And does not move from there."""
    clock = SessionClock(rate=FROZEN)

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
    """The wall's time, in a test's hand."""
    moved = Wall()
    monkeypatch.setattr(time, "monotonic_ns", moved)
    return moved


def test_a_scaled_clock_runs_by_its_factor(wall: Wall) -> None:
    """A minute of its own in each second; half as fast is a factor, too."""
    fast, slow = SessionClock(rate=60.0, at=MORNING), SessionClock(rate=0.5, at=MORNING)

    wall.seconds += 2.5

    assert (fast.mode, fast.rate, slow.mode) == ("scaled", 60.0, "scaled")
    assert fast.now() == MORNING + 150 * SECOND
    assert slow.now() == MORNING + 1.25 * SECOND


def test_a_clock_says_how_long_to_wait_for_an_instant(wall: Wall) -> None:
    """In seconds of wall time; nothing for what has passed; never, where it stands."""
    due = Instant(MORNING + HOUR)
    real, fast, frozen = (SessionClock(rate=rate, at=MORNING) for rate in (1.0, 60.0, FROZEN))

    wall.seconds += 1

    assert (real.wall_seconds_until(due), fast.wall_seconds_until(due)) == (3599, 59)
    assert frozen.wall_seconds_until(due) is None
    assert frozen.wall_seconds_until(MORNING) is None
    assert real.wall_seconds_until(MORNING) == 0


def test_a_clock_says_how_much_of_its_time_passes_in_a_stretch_of_the_walls() -> None:
    """None, where it stands."""
    assert [SessionClock(rate=rate, at=MORNING).elapsed(1.5) for rate in (1.0, 60.0, FROZEN)] == [
        1.5 * SECOND,
        90 * SECOND,
        0,
    ]


def test_freeze_and_resume_go_on_from_where_the_clock_stands(wall: Wall) -> None:
    """What passes meanwhile is lost; no time is lost or won by changing the rate."""
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
    """Forward it jumps and runs on from there."""
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
    """A scaled clock runs by its own factor again, from its own beginning."""
    clock = SessionClock(rate=60.0, at=MORNING)
    clock.resume(2.0)
    wall.seconds += 1
    clock.reset()
    wall.seconds += 1

    assert clock.now() == MORNING + MINUTE
