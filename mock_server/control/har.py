"""Exchanges as HAR 1.2, for the viewers in browsers and proxies."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mock_server import explanation
from mock_server.control.release import PACKAGE, release
from mock_server.domain.instants import SECOND, Instant, rfc3339
from mock_server.domain.secrets import Secrets
from mock_server.journal.exchange import Exchange

_HTTP = "HTTP/1.1"
_UNKNOWN_SIZE = -1
_BYTES = "application/octet-stream"


def har(exchanges: Iterable[Exchange], secrets: Secrets, origin: str) -> dict[str, Any]:
    """A log of exchanges in the given order. Times are the session's; durations are zero."""
    entries = [_entry(exchange, secrets, origin) for exchange in exchanges]
    return {"log": {"version": "1.2", "creator": {"name": PACKAGE, "version": release()}, "entries": entries}}


def _entry(exchange: Exchange, secrets: Secrets, origin: str) -> dict[str, Any]:
    explained = explanation.explanation(exchange, secrets)
    return {
        "startedDateTime": _moment(exchange.at),
        "time": 0,
        "request": _request(explained, origin),
        "response": _response(exchange, secrets),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": _comment(explained),
        # HAR reserves names with an underscore for extensions.
        "_exchange": explanation.summary(exchange, secrets),
    }


def _moment(at: Instant) -> str:
    milliseconds = at % SECOND * 1000 // SECOND
    return f"{rfc3339(at)[:-1]}.{milliseconds:03d}Z"


def _request(explained: Mapping[str, Any], origin: str) -> dict[str, Any]:
    request, path = explained["request"], explained["path"]
    headers = request["headers"] or []
    query = path.partition("?")[2]
    return {
        "method": explained["method"],
        "url": origin + path,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        **_posted(request, headers),
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": request["body_length"] or 0,
    }


def _posted(request: Mapping[str, Any], headers: Iterable[Iterable[str]]) -> dict[str, Any]:
    """The body if it is kept, else what is known of it."""
    if not request["body_length"]:
        return {}
    media_type = next((value for name, value in headers if name.lower() == "content-type"), _BYTES)
    encoded = {"_encoding": "base64"} if request["body_encoding"] == "base64" else {}
    if request["body"] is not None and not request["body_truncated"]:
        return {"postData": {"mimeType": media_type, "text": request["body"], **encoded}}
    left = "only its beginning is kept" if request["body"] is not None else "no longer kept"
    said = f"{left}: {request['body_length']} bytes, SHA-256 {request['body_sha256'] or 'unknown'}"
    return {"postData": {"mimeType": media_type, "text": request["body"] or "", **encoded, "comment": said}}


def _response(exchange: Exchange, secrets: Secrets) -> dict[str, Any]:
    status = exchange.status
    # A stub's raw answer has free headers: they are masked like a body.
    sent = [[secrets.mask(each).decode("latin-1") for each in header] for header in exchange.answer_headers]
    named = {name.lower(): value for name, value in sent}
    always = [["x-mock-exchange", exchange.id], ["content-length", str(len(exchange.answer))]]
    return {
        "status": status or 0,
        "statusText": _phrase(status),
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _pairs([*sent, *always] if status is not None else []),
        "content": {
            "size": len(exchange.answer),
            "mimeType": named.get("content-type", "x-unknown"),
            **_text(secrets.mask(exchange.answer)),
        },
        "redirectURL": named.get("location", ""),
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": len(exchange.answer) if status is not None else _UNKNOWN_SIZE,
    }


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": b64encode(body).decode(), "encoding": "base64"}


def _phrase(status: int | None) -> str:
    try:
        return "" if status is None else HTTPStatus(status).phrase
    except ValueError:
        return ""


def _comment(explained: Mapping[str, Any]) -> str:
    """The reason for the answer, in a line."""
    code = "" if explained["code"] is None else f" {explained['code']}"
    rule = "" if explained["rule"] is None else f" by {explained['rule']}"
    rests = "" if explained["requirement"] is None else f" ({explained['requirement']}, {explained['grade']})"
    forced = ", forced by a stub" if explained["forced"] else ""
    reason = "" if explained["reason"] is None else f": {explained['reason']}"
    return f"{explained['outcome']}{code}{rule}{rests}{forced}{reason}"


def _pairs(found: Iterable[Iterable[str]]) -> list[dict[str, str]]:
    pairs = (tuple(each) for each in found)
    return [{"name": pair[0], "value": pair[1] if len(pair) > 1 else ""} for pair in pairs]
