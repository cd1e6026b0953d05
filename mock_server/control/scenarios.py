"""The verbs of a session's scenario: list the shipped ones, use one, and edit the one in force as a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mock_server.control.exporting import editable, hidden_in
from mock_server.control.requests import ControlRequestError, bad_scenario
from mock_server.scenario import pack
from mock_server.scenario.loader import CREATION_KEYS, FIXED_AT_CREATION, parse_scenario
from mock_server.scenario.model import Scenario
from mock_server.scenario.problems import Flaw, ScenarioError
from mock_server.scenario.unmask import unmask
from mock_server.scenario.yaml_reader import Mark, Node
from mock_server.session.session import Session

_LONGEST_SHOWN = 80
_FILE = "scenario"
"""The name of an edited text in error messages."""


class ScenarioVerbs:
    """Choose a session's scenario, and edit it as a text."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def pack(self) -> dict[str, Any]:
        """The shipped scenarios, and the name of the one in force; `None` if that is another one or was changed."""
        try:
            found = pack.pack()
        except ScenarioError as error:
            raise bad_scenario(error) from None
        listed = [{"name": each.name, "title": each.title, "do": each.to_do, "see": each.to_see} for each in found]
        return {"scenarios": listed, "in_force": self._in_force()}

    def shipped(self, name: str) -> dict[str, Any]:
        """One shipped scenario with its file."""
        scenario = shipped_scenario(name, 404)
        entry = pack.PackEntry(name, pack.resolve(name), scenario.title, scenario.description)
        return {
            "name": name,
            "title": entry.title or name,
            "do": entry.to_do,
            "see": entry.to_see,
            "in_force": self._in_force() == name,
            "file": entry.path.read_text(encoding="utf-8"),
        }

    async def use(self, name: str, *, anew: bool = False) -> None:
        """Use a shipped scenario; seed and clock stay.

        Messages and journal stay as well, unless the session begins anew. A reset later on goes back to the scenario
        that the session was created with, as it does after any other change.
        """
        scenario = self._session.state.scenario.with_creation_settings(shipped_scenario(name, 404))
        if anew:
            await self._session.reset()
        self._session.use(scenario)

    def passwords(self) -> dict[str, str]:
        """The passwords of the accounts in force that a shipped scenario publishes, by username."""
        shown = pack.public_secrets().pairs
        accounts = ((each.username, each.password) for each in self._session.scenario.accounts)
        return {username: password for username, password in accounts if (username, password) in shown}

    def text(self) -> str:
        """The scenario in force as YAML for editing; a shipped one with the comments of its file."""
        name = self._in_force()
        if name is None or shipped_scenario(name, 404).model_fields_set & set(CREATION_KEYS):
            return editable(self._session)
        return pack.resolve(name).read_text(encoding="utf-8")

    def write(self, text: str) -> None:
        """Use the scenario of a YAML text; `***` keeps the former password or key.

        Raises:
            BadScenarioError: everything that is wrong with it, by line and column.
        """
        try:
            scenario = parse_scenario(text.removeprefix("\ufeff"), _FILE, self._prepared)
        except ScenarioError as error:
            raise bad_scenario(error) from None
        self._session.use(self._session.state.scenario.with_creation_settings(scenario))

    def _prepared(self, root: Node) -> Iterator[tuple[Mark, Flaw]]:
        unmask(root, hidden_in(self._session))
        for key in CREATION_KEYS:
            if key in root.keys:
                yield root.keys[key], Flaw((key,), FIXED_AT_CREATION)

    def _in_force(self) -> str | None:
        session = self._session
        for name in pack.names():
            scenario = shipped_scenario(name, 404)
            # Comparing whole documents would cost too much for each scenario.
            if (
                scenario.title == session.scenario.title
                and session.state.scenario.with_creation_settings(scenario) == session.scenario
            ):
                return name
        return None


def shipped_scenario(name: str, status: int = 400) -> Scenario:
    """A shipped scenario by name; no other file of the machine is read.

    Raises:
        ControlError: there is none of this name.
    """
    try:
        found = pack.shipped(name)
    except ScenarioError as error:
        raise bad_scenario(error) from None
    if found is None:
        known = ", ".join(sorted(pack.names()))
        raise ControlRequestError(
            status, "Unknown scenario", f"scenario: no {name[:_LONGEST_SHOWN]!r} in the pack; known: {known}"
        )
    return found
