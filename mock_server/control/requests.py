"""Parsing of request members, with sentences for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.domain.instants import LATEST, SECOND, Duration, Instant
from mock_server.scenario.notation import parse_duration, parse_instant
from mock_server.scenario.problems import Problem, ScenarioError

MOST_LISTED = 1000
"""The default number of items in a list."""


class ControlRequestError(Exception):
    """A request that cannot be performed: an HTTP status, what is wrong, and what to do."""

    def __init__(self, status: int, message: str, details: object = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details


class BadScenarioError(ControlRequestError):
    """An invalid scenario: all its mistakes, by line and column if it was a text."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(400, "Bad scenario", [str(problem) for problem in problems])
        self.problems = problems


def duration_of(request: Mapping[str, object]) -> Duration:
    """The length of time of `{"seconds": 3600}` or `{"duration": "1h"}`."""
    seconds, duration = request.get("seconds"), request.get("duration")
    if (seconds is None) == (duration is None):
        raise ControlRequestError(400, "Bad request", 'give either {"seconds": 3600} or {"duration": "1h"}')
    if duration is not None:
        try:
            return parse_duration(str(duration))
        except ValueError as error:
            raise ControlRequestError(400, "Bad request", f"duration: {error}") from None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LATEST // SECOND:
        raise ControlRequestError(
            400, "Bad request", f"seconds: {seconds!r} is not a number from 0 to {LATEST // SECOND}"
        )
    return round(seconds * SECOND)


def moment_of(at: object) -> Instant:
    """A point in time, written in RFC 3339."""
    try:
        return parse_instant(str(at))
    except ValueError as error:
        raise ControlRequestError(400, "Bad request", f"at: {error}") from None


def only(request: Mapping[str, object], known: set[str]) -> None:
    """Refuse unknown members."""
    unknown = sorted(set(request) - known)
    if unknown:
        there = f"known: {', '.join(sorted(known))}" if known else "nothing is asked for here: leave the body empty"
        raise ControlRequestError(400, "Bad request", f"unknown: {', '.join(unknown)}; {there}")


def bad_scenario(error: ScenarioError) -> BadScenarioError:
    """All mistakes of a scenario as one error."""
    return BadScenarioError(error.problems)


def number_of(request: Mapping[str, object], name: str, default: float, *, least: float, most: float) -> float:
    """A number of a request, within its bounds."""
    found = request.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int | float) or not least <= found <= most:
        raise ControlRequestError(400, "Bad request", f"{name}: {found!r} is not a number from {least:g} to {most:g}")
    return found


def whole_number_of(request: Mapping[str, object], name: str, default: int, *, least: int, most: int) -> int:
    """A whole number of a request, within its bounds; `1.0` is whole."""
    found = number_of(request, name, default, least=least, most=most)
    if found != int(found):
        raise ControlRequestError(400, "Bad request", f"{name}: {found!r} is not a whole number")
    return int(found)
