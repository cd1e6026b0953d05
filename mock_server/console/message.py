"""The view of one send: its timeline, the reason for its answer, and what can be done."""

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


async def _message(page: PageRequest) -> Response:
    message = await page.control.delivery.message(page.path["id"])
    try:
        exchange = await page.control.journal.exchange(message["exchange"])
    except ControlRequestError:
        # The journal keeps fewer exchanges than messages are kept.
        exchange = None
    return _page(page, message, exchange)


async def _exchange(page: PageRequest) -> Response:
    exchange = await page.control.journal.exchange(page.path["id"])
    return _page(page, await message_of(page, exchange), exchange)


async def message_of(page: PageRequest, exchange: Mapping[str, Any]) -> dict[str, Any] | None:
    """The message of a send; `None` if there is none, or if it was evicted."""
    if exchange["outcome"] != "accepted" or exchange["message_id"] is None:
        return None
    try:
        return await page.control.delivery.message(exchange["message_id"])
    except ControlRequestError:
        return None


def _page(page: PageRequest, message: dict[str, Any] | None, exchange: dict[str, Any] | None) -> Response:
    text = _text_of(message, exchange)
    return page.render(
        "message",
        message=message,
        exchange=exchange,
        state=state_of(message, exchange),
        destination=(message or exchange or {}).get("destination") or "",
        text=None if text is None else {"text": text, **told_text(text)},
        events=sorted(_events(message, exchange), key=lambda event: event["at"]),
        statuses=PUSHABLE,
        curl=None if exchange is None else as_curl(exchange, page.origin, page.control.scenarios.passwords()),
        pytest=None if exchange is None else as_pytest(exchange),
    )


def _text_of(message: Mapping[str, Any] | None, exchange: Mapping[str, Any] | None) -> str | None:
    if message is not None:
        return str(message["text"])
    found = (content_of(exchange) or {}).get("text") if exchange is not None else None
    return found if isinstance(found, str) else None


def _events(message: Mapping[str, Any] | None, exchange: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Past and planned events, each with its time, in order."""
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


async def _push(page: PageRequest) -> Response:
    message_id = page.path["id"]
    await page.control.delivery.push(
        message_id, {"status": page.field("status"), "force": page.field("force") == "yes"}
    )
    return page.redirect(f"/messages/{message_id}")


async def _resend(page: PageRequest) -> Response:
    message_id = page.path["id"]
    await page.control.delivery.resend(message_id)
    return page.redirect(f"/messages/{message_id}")


MESSAGE: Table = (
    ("/messages/{id}", {"GET": _message}),
    ("/messages/{id}/status", {"POST": _push}),
    ("/messages/{id}/resend", {"POST": _resend}),
    ("/exchanges/{id}", {"GET": _exchange}),
)
