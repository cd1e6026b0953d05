"""A body that its own header says is too large: refused unread, unless effect comes first."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mock_server.api.body import declares_too_much, refuse_declared
from mock_server.api.exchange import EXCHANGE, HEADERS
from mock_server.api.faults import forcing_of, intercepted, troubled
from mock_server.domain.stub import RequestFacts
from mock_server.domain.submission import BasicCredentials
from mock_server.wire.credentials import read_credentials


async def refused_unread(scope: Scope, receive: Receive, send: Send, operation: str) -> bool:
    """Answer 413 where the header alone says that the body is too large; whether that was so (BAD-5).

    A gateway that is down refuses nothing either: stubs that need nothing of the body have their say first.
    """
    headers: dict[bytes, bytes] = scope[HEADERS]
    length = declares_too_much(headers.get(b"content-length"))
    if length is None:
        return False
    credentials = read_credentials(headers.get(b"authorization"))
    caller = credentials.username if isinstance(credentials, BasicCredentials) else ""
    selection = await forcing_of(scope, send, RequestFacts(operation, caller))
    if selection is not None and not await intercepted(scope, receive, send, selection):
        await refuse_declared(length, troubled(scope, receive, send, selection), scope[EXCHANGE])
    return True
