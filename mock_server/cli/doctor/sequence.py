"""The order of the checks; a check that needs a failed one is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mock_server.cli.doctor.base_urls import base_urls
from mock_server.cli.doctor.calls import credentials, journal
from mock_server.cli.doctor.connection import control, gateway, listening
from mock_server.cli.doctor.environment import proxy, vendor
from mock_server.cli.doctor.results import Diagnosis, not_asked, problem
from mock_server.cli.doctor.subject import CheckedGateway
from mock_server.client import ControlError

_Step = Callable[[CheckedGateway], Iterator[Diagnosis]]

__all__ = ["CheckedGateway", "examine"]

_WAY_IN: tuple[_Step, ...] = (listening, gateway, control)
_INSIDE: tuple[_Step, ...] = (credentials, journal)


def examine(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """Every result, as it is made."""
    yield from vendor(checked)
    yield from proxy(checked)
    reached, failed = [], False
    for step in _WAY_IN:
        for finding in step(checked):
            failed = failed or finding.state == "problem"
            reached.append(finding.about)
            yield finding
        if failed:
            break
    steerable = "control" in reached and not (failed and reached[-1] == "control")
    yield from _unless_it_fails("base URL", lambda each: base_urls(each, steerable=steerable), checked)
    for step in _INSIDE:
        if failed:
            yield not_asked(step.__name__, "what stands above has to be right first")
        else:
            yield from _unless_it_fails(step.__name__, step, checked)


def _unless_it_fails(about: str, step: _Step, checked: CheckedGateway) -> Iterator[Diagnosis]:
    """The gateway may stop during the checks."""
    try:
        yield from step(checked)
    except ControlError as error:
        yield problem(about, str(error), "try again")
