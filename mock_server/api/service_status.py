"""The health checks (OP-3, OP-4, OP-5, OP-9)."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mock_server import wire
from mock_server.api.answers import answer, answer_protocol_error, answer_refusal
from mock_server.api.body import OVERFLOWING, keep_body
from mock_server.api.exchange import EXCHANGE, HEADERS, SESSION
from mock_server.api.faults import intercepted, select_stubs, with_effects
from mock_server.api.oversize import refused_unread
from mock_server.domain.stub import RequestFacts
from mock_server.domain.submission import Attempt, Operation, Submission
from mock_server.gateway import lookups
from mock_server.journal.exchange import Exchange
from mock_server.session.session import Session
from mock_server.wire.credentials import read_credentials

_NOTHING_SENT = Submission()


class ServiceStatusEndpoint:
    """One health check as an ASGI application; only the administrators' requires credentials."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        session: Session = scope[SESSION]
        exchange: Exchange = scope[EXCHANGE]
        headers: dict[bytes, bytes] = scope[HEADERS]
        if await refused_unread(scope, receive, send, f"{self._operation}-health"):
            return
        if not await keep_body(scope, receive, exchange, session):
            return
        selection = await select_stubs(scope, send, RequestFacts(f"{self._operation}-health"))
        if selection is None or await intercepted(scope, receive, send, selection):
            return
        send = with_effects(scope, receive, send, selection)
        if self._operation is Operation.ADMIN:
            credentials = read_credentials(headers.get(b"authorization"))
            attempt = Attempt(self._operation, credentials, _NOTHING_SENT, exchange.at, exchange.id)
            exchange.asked_with(session.policy, attempt.username)
            exchange.decision = lookups.service_status(session, attempt)
        readings = session.policy.readings
        if exchange.decision is None and not exchange.body_read:
            await answer_protocol_error(send, exchange, OVERFLOWING)
        elif exchange.decision is None:
            await answer(send, exchange, 200, wire.health_answer(session.policy.health))
        else:
            await answer_refusal(send, exchange, *wire.answer_to(exchange.decision), challenge=readings.challenge)
