"""Faults on the transport: answers that are late, damaged, or missing.

What HTTP can say goes through the server like any answer. What breaks HTTP goes out as bytes, through the wire that
the server's protocol offers as an ASGI extension; where there is none, the wire raises what a client would see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from mock_server.api.answers import RawHeader, answer
from mock_server.api.disconnect import ClientGoneError, disconnected, unless_gone
from mock_server.api.exchange import EXCHANGE, HEADERS, SESSION
from mock_server.domain.decision import Decision, Intercepted, ProtocolError
from mock_server.domain.errors import ErrorCode, Persistence
from mock_server.domain.fault import BREAKS_THE_CONNECTION, NEEDS_A_PORT, STATUSES, Fault, FaultKind
from mock_server.domain.instants import SECOND, Instant
from mock_server.domain.requirements import assumed
from mock_server.domain.stub import RawAnswer, RequestFacts, Stage, Stub
from mock_server.domain.submission import Attempt
from mock_server.explanation import masked
from mock_server.gateway import submit
from mock_server.gateway.stub_selection import StubSelection, TransportEffect
from mock_server.journal.exchange import Exchange
from mock_server.ports import WIRE, TransportFaultError, Wire
from mock_server.scenario.outcome_header import NAME, parse_outcome
from mock_server.session.session import Session
from mock_server.wire import envelope

NO_OUTCOME = ErrorCode(400, 400, "Bad X-Mock-Outcome", Persistence.PERMANENT, assumed("BAD-1"))
"""The answer to an `X-Mock-Outcome` that cannot be parsed; the gateway itself never gives it."""

_HTML: RawHeader = (b"content-type", b"text/html; charset=utf-8")
_TEXT: RawHeader = (b"content-type", b"text/plain; charset=utf-8")
_CLOSE: RawHeader = (b"connection", b"close")
_PAGE = """<!DOCTYPE html>
<html>
<head><title>{status} {phrase}</title></head>
<body>
<center><h1>{status} {phrase}</h1></center>
<hr><center>proxy</center>
</body>
</html>
"""


async def select_stubs(scope: Scope, send: Send, asked: RequestFacts) -> StubSelection | None:
    """The stubs for a request, its header's included; `None` if the header was refused."""
    session: Session = scope[SESSION]
    exchange: Exchange = scope[EXCHANGE]
    header: bytes | None = scope[HEADERS].get(b"x-mock-outcome")
    if header is None or not session.scenario.outcome_header:
        return StubSelection(session, asked, exchange.at)
    try:
        # Repeated headers count as one with commas; `HEADERS` has only the last of them.
        whole = b",".join(value for name, value in scope["headers"] if name == b"x-mock-outcome")
        forced = _forced_by(whole, session)
    except ValueError as error:
        said = masked(f"{NAME}: {error}", session.secrets)
        exchange.protocol_error = ProtocolError(NO_OUTCOME, NAME, None, said)
        await answer(send, exchange, 400, envelope(NO_OUTCOME, said))
        return None
    return StubSelection(session, asked, exchange.at, forced)


def _forced_by(header: bytes, session: Session) -> Stub:
    stub = parse_outcome(header.decode("latin-1"))
    fault = stub.outcome.fault
    if fault is not None and fault.kind in NEEDS_A_PORT and not session.on_a_port():
        raise ValueError(NEEDS_A_PORT[fault.kind])
    return stub


async def intercepted(
    scope: Scope, receive: Receive, send: Send, selection: StubSelection, attempt: Attempt | None = None
) -> bool:
    """Let a stub answer instead of the gateway, or block the request; whether one did."""
    stub = selection.at(Stage.ARRIVAL)
    if stub is None or not stub.outcome.intercepts:
        return False
    exchange: Exchange = scope[EXCHANGE]
    exchange.decision = (
        Decision(Intercepted(), stub.name, None, forced=True)
        if attempt is None
        else await submit.intercept(selection.session, attempt, stub)
    )
    record_stubs(exchange, selection)
    effect = selection.effect
    if stub.outcome.answer is not None:
        # A stub's answer can have a delay and a fault, as the gateway's can.
        way = send if effect is None else _AffectedAnswer(scope, receive, send, effect, selection.session)
        await _answer_raw(way, exchange, stub.outcome.answer)
    elif effect is not None and effect.fault and await _waited(receive, effect, selection.session, exchange):
        await _Damage(scope, receive, send, effect.fault).in_place_of_an_answer()
    return True


