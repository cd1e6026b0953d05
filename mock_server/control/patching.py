"""Replacing parts of a session's scenario."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.control.requests import bad_scenario
from mock_server.scenario.loader import patched
from mock_server.scenario.problems import ScenarioError
from mock_server.session.session import Session


def patch(session: Session, parts: Mapping[str, object]) -> None:
    """Replace top-level parts of the scenario; windows, messages, clock and journal stay as they are.

    Raises:
        ControlError: 400, with everything that is wrong with the scenario that this would make.
    """
    try:
        session.use(patched(session.scenario, parts, "PATCH"))
    except ScenarioError as error:
        raise bad_scenario(error) from None
