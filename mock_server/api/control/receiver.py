"""`POST /_control/receiver/<name>`: a receiver as a remote webhook sender sees it."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.answers import answer_control, answer_control_error
from mock_server.api.body import TOO_LARGE_DETAILS, Unread, read_body
from mock_server.api.exchange import HEADERS, SESSION
from mock_server.control import ControlRequestError, DeliveryVerbs
from mock_server.session.receivers import Behaviour
from mock_server.session.session import Session

_BODILESS = frozenset({204, 205, 304})
"""Statuses whose answers have no body in HTTP."""


class ReceiverEndpoint:
    """Records each POST, and answers as instructed; `others` serves all other methods."""

    def __init__(self, others: ASGIApp) -> None:
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] != "POST":
            await self._others(scope, receive, send)
            return
        session: Session = scope[SESSION]
        body = await read_body(receive)
        if body is Unread.DISCONNECTED:
            return
        if isinstance(body, Unread):
            await answer_control_error(send, 413, "Payload too large", TOO_LARGE_DETAILS)
            return
        content_type: str = scope[HEADERS].get(b"content-type", b"").decode("latin-1")
        try:
            answer = DeliveryVerbs(session).receive(scope["path_params"]["name"], body, content_type)
        except ControlRequestError as error:
            await answer_control_error(send, error.status, error.message, error.details)
            return
        if answer is Behaviour.REDIRECT:
            await answer_control(send, 307, {}, headers=[(b"location", b"/_ready")])
        elif isinstance(answer, Behaviour):
            # Neither answer nor close: the sender has to time out.
            while (await receive())["type"] != "http.disconnect":
                pass
        elif answer in _BODILESS:
            await send({"type": "http.response.start", "status": answer, "headers": []})
            await send({"type": "http.response.body"})
        else:
            await answer_control(send, answer, {})
