"""The only place that reads the wall clock."""

from __future__ import annotations

import time

from mock_server.domain.instants import Duration, Instant

_MICROSECOND_NS = 1000


class SessionClock:
    """A session's time: real with an offset, or frozen and moved by hand.

    A real clock runs on the monotonic clock from the moment it was made, so that it never steps back by itself.
    """

    __slots__ = ("_anchor", "_created", "_frozen", "_offset")

    def __init__(self, *, frozen: bool = False, at: Instant | None = None) -> None:
        self._created = (frozen, at)
        self._anchor = 0
        self._offset = 0
        self._frozen: Instant | None = None
        self.reset()

    @property
    def mode(self) -> str:
        """`real` or `frozen`."""
        return "real" if self._frozen is None else "frozen"

    def now(self) -> Instant:
        """The session's time."""
        if self._frozen is not None:
            return self._frozen
        return Instant(time.monotonic_ns() // _MICROSECOND_NS + self._anchor + self._offset)

    def advance(self, by: Duration) -> None:
        """Move forward; a real clock runs on from there."""
        if self._frozen is not None:
            self._frozen = Instant(self._frozen + by)
        else:
            self._offset += by

    def freeze(self, at: Instant | None = None) -> None:
        """Stop, now or at an instant."""
        self._frozen = self.now() if at is None else at

    def reset(self) -> None:
        """Go back to how the clock was made."""
        frozen, at = self._created
        self._anchor = (time.time_ns() - time.monotonic_ns()) // _MICROSECOND_NS
        self._frozen = None
        self._offset = 0
        if at is not None:
            self._offset = at - self.now()
        if frozen:
            self.freeze(at)
