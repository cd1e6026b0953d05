"""The Message Status API: look-ups by id, by number and by reference (OP-7, MS-1 to MS-5)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from mock_server.api.answers import answer, answer_protocol_error
from mock_server.api.exchange import EXCHANGE, HEADERS, SESSION
from mock_server.api.faults import intercepted, select_stubs, with_effects
from mock_server.api.oversize import refused_unread
from mock_server.domain.decision import ProtocolError
from mock_server.domain.errors import FORBIDDEN, MALFORMED, NOT_FOUND
from mock_server.domain.instants import Instant, instant_of
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.stub import RequestFacts
from mock_server.gateway import lookups
from mock_server.journal.exchange import Exchange
from mock_server.session.session import Session


class _AnyText(Convertor[str]):
    """A path parameter that may hold slashes and line breaks."""

    regex = "(?s:.+)"

    def convert(self, value: str) -> str:
        """Return the text unchanged."""
        return value

    def to_string(self, value: str) -> str:
        """Return the text unchanged."""
        return value


register_url_convertor("anything", _AnyText())

LookUp = Callable[[Session, str, Instant | None, int], Awaitable[bytes]]

_MS_1 = documented("MS-1")
_MS_3 = assumed("MS-3")
_DEFAULT_COUNT, _MOST = 50, 100
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE
)
"""RFC 3339, with any number of decimals."""


class _RefusalError(Exception):
    """Why the request is rejected."""

    def __init__(self, error: ProtocolError) -> None:
        super().__init__(error.details)
        self.error = error


class StatusEndpoint:
    """One look-up as an ASGI application: by id, or with `many` by number or reference."""

    def __init__(self, look_up: LookUp | None = None) -> None:
        self._look_up = look_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        session: Session = scope[SESSION]
        exchange: Exchange = scope[EXCHANGE]
        headers: dict[bytes, bytes] = scope[HEADERS]
        if not scope["path_params"]["key"]:
            raise HTTPException(404)
        if await refused_unread(scope, receive, send, "look-up"):
            return
        selection = await select_stubs(scope, send, RequestFacts("look-up"))
        if selection is None or await intercepted(scope, receive, send, selection):
            return
        send = with_effects(scope, receive, send, selection)
        exchange.policy = session.policy
        try:
            _authorize(session, headers.get(b"x-api-key"))
            body = await self._found(session, Request(scope))
        except _RefusalError as refusal:
            await answer_protocol_error(send, exchange, refusal.error)
        else:
            await answer(send, exchange, 200, body)

    async def _found(self, session: Session, request: Request) -> bytes:
        key: str = request.path_params["key"]
        if self._look_up is not None:
            return await self._look_up(session, key, _send_date(request), _count(request))
        found = await lookups.message_status(session, key)
        if found is None:
            raise _RefusalError(ProtocolError(NOT_FOUND, "message id", _MS_3, "no message has this id"))
        return found


def _authorize(session: Session, presented: bytes | None) -> None:
    key = None if presented is None else presented.decode("latin-1")
    if key not in session.policy.api_keys:
        details = "X-Api-Key: missing" if key is None else "X-Api-Key: not valid"
        raise _RefusalError(ProtocolError(FORBIDDEN, "api key", _MS_1, details))


def _count(request: Request) -> int:
    values = request.query_params.getlist("count")
    if not values:
        return _DEFAULT_COUNT
    given = values[-1]
    if not (given.isascii() and given.isdigit() and len(given) <= 18 and 1 <= int(given) <= _MOST):
        raise _RefusalError(
            ProtocolError(MALFORMED, "count", _MS_3, f"count: {given[:40]!r}; a number from 1 to {_MOST}")
        )
    return int(given)


def _send_date(request: Request) -> Instant | None:
    values = request.query_params.getlist("sendDate")
    if not values:
        return None
    try:
        # An unescaped plus sign was decoded as a space; in a date it can only be part of the offset.
        return _moment(values[-1].replace(" ", "+"))
    except ValueError as error:
        said = f"sendDate: {values[-1][:40]!r} {error}"
        raise _RefusalError(ProtocolError(MALFORMED, "sendDate", _MS_3, said)) from None


def _moment(text: str) -> Instant:
    """The instant of any date-time, clamped to the range of instants."""
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        raise ValueError("must be a date-time with its offset, such as '2026-01-15T09:00:00Z'")
    whole, decimals, offset = found.groups()
    try:
        return instant_of(datetime.fromisoformat(f"{whole}{(decimals or '')[:7]}{offset}".upper()))
    except ValueError:
        raise ValueError("is no date and time of the calendar") from None
