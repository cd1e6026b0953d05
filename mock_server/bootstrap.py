"""The composition root: the only module that chooses adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from mock_server.adapters.clocks import SessionClock
from mock_server.adapters.ids import SeededIds, random_seed
from mock_server.adapters.memory_store import MemoryStore
from mock_server.adapters.scenario_watch import ScenarioWatch
from mock_server.api.app import build_app
from mock_server.control import Worlds
from mock_server.journal import Bounds, Journal, RawBytes
from mock_server.scenario.model import Scenario
from mock_server.scenario.notation import parse_instant
from mock_server.session import DEFAULT, Session, Sessions


class World:
    """One server's sessions, and the application that answers for them."""

    def __init__(self, scenario: Scenario, bounds: Bounds | None = None, *, watched: Path | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._raw = RawBytes(self._bounds.bytes)
        self._watched = watched
        self.sessions = Sessions(self._session)
        self.default = self.sessions.create(scenario, name=DEFAULT)
        self.app: ASGIApp = build_app(self.sessions, Worlds(self.sessions, self._raw), self._lifespan)

    def _session(self, name: str, scenario: Scenario) -> Session:
        """Build a session; without a seed of its own it takes a random one."""
        seed = scenario.seed if scenario.seed is not None else random_seed()
        setting = scenario.clock
        at = None if setting.at is None else parse_instant(setting.at)
        return Session(
            name,
            scenario,
            seed=seed,
            clock=SessionClock(frozen=setting.mode == "frozen", at=at),
            ids=SeededIds(seed),
            store=MemoryStore(self._bounds.messages),
            journal=Journal(self._bounds, self._raw),
        )

    @asynccontextmanager
    async def _lifespan(self, _: Any) -> AsyncIterator[None]:
        if self._watched is None:
            yield
            return
        watching = asyncio.create_task(ScenarioWatch(self._watched, self.default).run())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
