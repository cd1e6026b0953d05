"""The outermost middleware: the session of a request, its journal entry, and the answer to a bug of the mock."""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from contextlib import suppress
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.answers import answer_bug, answer_control_error, answer_protocol_error, answer_redirect
from mock_server.api.body import keep_body
from mock_server.api.disconnect import disconnected
from mock_server.domain.decision import ProtocolError
from mock_server.domain.errors import METHOD_NOT_ALLOWED, NOT_FOUND
from mock_server.domain.requirements import assumed
from mock_server.domain.secrets import Secrets
from mock_server.explanation import masked
from mock_server.journal.exchange import Exchange
from mock_server.ports import WIRE, TransportFaultError, Wire
from mock_server.session.registry import DEFAULT, Sessions
from mock_server.session.session import Session

SESSION, EXCHANGE, HEADERS = "mock.session", "mock.exchange", "mock.headers"
"""Keys of the ASGI scope: the `Session`, the `Exchange` of a vendor request, and the headers as a dictionary."""

_OURS = re.compile(r"/(?:_control|_ready|_console)(?:/|\Z)")
_READING = frozenset({"GET", "HEAD"})
_PREFIX = "/~"

_BAD_5 = assumed("BAD-5")

logger = logging.getLogger("mock_server")


class ExchangeMiddleware:
    """Find the session, open the journal entry, and answer unexpected exceptions.

    The session is named by the path prefix `/~name`, else by the header `X-Mock-Session`, else it is `default`.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's lifespan."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = scope[HEADERS] = dict(scope["headers"])
        path = _route_path(scope)
        if path.startswith(_PREFIX):
            name, path = _take_prefix(scope, path)
        else:
            name = headers[b"x-mock-session"].decode("latin-1") if b"x-mock-session" in headers else DEFAULT
        session = self._sessions.get(name)
        # With an application in the scope the router raises its 404 and 405; without one it answers them itself.
        scope["app"] = self
        if session is None:
            await self._answer_missing(scope, send, name)
            return
        scope[SESSION] = session
        if not (_OURS.match(path) or (path == "/" and scope["method"] in _READING)):
            scope[EXCHANGE] = _open(session, scope)
        with session.presence.usage:
            try:
                await _serve(self._app, scope, receive, send)
            except HTTPException as error:
                await _answer_unrouted(scope, receive, send, error)
            except TransportFaultError:
                # In process there is no connection to break: the caller gets the exception instead.
                raise
            except Exception:
                await _answer_bug(scope, send, session)
            finally:
                if EXCHANGE in scope:
                    exchange: Exchange = scope[EXCHANGE]
                    session.state.journal.settle(exchange, headers.get(b"authorization"))
                    session.presence.subscriptions.exchanges.publish(exchange)

    async def _answer_missing(self, scope: Scope, send: Send, name: str) -> None:
        if _wants_a_page(scope):
            # A person gets the list of sessions; requests of an open page for parts of itself get the error.
            await answer_redirect(send, f"/_console/sessions?{urlencode({'missing': name})}")
            return
        default = self._sessions.get(DEFAULT)
        details = masked(self._sessions.missing(name), Secrets() if default is None else default.secrets)
        await answer_control_error(send, 404, "Unknown session", details)


async def _answer_unrouted(scope: Scope, receive: Receive, send: Send, error: HTTPException) -> None:
    """Answer an unknown path or method (BAD-5)."""
    wrong_method = error.status_code == METHOD_NOT_ALLOWED.status
    allow = [(b"allow", value.encode()) for name, value in (error.headers or {}).items() if name == "Allow"]
    catalogued = METHOD_NOT_ALLOWED if wrong_method else NOT_FOUND
    exchange: Exchange | None = scope.get(EXCHANGE)
    if exchange is None:
        details = masked(f"{scope['method']} {_route_path(scope)}", scope[SESSION].secrets)
        await answer_control_error(send, catalogued.status, catalogued.message, details, headers=allow)
    elif await keep_body(scope, receive, exchange, scope[SESSION]):
        rule = "method" if wrong_method else "path"
        await answer_protocol_error(send, exchange, ProtocolError(catalogued, rule, _BAD_5), headers=allow)


async def _serve(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request; if the server stops meanwhile, close the connection without another byte.

    The server would answer 500 otherwise, in the middle of a slow answer too: an answer that no gateway gives.
    """
    try:
        await app(scope, receive, send)
    except asyncio.CancelledError:
        connection: Wire | None = scope.get("extensions", {}).get(WIRE)
        if connection is None:
            raise
        connection.close()
        with suppress(asyncio.CancelledError):  # The loop may end before the connection has.
            await disconnected(receive)


async def _answer_bug(scope: Scope, send: Send, session: Session) -> None:
    """Record an unexpected exception in the journal, and answer that the mock has a bug."""
    exchange: Exchange | None = scope.get(EXCHANGE)
    control = exchange is None
    if exchange is None:
        # A control request has no journal entry; the bug gets one.
        exchange = scope[EXCHANGE] = _open(session, scope)
    exchange.bug = traceback.format_exc()
    # The traceback may hold a secret: the journal masks it, a log would not.
    logger.error("bug in the mock: exchange %s of session %s", exchange.id, session.name)
    if exchange.status is None:
        await answer_bug(send, exchange, control=control)


def _wants_a_page(scope: Scope) -> bool:
    headers = scope[HEADERS]
    by_a_person = b"text/html" in headers.get(b"accept", b"") and b"hx-request" not in headers
    return by_a_person and scope["method"] in _READING and _route_path(scope).startswith("/_console")


def _take_prefix(scope: Scope, path: str) -> tuple[str, str]:
    """The session that the path names, and the rest of the path.

    The prefix becomes part of the root path, as for a mounted application.
    """
    name, slash, rest = path[len(_PREFIX) :].partition("/")
    scope["root_path"] = scope.get("root_path", "") + _PREFIX + name
    return name, slash + rest


def _route_path(scope: Scope) -> str:
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root) else path


def _open(session: Session, scope: Scope) -> Exchange:
    target: bytes = scope.get("raw_path") or scope["path"].encode()
    if scope["query_string"]:
        target += b"?" + scope["query_string"]
    return session.state.journal.open(session.now(), scope["method"], target, scope["headers"])
