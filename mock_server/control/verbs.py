"""The verbs of one session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server import explanation
from mock_server.control.clock import ClockVerbs
from mock_server.control.delivery import DeliveryVerbs
from mock_server.control.exporting import exported_session
from mock_server.control.health import HealthVerbs
from mock_server.control.journal import JournalVerbs
from mock_server.control.long_poll.waits import WaitVerbs
from mock_server.control.patching import patch
from mock_server.control.scenarios import ScenarioVerbs
from mock_server.control.snapshots import SnapshotVerbs
from mock_server.control.stubs import StubVerbs
from mock_server.control.views.changes import ChangeVerbs
from mock_server.control.views.inbox import InboxVerbs
from mock_server.journal.raw_budget import RawBudget
from mock_server.session.session import Session

_PROSE = ("title", "description")
"""The keys whose prose may contain credentials."""


class SessionControl:
    """The verbs of one session; `SessionsApi` creates and ends sessions."""

    def __init__(self, session: Session, raw: RawBudget) -> None:
        self._session = session
        self.changes = ChangeVerbs(session)
        self.clock = ClockVerbs(session)
        self.delivery = DeliveryVerbs(session)
        self.health = HealthVerbs(session)
        self.inbox = InboxVerbs(session)
        self.journal = JournalVerbs(session, raw)
        self.scenarios = ScenarioVerbs(session)
        self.snapshots = SnapshotVerbs(session)
        self.stubs = StubVerbs(session)
        self.waits = WaitVerbs(session)

    @property
    def name(self) -> str:
        """The session's name."""
        return self._session.name

    def touched(self) -> None:
        """Count a change by a tester; called after each verb that changes something."""
        self._session.state.scenario.touch()

    def masked(self, value: Any) -> Any:
        """A JSON value with the session's secrets masked."""
        return explanation.masked_within(value, self._session.secrets)

    async def reset(self) -> dict[str, Any]:
        """Return to how the session was created."""
        await self._session.reset()
        return self.session()

    def session(self) -> dict[str, Any]:
        """Name, scenario, seed and clock of the session."""
        session = self._session
        return {
            "id": session.name,
            "scenario": explanation.masked(session.scenario.title, session.secrets),
            "seed": session.state.seed,
            "clock": self.clock.show(),
        }

    async def patch_scenario(self, parts: Mapping[str, object]) -> dict[str, Any]:
        """Replace top-level parts of the scenario; windows, messages, clock and journal stay as they are."""
        patch(self._session, parts)
        return self.scenario()

    def scenario(self) -> dict[str, Any]:
        """The scenario in force, passwords masked."""
        document = self._session.scenario.document(secrets=False)
        told = {key: explanation.masked(document[key], self._session.secrets) for key in _PROSE if key in document}
        return document | told

    def export(self, *, secrets: bool) -> str:
        """The scenario in force as a file, with the session's seed and a clock that is not real."""
        return exported_session(self._session, secrets=secrets)
