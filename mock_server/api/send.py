"""The send operations: `POST /api/Admin/send` and `POST /api/Services/send` (OP-1, OP-2, OP-8)."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mock_server import wire
from mock_server.api.answers import answer, answer_refusal
from mock_server.api.body import LARGEST_BODY, Unread, read_body
from mock_server.api.exchange import EXCHANGE, HEADERS, SESSION
from mock_server.api.faults import intercepted, select_stubs, with_effects
from mock_server.api.oversize import refused_unread
from mock_server.domain.errors import TOO_LARGE, UNSUPPORTED_MEDIA_TYPE
from mock_server.domain.requirements import assumed
from mock_server.domain.stub import facts_of
from mock_server.domain.submission import Attempt, Operation, Submission, Unreadable
from mock_server.gateway import submit
from mock_server.gateway.stub_selection import StubSelection
from mock_server.journal.exchange import Exchange
from mock_server.session.registry import DEFAULT
from mock_server.session.session import Session
from mock_server.wire.credentials import read_credentials

_BAD_4 = assumed("BAD-4")
_BAD_5 = assumed("BAD-5")

_LONGEST_NUMBER = 64

_OVERFLOWING = Unreadable(TOO_LARGE, _BAD_5, f"body: at most {LARGEST_BODY} bytes are allowed")


class SendEndpoint:
    """One send operation as an ASGI application: read, ask the gateway, record, answer."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        session: Session = scope[SESSION]
        exchange: Exchange = scope[EXCHANGE]
        headers: dict[bytes, bytes] = scope[HEADERS]
        exchange.operation = self._operation
        if await refused_unread(scope, receive, send, self._operation):
            return
        body = await read_body(receive)
        if body is Unread.DISCONNECTED:
            exchange.disconnected = True
            return
        content = self._content(session, exchange, body, headers.get(b"content-type"))
        credentials = read_credentials(headers.get(b"authorization"))
        asks_back = isinstance(content, Submission) and content.webhook is not None
        receivers = _receivers(scope, session) if asks_back else ()
        attempt = Attempt(self._operation, credentials, content, exchange.at, exchange.id, receivers)
        exchange.asked_with(session.policy, attempt.username)
        selection = await select_stubs(scope, send, facts_of(attempt))
        if selection is not None and not await intercepted(scope, receive, send, selection, attempt):
            await self._decide(scope, receive, send, attempt, selection)

    async def _decide(
        self, scope: Scope, receive: Receive, send: Send, attempt: Attempt, selection: StubSelection
    ) -> None:
        session: Session = scope[SESSION]
        exchange: Exchange = scope[EXCHANGE]
        decision = exchange.decision = await submit.submit(session, attempt, selection)
        send = with_effects(scope, receive, send, selection)
        readings = session.policy.readings
        status, answer_body = wire.answer_to(decision, provider_null=readings.provider_null_when_not_detailed)
        if status == 401:
            await answer_refusal(send, exchange, status, answer_body, challenge=readings.challenge)
        else:
            await answer(send, exchange, status, answer_body)

    def _content(
        self, session: Session, exchange: Exchange, body: bytes | Unread, content_type: bytes | None
    ) -> Submission | Unreadable:
        if isinstance(body, Unread):
            return _OVERFLOWING
        session.state.journal.record_body(exchange, body, session.now(), session.secrets)
        if content_type and not wire.is_json(content_type):
            shown = content_type[:80].decode("latin-1")
            return Unreadable(
                UNSUPPORTED_MEDIA_TYPE, _BAD_4, f"Content-Type: {shown!r}; application/json is required"
            )
        content = wire.read_submission(body, self._operation)
        if isinstance(content, Submission):
            # A longer text is no number; it stays in the body, whose memory is bounded.
            exchange.destination = content.destination if len(content.destination) <= _LONGEST_NUMBER else ""
        return content


def _receivers(scope: Scope, session: Session) -> tuple[str, ...]:
    """The beginnings of the URLs of the session's own receivers, as this client would write them."""
    host = scope[HEADERS].get(b"host", b"").decode("latin-1")
    origin = f"{scope.get('scheme', 'http')}://{host}"
    named = f"{origin}/~{session.name}/_control/receiver/"
    return (named, f"{origin}/_control/receiver/") if session.name == DEFAULT else (named,)
