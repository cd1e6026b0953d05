"""Removing expired sessions in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from mock_server.domain.instants import SECOND
from mock_server.session.registry import Sessions


class Sweeper:
    """Sweeps the sessions of a server periodically, in wall time."""

    def __init__(self, sessions: Sessions, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._sessions = sessions
        self._sleep = sleep

    async def run(self) -> None:
        """Sweep until cancelled; return at once where no session expires."""
        interval = self._sessions.between_sweeps
        while interval is not None:
            await self._sleep(interval / SECOND)
            self._sessions.sweep()
