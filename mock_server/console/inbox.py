"""The view of the inbox: a conversation for each destination, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from mock_server.console.copying import first_curl
from mock_server.console.page_request import PageRequest, Table
from mock_server.console.texts import told_text
from mock_server.control.views.inbox import STATES, Sought

_LISTED = 100
"""Sends that the conversations are made of."""
_IN_A_THREAD = 50


async def _inbox(page: PageRequest) -> Response:
    sought = Sought(page.asked("q"), page.asked("state"))
    before = page.asked("before") or None
    listed = await page.control.inbox.sends(sought, limit=_LISTED, before=before)
    conversations = _conversations(listed["sends"])
    chosen = page.query.get("to")
    destination = chosen if chosen is not None else (conversations[0]["destination"] if conversations else None)
    return page.render(
        "inbox",
        sought=sought,
        states=STATES,
        conversations=conversations,
        older=listed["older"],
        is_first=before is None,
        chosen=chosen,
        thread=None if destination is None else await _thread(page, sought, destination),
        destination=destination,
        searching=bool(sought.text or sought.state),
        first_curl=None if conversations else _first_curl(page),
    )


def _first_curl(page: PageRequest) -> str:
    return first_curl(page.origin + page.base, page.control.scenario(), page.control.scenarios.passwords())


async def _thread(page: PageRequest, sought: Sought, destination: str) -> Mapping[str, Any]:
    found = await page.control.inbox.sends(
        sought._replace(destination=destination), limit=_IN_A_THREAD, before=page.asked("earlier") or None
    )
    shown = [{**each, **told_text(each["text"] or "")} for each in found["sends"]]
    return {"sends": shown, "older": found["older"]}


def _conversations(sends: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A line for each destination, ordered by its newest send."""
    found: dict[str, dict[str, Any]] = {}
    for each in sends:
        destination = each["destination"] or ""
        line = found.setdefault(destination, {"destination": destination, "newest": each, "sends": 0})
        line["sends"] += 1
    return list(found.values())


INBOX: Table = (("", {"GET": _inbox}),)
