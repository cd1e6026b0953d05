"""Compose: a send as a client's, through the front door, with its answer and the command line beside it."""

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


async def _compose(visit: PageRequest) -> Response:
    exchange = await _exchange(visit)
    typed = _blank(visit) | ({} if exchange is None else _typed_in(exchange))
    trouble = visit.asked("met")
    shown = {} if exchange is None else await _shown(visit, exchange)
    return _page(visit, typed, exchange=exchange, trouble=trouble if trouble in _TROUBLES else None, **shown)


def _page(visit: PageRequest, typed: Mapping[str, str], *, status: int = 200, **more: Any) -> Response:
    accounts = visit.control.scenario().get("accounts", [{"username": "admin", "admin": True}])
    nothing = {"exchange": None, "trouble": None, "problem": None, "wrong": ()}
    return visit.page(
        "compose",
        status=status,
        typed=typed,
        accounts=accounts,
        operations=tuple(_PATHS),
        patience=visit.asked("patience") or f"{_PATIENCE:g}",
        receiver=f"{visit.origin}{visit.base}/_control/receiver/console",
        **{**nothing, **more},
    )


def _blank(visit: PageRequest) -> dict[str, str]:
    sender = sender_of(visit.control.scenario())
    return {**dict.fromkeys(_FIELDS, ""), "operation": "admin", "caller": sender, "to": visit.asked("to")}


async def _exchange(visit: PageRequest) -> dict[str, Any] | None:
    """The send that was made from here, while the journal keeps it."""
    if not visit.asked("exchange"):
        return None
    try:
        return await visit.control.journal.exchange(visit.asked("exchange"))
    except ControlRequestError:
        return None


def _typed_in(exchange: Mapping[str, Any]) -> dict[str, str]:
    """What the form held, out of what was sent."""
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


async def _shown(visit: PageRequest, exchange: Mapping[str, Any]) -> dict[str, Any]:
    message = await message_of(visit, exchange)
    text = (content_of(exchange) or {}).get("text")
    return {
        "message": message,
        "state": state_of(message, exchange),
        "text": told_text(text) if isinstance(text, str) and text else None,
        "curl": as_curl(exchange, visit.origin, visit.control.scenarios.passwords()),
    }


async def _send(visit: PageRequest) -> Response:
    typed = {name: visit.form.get(name, "") for name in _FIELDS}
    try:
        path, headers, patience = _path(typed), _headers(visit), _patience(visit)
    except ControlRequestError as error:
        return _page(visit, typed, status=error.status, problem=error, wrong=visit.told(error))
    body = json.dumps(_content(typed), ensure_ascii=False).encode()
    met = await knock(visit, path, headers, body, patience)
    again = visit.field("patience")
    return visit.redirect("/compose", exchange=met.exchange, met=met.trouble, patience=again)


def _path(typed: Mapping[str, str]) -> str:
    if typed["operation"] not in _PATHS:
        raise ControlRequestError(400, "Bad request", f"operation: one of {', '.join(_PATHS)} is required")
    return _PATHS[typed["operation"]]


def _patience(visit: PageRequest) -> float:
    written = visit.field("patience") or f"{_PATIENCE:g}"
    try:
        found = float(written)
    except ValueError:
        found = -1.0
    if not 0 < found <= _MOST_PATIENCE:
        allowed = f"a number of seconds that is more than 0 and at most {_MOST_PATIENCE:g}"
        raise ControlRequestError(400, "Bad request", f"patience: {written[:40]!r} is not {allowed}")
    return found


def _headers(visit: PageRequest) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept": "application/json", "user-agent": "sms-mock console"}
    username, typed = visit.form.get("caller", ""), visit.form.get("password", "")
    if not username:
        return headers
    password = typed or visit.control.scenarios.passwords().get(username)
    if password is None:
        raise ControlRequestError(400, visit.words("compose.no_password", account=username))
    pair = b64encode(f"{username}:{password}".encode(errors="surrogatepass")).decode()
    return {**headers, "authorization": f"Basic {pair}"}


def _content(typed: Mapping[str, str]) -> dict[str, Any]:
    """The body of the send; what was left empty is left out, but for what every send has."""
    # A form ends lines as mail does.
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
