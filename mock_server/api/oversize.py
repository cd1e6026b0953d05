"""Bodies that are declared too large: refused unread, unless a stub applies first (BAD-5)."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mock_server.api.body import declares_too_much, refuse_declared
from mock_server.api.exchange import EXCHANGE, HEADERS
from mock_server.api.faults import intercepted, select_stubs, with_effects
from mock_server.domain.stub import RequestFacts
from mock_server.domain.submission import BasicCredentials
from mock_server.wire.credentials import read_credentials


async def refused_unread(scope: Scope, receive: Receive, send: Send, operation: str) -> bool:
    """Answer 413 if `Content-Length` exceeds the limit; whether it did (BAD-5).

    Stubs that do not need the body apply first: a gateway that is down refuses nothing.
    """
    headers: dict[bytes, bytes] = scope[HEADERS]
    length = declares_too_much(headers.get(b"content-length"))
    if length is None:
        return False
    credentials = read_credentials(headers.get(b"authorization"))
    caller = credentials.username if isinstance(credentials, BasicCredentials) else ""
    selection = await select_stubs(scope, send, RequestFacts(operation, caller))
    if selection is not None and not await intercepted(scope, receive, send, selection):
        await refuse_declared(length, with_effects(scope, receive, send, selection), scope[EXCHANGE])
    return True
