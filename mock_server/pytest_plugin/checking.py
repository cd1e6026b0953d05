"""Validation of a test's arguments: test misuse must not look like a failure of the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from mock_server.domain.errors import CATALOGUE, PROTOCOL_ERRORS
from mock_server.pytest_plugin.errors import PluginError

LONGEST_WAIT = 3600
MOST_LISTED = 100_000
"""The longest list of the control API."""


class ClientAnswer(Protocol):
    """An answer of any HTTP client, with headers."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By name."""
        ...


def checked_codes(codes: tuple[int, ...]) -> tuple[int, ...]:
    """Codes that a refusal can have.

    Raises:
        PluginError: no refusal has it.
    """
    known = sorted({each.code for each in (*CATALOGUE, *PROTOCOL_ERRORS)})
    for code in codes:
        if code not in known:
            raise PluginError(f"no refusal has the code {code!r}; there are: {', '.join(map(str, known))}")
    return codes


def checked_seconds(timeout: object) -> float:
    """How long to wait.

    Raises:
        PluginError: nobody can wait so long.
    """
    if not isinstance(timeout, int | float) or not 0 <= timeout <= LONGEST_WAIT:
        raise PluginError(f"timeout: {timeout!r} is no number of seconds from 0 to {LONGEST_WAIT}")
    return timeout


def exchange_of(answer: str | ClientAnswer) -> str:
    """The id of the exchange that an answer belongs to, or that is given.

    Raises:
        PluginError: it belongs to none.
    """
    if isinstance(answer, str):
        return answer
    headers: Mapping[str, str] = getattr(answer, "headers", {})
    found = next((value for name, value in headers.items() if name.lower() == "x-mock-exchange"), None)
    if found is None:
        raise PluginError(f"{answer!r} has no header X-Mock-Exchange: it is no answer of this gateway, and no id")
    return found
