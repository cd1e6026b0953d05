"""Reloading a scenario file when it changes."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from mock_server.scenario.loader import load_scenario
from mock_server.scenario.problems import ScenarioError
from mock_server.session.session import Session

logger = logging.getLogger("mock_server")

_INTERVAL = 0.25
"""Seconds of wall time between two checks of the file."""


class ScenarioWatch:
    """Reloads a file when it changes; a broken edit keeps the last good scenario and logs its mistakes."""

    def __init__(self, path: Path, session: Session) -> None:
        self._path = path
        self._session = session
        self._seen = self._signature()

    async def run(self) -> None:
        """Check until cancelled."""
        while True:
            await asyncio.sleep(_INTERVAL)
            self.look()

    def look(self) -> None:
        """Check once."""
        signature = self._signature()
        if signature == self._seen:
            return
        self._seen = signature
        try:
            scenario = load_scenario(self._path)
        except ScenarioError as error:
            logger.warning("scenario not reloaded, the last good one stays:\n%s", error)
            return
        self._session.reload(scenario)
        logger.info("scenario reloaded: %s", self._path)

    def _signature(self) -> tuple[int, int, int] | None:
        """A value that changes with the file, also when an editor replaces it."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
