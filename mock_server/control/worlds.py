"""The verbs that make, list and end sessions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mock_server.control.requests import ControlError, bad_scenario, only
from mock_server.control.verbs import Control
from mock_server.raw_bytes import RawBytes
from mock_server.scenario.loader import load_scenario, scenario_of
from mock_server.scenario.model import Scenario
from mock_server.scenario.pack import pack
from mock_server.scenario.problems import ScenarioError
from mock_server.session import DEFAULT, NAME, NameTakenError, Session, Sessions


class Worlds:
    """The verbs that make, list and end sessions."""

    def __init__(self, sessions: Sessions, raw: RawBytes) -> None:
        self._sessions = sessions
        self._raw = raw

    def control(self, session: Session) -> Control:
        """The verbs of one session."""
        return Control(session, self._raw)

    def named(self, name: str) -> Session:
        """A session by its name."""
        found = self._sessions.get(name)
        if found is None:
            raise ControlError(404, "Unknown session", f"no session {name!r}; POST /_control/sessions creates one")
        return found

    def all(self) -> dict[str, Any]:
        """All sessions."""
        return {"sessions": [self.control(session).session() for session in self._sessions]}

    def create(self, request: Mapping[str, object]) -> Session:
        """Make a session from `{"name"?, "scenario"?: name or object, "seed"?, "clock"?}`."""
        only(request, {"name", "scenario", "seed", "clock"})
        name = request.get("name")
        if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
            raise ControlError(
                400, "Bad request", f"name: {name!r} is not 1 to 64 of A-Z a-z 0-9 . _ -, letter or digit first"
            )
        scenario = self._scenario(request)
        try:
            return self._sessions.create(scenario, name=name)
        except NameTakenError:
            raise ControlError(
                409, "Session exists", f"name: {name!r} is taken; DELETE it or choose another"
            ) from None

    def delete(self, name: str) -> dict[str, Any]:
        """End a session; the default one stays."""
        if name == DEFAULT:
            raise ControlError(409, "Not deletable", "the session 'default' stays; POST /_control/reset empties it")
        self.named(name)
        self._sessions.delete(name)
        return {"deleted": name}

    def _scenario(self, request: Mapping[str, object]) -> Scenario:
        chosen = request.get("scenario")
        try:
            scenario = self._chosen(chosen)
            settled = {key: request[key] for key in ("seed", "clock") if request.get(key) is not None}
            return scenario_of(scenario.document() | settled, "session") if settled else scenario
        except ScenarioError as error:
            raise bad_scenario(error) from None

    def _chosen(self, chosen: object) -> Scenario:
        if chosen is None:
            return self.named(DEFAULT).created_with
        if isinstance(chosen, str):
            return load_scenario(_shipped(chosen))
        return scenario_of(chosen, "scenario")


def _shipped(name: str) -> Path:
    """Only the pack is to be had by name: the control API reads no other files of the machine."""
    known = {entry.name: entry.path for entry in pack()}
    if name not in known:
        raise ControlError(
            400, "Unknown scenario", f"scenario: no {name!r} in the pack; known: {', '.join(sorted(known))}"
        )
    return known[name]
