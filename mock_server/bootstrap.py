"""The composition root: the only module that chooses adapters."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from mock_server.adapters.alarms import LoopAlarm
from mock_server.adapters.clocks import FROZEN, REAL, SessionClock, stopwatch
from mock_server.adapters.ids import SeededIds, random_seed
from mock_server.adapters.memory_store import MemoryStore
from mock_server.adapters.scenario_watch import ScenarioWatch
from mock_server.adapters.sweeper import Sweeper
from mock_server.adapters.webhook_sender import HttpWebhookSender
from mock_server.api.app import build_app
from mock_server.api.guard import Access
from mock_server.console.mounting import console_routes
from mock_server.control import SessionsApi
from mock_server.domain.instants import Duration
from mock_server.gateway import scheduler
from mock_server.journal.journal import Bounds, Journal
from mock_server.journal.raw_budget import RawBytes
from mock_server.ports import Stopwatch
from mock_server.scenario.model import ClockPart, Scenario
from mock_server.scenario.notation import parse_instant
from mock_server.session.registry import DEFAULT, USUAL_TTL, Sessions
from mock_server.session.session import Session

logger = logging.getLogger("mock_server")


class MockServer:
    """One server's sessions, and the application that answers for them."""

    def __init__(  # noqa: PLR0913 - what a server is given, by name
        self,
        scenario: Scenario,
        bounds: Bounds | None = None,
        *,
        watched: Path | None = None,
        sender: HttpWebhookSender | None = None,
        session_ttl: Duration = USUAL_TTL,
        stopwatch: Stopwatch = stopwatch,
        access: Access | None = None,
    ) -> None:
        self._bounds = bounds or Bounds()
        self.raw = RawBytes(self._bounds.bytes)
        self._watched = watched
        self._sender = sender or HttpWebhookSender()
        self.access = access or Access()
        self.on_a_port = False
        """Whoever serves the application on a socket says so."""
        self.sessions = Sessions(self._session, ttl=session_ttl, stopwatch=stopwatch)
        self.default = self.sessions.create(scenario, name=DEFAULT)
        self.sessions_api = SessionsApi(self.sessions, self.raw)
        page = console_routes(self.sessions_api, self.access)
        self.app: ASGIApp = build_app(self.sessions, self.sessions_api, self.lifespan, access=self.access, page=page)

    def end_waits(self) -> None:
        """Answer all who wait: the server is about to stop, and nothing more will come."""
        for session in self.sessions:
            session.subscriptions.end()

    def _session(self, name: str, scenario: Scenario) -> Session:
        """Build a session; without a seed of its own it takes a random one."""
        seed = scenario.seed if scenario.seed is not None else random_seed()
        setting = scenario.clock
        at = None if setting.at is None else parse_instant(setting.at)
        session = Session(
            name,
            scenario,
            seed=seed,
            clock=SessionClock(rate=_rate(setting), at=at),
            ids=SeededIds(seed),
            store=MemoryStore(self._bounds.messages),
            journal=Journal(self._bounds, self.raw),
            sender=self._sender,
            on_a_port=lambda: self.on_a_port,
            alarm=lambda session: LoopAlarm(lambda: scheduler.wake(session)),
        )
        # Whoever steers the gateway may have the token stand in what a client under test sends.
        session.secrets = session.secrets.with_more(self.access.secrets)
        return session

    @asynccontextmanager
    async def lifespan(self, _: Any = None) -> AsyncIterator[None]:
        """What goes on while the application answers; at the end what is pending is dropped."""
        watching = [asyncio.create_task(Sweeper(self.sessions).run())]
        if self._watched is not None:
            watching.append(asyncio.create_task(ScenarioWatch(self._watched, self.default).run()))
        yield
        for each in watching:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each
        for session in self.sessions:
            _say_what_is_lost(session)
            session.drop_work()
        await self._sender.close()


def _rate(setting: ClockPart) -> float:
    if setting.mode == "frozen":
        return FROZEN
    return REAL if setting.factor is None else float(setting.factor)


def _say_what_is_lost(session: Session) -> None:
    pending = len(session.delivery_queue) + len(session.under_way)
    if pending:
        logger.warning(
            "session %s ends with %d notifications pending: the memory store keeps none", session.name, pending
        )
    unmatched = ", ".join(stub.name for stub in session.stubs.unmatched())
    if unmatched:
        logger.warning("session %s ends with stubs that no request has met: %s", session.name, unmatched)
