"""Alarms on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_LONGEST = 86_400.0
"""Seconds."""


class LoopAlarm:
    """One timer of the running event loop."""

    __slots__ = ("_callback", "_handle")

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._handle: asyncio.TimerHandle | None = None

    def ring_in(self, wall_seconds: float | None) -> None:
        """Ring once after this time, instead of an earlier setting; `None` cancels."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if wall_seconds is not None:
            # A very slow clock may ask for centuries; a session that is woken early waits again.
            self._handle = asyncio.get_running_loop().call_later(min(wall_seconds, _LONGEST), self._callback)
