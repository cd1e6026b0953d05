"""Sending answers: vendor answers carry the id of their exchange, control answers the API's version."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from starlette.types import Send

from mock_server import wire
from mock_server.domain.decision import ProtocolError
from mock_server.journal.exchange import Exchange

RawHeader = tuple[bytes, bytes]

CONTROL_VERSION = 1

_JSON: RawHeader = (b"content-type", b"application/json")
_TEXT: RawHeader = (b"content-type", b"text/plain; charset=utf-8")
_YAML: RawHeader = (b"content-type", b"application/yaml")
_VERSION: RawHeader = (b"x-mock-control-version", str(CONTROL_VERSION).encode())
_CHALLENGE: RawHeader = (b"www-authenticate", b'Basic realm="SMS Gateway"')

CHUNKED: RawHeader = (b"transfer-encoding", b"chunked")
"""The header that makes the server send the body in chunks."""

_PLAIN = (_JSON,)
_CHALLENGING = (_JSON, _CHALLENGE)


async def answer(
    send: Send, exchange: Exchange, status: int, body: bytes, *, headers: tuple[RawHeader, ...] = _PLAIN
) -> None:
    """Record the answer to a vendor request in the journal, then send it."""
    exchange.status, exchange.answer, exchange.answer_headers = status, body, headers
    await _send(send, status, body, (*headers, (b"x-mock-exchange", exchange.id.encode())))


async def answer_refusal(send: Send, exchange: Exchange, status: int, body: bytes, *, challenge: bool) -> None:
    """Send a refusal's envelope; a 401 has a challenge unless ANS-5 is read otherwise."""
    headers = _CHALLENGING if challenge and status == 401 else _PLAIN
    await answer(send, exchange, status, body, headers=headers)


async def answer_protocol_error(
    send: Send, exchange: Exchange, error: ProtocolError, *, headers: Iterable[RawHeader] = ()
) -> None:
    """Send an answer that no rule gave (BAD-5)."""
    exchange.protocol_error = error
    body = wire.envelope(error.error, error.details)
    await answer(send, exchange, error.error.status, body, headers=(_JSON, *headers))


async def answer_bug(send: Send, exchange: Exchange, *, control: bool) -> None:
    """Report a bug of the mock, in a form that no refusal of the gateway has."""
    said = f"A bug in the mock, not an answer of the gateway. GET /_control/exchanges/{exchange.id} has more.\n"
    version = (_VERSION,) if control else ()
    bug = (b"x-mock-bug", exchange.id.encode())
    await answer(send, exchange, 500, said.encode(), headers=(_TEXT, bug, *version))


async def answer_control(send: Send, status: int, content: object, *, headers: Iterable[RawHeader] = ()) -> None:
    """Answer a request to the control API."""
    await _send(send, status, msgspec.json.encode(content), (_JSON, _VERSION, *headers))


async def answer_document(send: Send, document: bytes, file_name: str | None = None) -> None:
    """Send a YAML file; a browser saves it under `name`."""
    stored = f'attachment; filename="{file_name}"'.encode()
    headers = () if file_name is None else ((b"content-disposition", stored),)
    await _send(send, 200, document, (_YAML, _VERSION, *headers))


async def answer_control_error(
    send: Send, status: int, message: str, details: object = None, *, headers: Iterable[RawHeader] = ()
) -> None:
    """Send an error as the vendor's envelope, with the HTTP status as its code."""
    await answer_control(send, status, {"code": status, "message": message, "details": details}, headers=headers)


async def answer_redirect(send: Send, location: str) -> None:
    """Redirect a browser to another page, by GET."""
    await _send(send, 303, b"", ((b"location", location.encode()),))


async def _send(send: Send, status: int, body: bytes, headers: tuple[RawHeader, ...]) -> None:
    # Without a length the server sends the body in chunks and sets the header itself.
    length = (b"content-length", str(len(body)).encode())
    sent = [header for header in headers if header != CHUNKED] if CHUNKED in headers else [*headers, length]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
