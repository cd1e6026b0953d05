"""The view "Compose": a send as a client makes it, with its answer and its curl command."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from mock_server.console.copying import as_curl, content_of, sender_of
from mock_server.console.front_door import LATE, knock
from mock_server.console.message import message_of
from mock_server.console.page_request import PageRequest, Table
from mock_server.console.texts import told_text
from mock_server.control import ControlRequestError
from mock_server.control.views.inbox import state_of
from mock_server.domain.fault import FaultKind

_PATHS = {"admin": "/api/Admin/send", "services": "/api/Services/send"}
_REFERENCE = ("service", "action", "key")
_FIELDS = ("to", "text", "operation", "caller", "behalf", *_REFERENCE, "webhook", "detailed")
_PATIENCE, _MOST_PATIENCE = 10.0, 60.0
_TROUBLES = frozenset({LATE, *FaultKind})


async def _compose(page: PageRequest) -> Response:
    exchange = await _exchange(page)
    typed = _blank(page) | ({} if exchange is None else _typed_in(exchange))
    trouble = page.asked("met")
    shown = {} if exchange is None else await _shown(page, exchange)
    return _page(page, typed, exchange=exchange, trouble=trouble if trouble in _TROUBLES else None, **shown)


def _page(page: PageRequest, typed: Mapping[str, str], *, status: int = 200, **more: Any) -> Response:
    accounts = page.control.scenario().get("accounts", [{"username": "admin", "admin": True}])
    nothing = {"exchange": None, "trouble": None, "problem": None, "wrong": ()}
    return page.render(
        "compose",
        status=status,
        typed=typed,
        accounts=accounts,
        operations=tuple(_PATHS),
        patience=page.asked("patience") or f"{_PATIENCE:g}",
        receiver=f"{page.origin}{page.base}/_control/receiver/console",
        **{**nothing, **more},
    )


def _blank(page: PageRequest) -> dict[str, str]:
    sender = sender_of(page.control.scenario())
    return {**dict.fromkeys(_FIELDS, ""), "operation": "admin", "caller": sender, "to": page.asked("to")}


async def _exchange(page: PageRequest) -> dict[str, Any] | None:
    """The last send of this form, while the journal keeps it."""
    if not page.asked("exchange"):
        return None
    try:
        return await page.control.journal.exchange(page.asked("exchange"))
    except ControlRequestError:
        return None


def _typed_in(exchange: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form, restored from the sent body."""
    content = content_of(exchange) or {}
    reference, webhook = content.get("reference"), content.get("webhook")
    found = {
        "to": content.get("destination"),
        "text": content.get("text"),
        "operation": exchange["operation"],
        "caller": exchange["caller"] or "",
        "behalf": content.get("account"),
        **{name: reference.get(name) for name in _REFERENCE if isinstance(reference, dict)},
        "webhook": webhook.get("url") if isinstance(webhook, dict) else None,
        "detailed": "yes" if content.get("detailed") is True else "",
    }
    return {name: value for name, value in found.items() if isinstance(value, str)}


async def _shown(page: PageRequest, exchange: Mapping[str, Any]) -> dict[str, Any]:
    message = await message_of(page, exchange)
    text = (content_of(exchange) or {}).get("text")
    return {
        "message": message,
        "state": state_of(message, exchange),
        "text": told_text(text) if isinstance(text, str) and text else None,
        "curl": as_curl(exchange, page.origin, page.control.scenarios.passwords()),
    }


async def _send(page: PageRequest) -> Response:
    typed = {name: page.form.get(name, "") for name in _FIELDS}
    try:
        path, headers, patience = _path(typed), _headers(page), _patience(page)
    except ControlRequestError as error:
        return _page(page, typed, status=error.status, problem=error, wrong=page.told(error))
    body = json.dumps(_content(typed), ensure_ascii=False).encode()
    met = await knock(page, path, headers, body, patience)
    again = page.field("patience")
    return page.redirect("/compose", exchange=met.exchange, met=met.trouble, patience=again)


def _path(typed: Mapping[str, str]) -> str:
    if typed["operation"] not in _PATHS:
        raise ControlRequestError(400, "Bad request", f"operation: one of {', '.join(_PATHS)} is required")
    return _PATHS[typed["operation"]]


def _patience(page: PageRequest) -> float:
    written = page.field("patience") or f"{_PATIENCE:g}"
    try:
        found = float(written)
    except ValueError:
        found = -1.0
    if not 0 < found <= _MOST_PATIENCE:
        allowed = f"a number of seconds that is more than 0 and at most {_MOST_PATIENCE:g}"
        raise ControlRequestError(400, "Bad request", f"patience: {written[:40]!r} is not {allowed}")
    return found


def _headers(page: PageRequest) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept": "application/json", "user-agent": "sms-mock console"}
    username, typed = page.form.get("caller", ""), page.form.get("password", "")
    if not username:
        return headers
    password = typed or page.control.scenarios.passwords().get(username)
    if password is None:
        raise ControlRequestError(400, page.words("compose.no_password", account=username))
    pair = b64encode(f"{username}:{password}".encode(errors="surrogatepass")).decode()
    return {**headers, "authorization": f"Basic {pair}"}


def _content(typed: Mapping[str, str]) -> dict[str, Any]:
    """The body of the send, without the optional fields that are empty."""
    # Forms send CRLF.
    content: dict[str, Any] = {"destination": typed["to"].strip(), "text": typed["text"].replace("\r\n", "\n")}
    reference = {name: typed[name] for name in _REFERENCE if typed[name]}
    optional = {
        "account": typed["behalf"],
        "reference": reference,
        "detailed": typed["detailed"] == "yes",
        "webhook": {"url": typed["webhook"].strip()} if typed["webhook"].strip() else None,
    }
    return content | {name: value for name, value in optional.items() if value}


COMPOSE: Table = (("/compose", {"GET": _compose, "POST": _send}),)