def with_effects(scope: Scope, receive: Receive, send: Send, selection: StubSelection) -> Send:
    """The `send` for the gateway's answer: wrapped if the stubs have an effect on the transport."""
    record_stubs(scope[EXCHANGE], selection)
    effect = None if selection.idle else selection.effect
    if effect is None:
        return send
    return _AffectedAnswer(scope, receive, send, effect, selection.session)


def record_stubs(exchange: Exchange, selection: StubSelection) -> None:
    """Record which stubs applied, and their effect on the transport."""
    exchange.stubs_in_force = selection.session.state.stubs.in_force()
    if not selection.idle and (selection.names or selection.near):
        exchange.stubs = selection.names
        exchange.near = tuple(selection.near)
        effect = selection.effect
        exchange.transport_effect = None if effect is None else str(effect)


class _AffectedAnswer:
    """Collects an answer, waits for its delay and hold, and sends it with its fault."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, effect: TransportEffect, session: Session) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._effect = effect
        self._session = session
        self._start: Message = {}

    async def __call__(self, message: Message) -> None:
        """Collect one part of the answer."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        exchange: Exchange = self._scope[EXCHANGE]
        if not await _waited(self._receive, self._effect, self._session, exchange):
            return
        fault = self._effect.fault
        if fault is None:
            await self._send(self._start)
            await self._send(message)
            return
        damage = _Damage(self._scope, self._receive, self._send, fault)
        await damage.to_an_answer(self._start["status"], self._start["headers"], message["body"])


async def _waited(receive: Receive, effect: TransportEffect, session: Session, exchange: Exchange) -> bool:
    """Wait for delay and hold; whether the client is still connected then."""
    waits: list[Awaitable[Any]] = []
    if effect.delay and effect.virtual:
        waits.append(session.presence.timers.until(Instant(session.now() + effect.delay)))
    elif effect.delay:
        waits.append(asyncio.sleep(effect.delay / SECOND))
    if effect.hold:
        waits.append(session.presence.held_answers.wait(exchange.id))
    if not waits:
        return True
    try:
        await unless_gone(receive, asyncio.gather(*waits))
    except ClientGoneError:
        _record_disconnect(exchange)
        return False
    return True


def _record_disconnect(exchange: Exchange) -> None:
    exchange.transport_effect = f"{exchange.transport_effect}; the client left before the end of it"


