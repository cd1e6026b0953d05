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
from mock_server.adapters.clocks import stopwatch
from mock_server.adapters.memory_state import MemoryStates
from mock_server.adapters.scenario_watch import ScenarioWatch
from mock_server.adapters.sweeper import Sweeper
from mock_server.adapters.webhook_sender import HttpWebhookSender
from mock_server.api.app import build_app
from mock_server.api.guard import Access
from mock_server.console.mounting import console_routes
from mock_server.control import SessionsApi
from mock_server.domain.instants import Duration
from mock_server.domain.secrets import Secrets
from mock_server.gateway import scheduler
from mock_server.journal.journal import Bounds
from mock_server.journal.raw_budget import RawBudget
from mock_server.ports import Stopwatch
from mock_server.scenario.model import Scenario
from mock_server.session.presence import Usage
from mock_server.session.registry import DEFAULT, USUAL_TTL, Sessions
from mock_server.session.session import Session

logger = logging.getLogger("mock_server")


class MockServer:
    """The sessions of one server, and its ASGI application."""

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
        bounds = bounds or Bounds()
        self.raw = RawBudget(bounds.bytes)
        self._watched = watched
        self._sender = sender or HttpWebhookSender()
        self._stopwatch = stopwatch
        self.access = access or Access()
        # The control token may turn up in what a client under test sends.
        self._states = MemoryStates(bounds, self.raw, Secrets().with_more(self.access.secrets))
        self.on_a_port = False
        """Set by the server that binds a socket."""
        self.sessions = Sessions(self._session, ttl=session_ttl, stopwatch=stopwatch)
        self.default = self.sessions.create(scenario, name=DEFAULT)
        self.sessions_api = SessionsApi(self.sessions, self.raw)
        page = console_routes(self.sessions_api, self.access)
        self.app: ASGIApp = build_app(self.sessions, self.sessions_api, self.lifespan, access=self.access, page=page)

    def end_waits(self) -> None:
        """End all waits, since the server is about to stop."""
        for session in self.sessions:
            session.presence.subscriptions.end()

    def _session(self, name: str, scenario: Scenario) -> Session:
        return Session(
            name,
            self._states.create(scenario),
            usage=Usage(self._stopwatch),
            sender=self._sender,
            on_a_port=lambda: self.on_a_port,
            alarm=lambda session: LoopAlarm(lambda: scheduler.wake(session)),
        )

    @asynccontextmanager
    async def lifespan(self, _: Any = None) -> AsyncIterator[None]:
        """Run the background tasks while the application serves; drop pending work at the end."""
        watching = [asyncio.create_task(Sweeper(self.sessions).run())]
        if self._watched is not None:
            watching.append(asyncio.create_task(ScenarioWatch(self._watched, self.default).run()))
        yield
        for each in watching:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each
        for session in self.sessions:
            _warn_of_losses(session)
            session.drop_work()
        await self._sender.close()


def _warn_of_losses(session: Session) -> None:
    pending = session.notifications_pending
    if pending:
        logger.warning(
            "session %s ends with %d notifications pending: the memory store keeps none", session.name, pending
        )
    unmatched = ", ".join(stub.name for stub in session.state.stubs.unmatched())
    if unmatched:
        logger.warning("session %s ends with stubs that no request has met: %s", session.name, unmatched)
