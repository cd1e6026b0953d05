"""One send from its arrival to the last word about it: what happened, why, and what may be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mock_server.console.copying import as_curl, as_pytest, content_of
from mock_server.console.page_request import PageRequest, Table
from mock_server.console.texts import told_text
from mock_server.control import ControlRequestError
from mock_server.control.views.inbox import state_of
from mock_server.domain.delivery import Status

PUSHABLE = tuple(status for status in Status if status is not Status.PROVIDER_ACCEPTANCE)


async def _message(visit: PageRequest) -> Response:
    message = await visit.control.delivery.message(visit.path["id"])
    try:
        exchange = await visit.control.journal.exchange(message["exchange"])
    except ControlRequestError:
        # The journal is shorter than the memory for messages.
        exchange = None
    return _page(visit, message, exchange)


async def _exchange(visit: PageRequest) -> Response:
    exchange = await visit.control.journal.exchange(visit.path["id"])
    return _page(visit, await message_of(visit, exchange), exchange)


async def message_of(visit: PageRequest, exchange: Mapping[str, Any]) -> dict[str, Any] | None:
    """What came of a send, while the session remembers it; `None` of one that no message came of."""
    if exchange["outcome"] != "accepted" or exchange["message_id"] is None:
        return None
    try:
        return await visit.control.delivery.message(exchange["message_id"])
    except ControlRequestError:
        return None


def _page(visit: PageRequest, message: dict[str, Any] | None, exchange: dict[str, Any] | None) -> Response:
    text = _text_of(message, exchange)
    return visit.page(
        "message",
        message=message,
        exchange=exchange,
        state=state_of(message, exchange),
        destination=(message or exchange or {}).get("destination") or "",
        text=None if text is None else {"text": text, **told_text(text)},
        events=sorted(_events(message, exchange), key=lambda event: event["at"]),
        statuses=PUSHABLE,
        curl=None if exchange is None else as_curl(exchange, visit.origin, visit.control.scenarios.passwords()),
        pytest=None if exchange is None else as_pytest(exchange),
    )


def _text_of(message: Mapping[str, Any] | None, exchange: Mapping[str, Any] | None) -> str | None:
    if message is not None:
        return str(message["text"])
    found = (content_of(exchange) or {}).get("text") if exchange is not None else None
    return found if isinstance(found, str) else None


def _events(message: Mapping[str, Any] | None, exchange: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """What happened and what is still to come, each with its time, in the order in which things follow."""
    if exchange is not None:
        yield {"kind": "received", "at": exchange["at"]}
        asked = [rule for rule in exchange["rules"] if rule["said"] != "not asked"]
        yield {"kind": "asked", "at": exchange["at"], "rules": asked}
        yield {"kind": "verdict", "at": exchange["at"]}
    if message is None:
        return
    for change in message["changes"]:
        yield {"kind": "status", "at": change["at"], "change": change}
    for attempt in reversed(message["webhooks"]):
        yield {"kind": "webhook", "at": attempt["at"], "attempt": attempt}
    for change in message["planned"]:
        yield {"kind": "planned", "at": change["at"], "change": change}


async def _push(visit: PageRequest) -> Response:
    message_id = visit.path["id"]
    await visit.control.delivery.push(
        message_id, {"status": visit.field("status"), "force": visit.field("force") == "yes"}
    )
    return visit.redirect(f"/messages/{message_id}")


async def _resend(visit: PageRequest) -> Response:
    message_id = visit.path["id"]
    await visit.control.delivery.resend(message_id)
    return visit.redirect(f"/messages/{message_id}")


MESSAGE: Table = (
    ("/messages/{id}", {"GET": _message}),
    ("/messages/{id}/status", {"POST": _push}),
    ("/messages/{id}/resend", {"POST": _resend}),
    ("/exchanges/{id}", {"GET": _exchange}),
)