class _Damage:
    """One fault, applied to one answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._fault = fault
        self._exchange: Exchange = scope[EXCHANGE]

    async def in_place_of_an_answer(self) -> None:
        """Apply the fault to a request that the gateway never sees."""
        await self.to_an_answer(0, (), b"")

    async def to_an_answer(self, status: int, headers: Iterable[RawHeader], body: bytes) -> None:
        """Apply the fault to the gateway's answer."""
        kind = self._fault.kind
        if kind in STATUSES:
            await self._answer_of_a_proxy()
        elif kind is FaultKind.BROKEN_JSON:
            await self._send_whole(status, headers, body[: len(body) * 2 // 3])
        elif kind is FaultKind.WRONG_CONTENT_TYPE:
            kept = [header for header in headers if header[0] != b"content-type"]
            await self._send_whole(status, [_HTML, *kept], body)
        else:
            await self._break(status, headers, body)

    async def _answer_of_a_proxy(self) -> None:
        status = self._fault.status or STATUSES[self._fault.kind]
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
        retry = self._fault.retry_after
        headers = [] if retry is None else [(b"retry-after", str(retry).encode())]
        if self._fault.kind is FaultKind.HTML_PAGE:
            page = _PAGE.format(status=status, phrase=phrase).encode()
            await answer(self._send, self._exchange, status, page, headers=(_HTML, *headers))
        else:
            await answer(self._send, self._exchange, status, f"{phrase}\n".encode(), headers=(_TEXT, *headers))

    async def _send_whole(self, status: int, headers: Iterable[RawHeader], body: bytes) -> None:
        kept = [header for header in headers if header[0] != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await self._send({"type": "http.response.start", "status": status, "headers": [*kept, length]})
        await self._send({"type": "http.response.body", "body": body})

    async def _break(self, status: int, headers: Iterable[RawHeader], body: bytes) -> None:
        """Write raw bytes to the connection, and end it."""
        wire: Wire | None = self._scope.get("extensions", {}).get(WIRE)
        if wire is None:
            await self._break_in_process(status, headers, body)
            return
        await self._break_on(wire, status, headers, body)
        await disconnected(self._receive)

    async def _break_in_process(self, status: int, headers: Iterable[RawHeader], body: bytes) -> None:
        kind = self._fault.kind
        if kind in BREAKS_THE_CONNECTION or kind in NEEDS_A_PORT:
            raise TransportFaultError(kind)
        # Clients read only as many bytes as the length declares.
        read = body if kind is FaultKind.CLOSED_IDLE else body[: len(body) // 2]
        await self._send_whole(status, headers, read)

    async def _break_on(self, wire: Wire, status: int, headers: Iterable[RawHeader], body: bytes) -> None:
        match self._fault.kind:
            case FaultKind.RESET | FaultKind.DOWN:
                wire.reset()
            case FaultKind.EMPTY:
                wire.close()
            case FaultKind.HANG:
                return
            case FaultKind.CLOSED_IDLE:
                _end(wire, _head(status, headers) + body)
            case FaultKind.SLOW_DRIP:
                await self._drip(wire, _head(status, [*headers, _CLOSE]) + body)
            case FaultKind.TRUNCATED_BODY:
                _end(wire, _head(status, [*headers, _CLOSE]) + body[: len(body) // 2])
            case FaultKind.WRONG_CONTENT_LENGTH:
                short = (b"content-length", str(len(body) // 2).encode())
                _end(wire, _head(status, [*_without_length(headers), short, _CLOSE]) + body)
            case FaultKind.MALFORMED_CHUNK:
                chunked = (b"transfer-encoding", b"chunked")
                half = len(body) // 2
                chunks = b"%x\r\n%b\r\nno size\r\n%b\r\n0\r\n\r\n" % (half, body[:half], body[half:])
                _end(wire, _head(status, [*_without_length(headers), chunked, _CLOSE]) + chunks)

    async def _drip(self, wire: Wire, answer_bytes: bytes) -> None:
        async def drip() -> None:
            for byte in answer_bytes[:-1]:
                wire.write(bytes((byte,)))
                await asyncio.sleep(self._fault.interval / SECOND)
            wire.write(answer_bytes[-1:])
            wire.close()

        try:
            await unless_gone(self._receive, drip())
        except ClientGoneError:
            _record_disconnect(self._exchange)


async def _answer_raw(send: Send, exchange: Exchange, raw: RawAnswer) -> None:
    named = {name.lower() for name, _ in raw.headers}
    # Lower case, as ASGI requires.
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in raw.headers]
    if raw.body and "content-type" not in named:
        headers.append((b"content-type", b"application/json"))
    await answer(send, exchange, raw.status, raw.body, headers=tuple(headers))


def _end(wire: Wire, raw: bytes) -> None:
    wire.write(raw)
    wire.close()


def _without_length(headers: Iterable[RawHeader]) -> list[RawHeader]:
    return [header for header in headers if header[0] != b"content-length"]


def _head(status: int, headers: Iterable[RawHeader]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    lines = [f"HTTP/1.1 {status} {phrase}".encode(), *(b": ".join(header) for header in headers)]
    return b"\r\n".join((*lines, b"", b""))
