"""Reading a request body up to the largest size that is allowed (BAD-5)."""

from __future__ import annotations

from enum import Enum

from starlette.types import Receive, Scope, Send

from mock_server.api.answers import answer_protocol_error
from mock_server.domain.decision import ProtocolError
from mock_server.domain.errors import TOO_LARGE
from mock_server.domain.requirements import assumed
from mock_server.journal.exchange import Exchange
from mock_server.session.session import Session

LARGEST_BODY = 1024 * 1024
"""Bytes (BAD-5)."""

_BAD_5 = assumed("BAD-5")

TOO_LARGE_DETAILS = f"body: at most {LARGEST_BODY // 2**20} MiB is allowed"
"""Of a control request."""

OVERFLOWING = ProtocolError(TOO_LARGE, "size", _BAD_5, f"body: at most {LARGEST_BODY} bytes are allowed")
"""The error for a body whose size shows only while it is read."""


class Unread(Enum):
    """Why there is no body."""

    TOO_LARGE = "too large"
    DISCONNECTED = "disconnected"


async def read_body(receive: Receive) -> bytes | Unread:
    """Read the whole body; the server discards what exceeds the limit."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return Unread.DISCONNECTED
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= LARGEST_BODY else Unread.TOO_LARGE
    chunks, length = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            return Unread.DISCONNECTED
        chunk = message.get("body", b"")
        chunks.append(chunk)
        length += len(chunk)
        if length > LARGEST_BODY:
            return Unread.TOO_LARGE
    return b"".join(chunks)


async def keep_body(scope: Scope, receive: Receive, exchange: Exchange, session: Session) -> bool:
    """Record a body that no endpoint parses; whether the client is still connected."""
    if declares_too_much(dict(scope["headers"]).get(b"content-length")) is not None:
        return True
    body = await read_body(receive)
    if isinstance(body, bytes):
        session.state.journal.record_body(exchange, body, session.now(), session.secrets)
    exchange.disconnected = body is Unread.DISCONNECTED
    return not exchange.disconnected


async def refuse_declared(length: int, send: Send, exchange: Exchange) -> None:
    """Answer 413 to a body that its `Content-Length` declares too large."""
    exchange.body_length = length
    details = f"Content-Length: {length}; at most {LARGEST_BODY} bytes are allowed"
    await answer_protocol_error(send, exchange, ProtocolError(TOO_LARGE, "size", _BAD_5, details))


def declares_too_much(content_length: bytes | None) -> int | None:
    """The declared length of a body that is too large; `None` for any other."""
    if content_length is None or not content_length.isdigit():
        return None
    length = int(content_length[:20])
    return length if length > LARGEST_BODY else None
