"""The inbox: every send as on a phone, a conversation for each destination, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from mock_server.console.copying import first_curl
from mock_server.console.page_request import PageRequest, Table
from mock_server.console.texts import told_text
from mock_server.control.views.inbox import STATES, Sought

_LISTED = 100
"""Sends from which the conversations are made up."""
_IN_A_THREAD = 50


async def _inbox(visit: PageRequest) -> Response:
    sought = Sought(visit.asked("q"), visit.asked("state"))
    before = visit.asked("before") or None
    listed = await visit.control.inbox.sends(sought, limit=_LISTED, before=before)
    conversations = _conversations(listed["sends"])
    chosen = visit.query.get("to")
    destination = chosen if chosen is not None else (conversations[0]["destination"] if conversations else None)
    return visit.page(
        "inbox",
        sought=sought,
        states=STATES,
        conversations=conversations,
        older=listed["older"],
        is_first=before is None,
        chosen=chosen,
        thread=None if destination is None else await _thread(visit, sought, destination),
        destination=destination,
        searching=bool(sought.text or sought.state),
        first_curl=None if conversations else _first_curl(visit),
    )


def _first_curl(visit: PageRequest) -> str:
    return first_curl(visit.origin + visit.base, visit.control.scenario(), visit.control.scenarios.passwords())


async def _thread(visit: PageRequest, sought: Sought, destination: str) -> Mapping[str, Any]:
    found = await visit.control.inbox.sends(
        sought._replace(destination=destination), limit=_IN_A_THREAD, before=visit.asked("earlier") or None
    )
    shown = [{**each, **told_text(each["text"] or "")} for each in found["sends"]]
    return {"sends": shown, "older": found["older"]}


def _conversations(sends: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A line for each destination, in the order of its newest send."""
    found: dict[str, dict[str, Any]] = {}
    for each in sends:
        destination = each["destination"] or ""
        line = found.setdefault(destination, {"destination": destination, "newest": each, "sends": 0})
        line["sends"] += 1
    return list(found.values())


INBOX: Table = (("", {"GET": _inbox}),)
