"""The verbs that create, list and end sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mock_server.control.requests import ControlRequestError, bad_scenario, only
from mock_server.control.scenarios import shipped_scenario
from mock_server.control.verbs import SessionControl
from mock_server.domain.instants import SECOND
from mock_server.journal.raw_budget import RawBudget
from mock_server.scenario.loader import patched, scenario_of, with_creation_settings
from mock_server.scenario.model import Scenario
from mock_server.scenario.problems import Problem, ScenarioError
from mock_server.session.registry import DEFAULT, NAME, NAME_WORDS, NameTakenError, Sessions
from mock_server.session.session import Session

_LONGEST_SHOWN = 80
_BESIDE = "stands beside 'overrides', not in it: the session is created with it"


class SessionsApi:
    """The verbs that create, list and end sessions."""

    def __init__(self, sessions: Sessions, raw: RawBudget) -> None:
        self._sessions = sessions
        self._raw = raw

    def control(self, session: Session) -> SessionControl:
        """The verbs of one session."""
        return SessionControl(session, self._raw)

    def named(self, name: str) -> Session:
        """A session by its name."""
        found = self._sessions.get(name)
        if found is None:
            raise ControlRequestError(404, "Unknown session", self._sessions.missing(name))
        return found

    async def all(self) -> dict[str, Any]:
        """All sessions, each with what it holds."""
        self._sessions.sweep()
        return {"sessions": [await self.shown(session) for session in self._sessions]}

    async def some(self, name: str = "", *, limit: int, skip: int = 0) -> dict[str, Any]:
        """The sessions whose name contains a text, ignoring case: the default one first, then the newest.

        `found` is how many there are, `sessions` those of them that are asked for.
        """
        self._sessions.sweep()
        wanted = name.casefold()
        found = [session for session in self._sessions if wanted in session.name.casefold()][::-1]
        found.sort(key=lambda session: session.name != DEFAULT)
        return {
            "sessions": [await self.shown(session) for session in found[skip : skip + limit]],
            "found": len(found),
            "all": len(self._sessions),
        }

    async def shown(self, session: Session) -> dict[str, Any]:
        """One session with what it holds, and how long it has been unused."""
        held = msgspec.structs.asdict(await session.held())
        idle = round(self._sessions.idle(session) / SECOND, 3)
        return self.control(session).session() | {"idle_seconds": idle} | held

    def create(self, request: Mapping[str, object]) -> Session:
        """Create a session from `{"name"?, "scenario"?: name or object, "overrides"?: object, "seed"?, "clock"?}`."""
        only(request, {"name", "scenario", "overrides", "seed", "clock"})
        name = request.get("name")
        if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
            shown = repr(name if not isinstance(name, str) or len(name) <= _LONGEST_SHOWN else name[:_LONGEST_SHOWN])
            raise ControlRequestError(400, "Bad request", f"name: {shown} is not {NAME_WORDS}")
        try:
            scenario = self._scenario(request)
        except ScenarioError as error:
            raise bad_scenario(error) from None
        try:
            return self._sessions.create(scenario, name=name)
        except NameTakenError:
            raise ControlRequestError(
                409, "Session exists", f"name: {name!r} is taken; DELETE it or choose another"
            ) from None

    def delete(self, name: str) -> dict[str, Any]:
        """End a session; the default one stays. `unmatched_stubs` are those that no request matched."""
        if name == DEFAULT:
            raise ControlRequestError(
                409, "Not deletable", "the session 'default' stays; POST /_control/reset empties it"
            )
        unmatched = [stub.name for stub in self.named(name).state.stubs.unmatched()]
        self._sessions.delete(name)
        return {"deleted": name, "unmatched_stubs": unmatched}

    def _scenario(self, request: Mapping[str, object]) -> Scenario:
        """The chosen scenario with its overrides; all mistakes are reported at once."""
        scenario = self._chosen(request.get("scenario"))
        problems: list[Problem] = []
        overrides = request.get("overrides")
        if overrides is not None and not isinstance(overrides, Mapping):
            raise ControlRequestError(
                400, "Bad request", "overrides: an object of whole parts of a scenario is required"
            )
        settings = {key: request[key] for key in ("seed", "clock") if request.get(key) is not None}
        try:
            scenario = patched(scenario, overrides, "overrides", fixed_because=_BESIDE) if overrides else scenario
        except ScenarioError as error:
            problems += error.problems
        try:
            scenario = with_creation_settings(scenario, settings, "session") if settings else scenario
        except ScenarioError as error:
            problems += error.problems
        if problems:
            raise ScenarioError(problems)
        return scenario

    def _chosen(self, chosen: object) -> Scenario:
        if chosen is None:
            return self.named(DEFAULT).state.scenario.created_with
        if not isinstance(chosen, str):
            return scenario_of(chosen, "scenario")
        return shipped_scenario(chosen)
