"""What a test is told of what reached the gateway: the last exchanges, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mock_server.client import Control, ControlError, Exchange
from mock_server.client.explaining import brief_of

_MOST = 5
_SESSION = re.compile(r"^/~[^/]+")
"""All of a test's exchanges begin with it."""


def last_exchanges(control: Control) -> list[str]:
    """The last exchanges, oldest first; one line where there is none, or where nobody can be asked any more."""
    try:
        # One more than is shown tells whether there are more.
        found = control.exchanges(limit=_MOST + 1)
        if not found:
            return _nothing(control)
        told = reasons_of(control, reversed(found[:_MOST]))
    except ControlError as error:
        return [f"the gateway cannot be asked what it got: {error}"]
    return [f"the last {_MOST} of more, oldest first:", *told] if len(found) > _MOST else told


def _nothing(control: Control) -> list[str]:
    told = [f"nothing; the client's base URL has to be {control.url}"]
    elsewhere = next((each.raw.get("exchanges") for each in control.sessions() if each.id == "default"), None)
    if elsewhere:
        name = control.url.rpartition("/~")[2]
        told.append(
            f"but requests without /~{name} came to the same server ({elsewhere}): a client that drops the path of "
            f"its base URL has to send the header `X-Mock-Session: {name}`"
        )
    return told


def reasons_of(control: Control, exchanges: Iterable[Exchange]) -> list[str]:
    """What was asked, what became of it, and why."""
    lines: list[str] = []
    for each in exchanges:
        explained = control.explain(each.id).raw
        first, *others = brief_of({**explained, "path": _SESSION.sub("", explained["path"])})
        lines += [first, *(f"  {line}" for line in others)]
    return lines


def indented(lines: Iterable[str]) -> str:
    """Lines as a block of a longer message."""
    return "\n".join(f"  {line}" for line in lines)
