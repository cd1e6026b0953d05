"""The only place that reads the wall clock."""

from __future__ import annotations

import time

from mock_server.domain.instants import SECOND, Duration, Instant

_MICROSECOND_NS = 1000

FROZEN, REAL = 0.0, 1.0


def stopwatch() -> Duration:
    """Monotonic wall time since some instant."""
    return time.monotonic_ns() // _MICROSECOND_NS


class SessionClock:
    """A session's time: real with an offset, scaled, or frozen and moved by hand.

    What runs, runs on the monotonic clock, so that it never steps back by itself.
    """

    __slots__ = ("_base", "_created", "_rate", "_since")

    def __init__(self, *, rate: float = REAL, at: Instant | None = None) -> None:
        self._created = (rate, at)
        self._rate = rate
        self._base = Instant(0)
        """The session's time at the wall instant `_since`."""
        self._since = 0
        self.reset()

    @property
    def mode(self) -> str:
        """`real`, `scaled` or `frozen`."""
        return {FROZEN: "frozen", REAL: "real"}.get(self._rate, "scaled")

    @property
    def rate(self) -> float:
        """How many seconds of the session's time pass in one of wall time; 0 when it is frozen."""
        return self._rate

    def now(self) -> Instant:
        """The session's time."""
        if self._rate == FROZEN:
            return self._base
        passed = time.monotonic_ns() // _MICROSECOND_NS - self._since
        return Instant(self._base + (passed if self._rate == REAL else int(passed * self._rate)))

    def advance(self, by: Duration) -> None:
        """Move forward; a running clock runs on from there."""
        self._base = Instant(self._base + by)

    def move_to(self, instant: Instant) -> None:
        """Move forward to an instant; no effect if it has passed."""
        by = instant - self.now()
        if by > 0:
            self.advance(by)

    def freeze(self, at: Instant | None = None) -> None:
        """Stop, now or at an instant."""
        self._start(self.now() if at is None else at, FROZEN)

    def resume(self, rate: float = REAL) -> None:
        """Run on from the present time, `rate` times as fast as wall time."""
        self._start(self.now(), rate)

    def wall_seconds_until(self, instant: Instant) -> float | None:
        """How long to wait for an instant; `None` if the clock is frozen."""
        if self._rate == FROZEN:
            return None
        return max(0.0, (instant - self.now()) / SECOND / self._rate)

    def elapsed(self, wall_seconds: float) -> Duration:
        """How much session time passes in this much wall time."""
        return int(wall_seconds * SECOND * self._rate)

    def reset(self) -> None:
        """Return to how the clock was created."""
        rate, at = self._created
        self._start(Instant(time.time_ns() // _MICROSECOND_NS) if at is None else at, rate)

    def _start(self, at: Instant, rate: float) -> None:
        self._base, self._rate = at, rate
        self._since = time.monotonic_ns() // _MICROSECOND_NS
