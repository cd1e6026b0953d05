"""`/_control` and `/_ready`: the tester's verbs over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from mock_server import wire
from mock_server.api.answers import answer_control, answer_control_error, answer_document
from mock_server.api.body import Unread, read_body
from mock_server.api.exchange import SESSION
from mock_server.api.receiver import ReceiverEndpoint
from mock_server.control import MOST_LISTED, Control, ControlError, Worlds
from mock_server.documents import documents
from mock_server.explanation import masked, masked_within


class Call:
    """One control request, read: the verbs of its session, its path, query and body."""

    def __init__(self, worlds: Worlds, request: Request, body: Mapping[str, Any]) -> None:
        self.worlds = worlds
        self.control: Control = worlds.control(request.scope[SESSION])
        self.path: Mapping[str, str] = request.path_params
        self.body = body
        self._request = request

    @property
    def origin(self) -> str:
        """Scheme and authority as the client wrote them."""
        return f"{self._request.url.scheme}://{self._request.headers.get('host') or self._request.url.netloc}"

    @property
    def base(self) -> str:
        """The base URL of the request's own session, as the client wrote it."""
        return self.origin + str(self._request.scope.get("root_path", ""))

    def page(self) -> dict[str, Any]:
        """`limit` and `before` of a list."""
        query = self._request.query_params
        limit = query.get("limit", str(MOST_LISTED))
        if not (limit.isascii() and limit.isdigit()) or not 0 < int(limit[:9]) <= _MOST_ASKED or len(limit) > 9:
            raise ControlError(400, "Bad request", f"limit: {limit[:40]!r} is not a number from 1 to {_MOST_ASKED}")
        return {"limit": int(limit), "before": query.get("before")}


Answer = tuple[int, object]
Verb = Callable[[Call], Awaitable[Answer]]

_MOST_ASKED = 100_000


async def _ready(call: Call) -> Answer:
    return 200, {"ready": True, **call.control.session()}


async def _exchanges(call: Call) -> Answer:
    return 200, await call.control.exchanges(**call.page())


async def _exchange(call: Call) -> Answer:
    return 200, await call.control.exchange(call.path["id"])


async def _messages(call: Call) -> Answer:
    return 200, await call.control.messages(**call.page())


async def _reset(call: Call) -> Answer:
    return 200, await call.control.reset()


async def _message(call: Call) -> Answer:
    return 200, await call.control.delivery.message(call.path["id"])


async def _push(call: Call) -> Answer:
    return 200, await call.control.delivery.push(call.path["id"], call.body)


async def _resend(call: Call) -> Answer:
    return 200, await call.control.delivery.resend(call.path["id"])


async def _webhooks(call: Call) -> Answer:
    return 200, await call.control.delivery.webhooks(limit=call.page()["limit"])


async def _received(call: Call) -> Answer:
    return 200, call.control.delivery.received(call.path["name"])


async def _forget(call: Call) -> Answer:
    return 200, call.control.delivery.forget(call.path["name"])


async def _instruct(call: Call) -> Answer:
    return 200, call.control.delivery.instruct(call.path["name"], call.body)


async def _clock(call: Call) -> Answer:
    return 200, call.control.clock.show()


async def _advance(call: Call) -> Answer:
    return 200, await call.control.clock.advance(call.body)


async def _freeze(call: Call) -> Answer:
    return 200, await call.control.clock.freeze(call.body)


async def _resume(call: Call) -> Answer:
    return 200, await call.control.clock.resume(call.body)


async def _scenario(call: Call) -> Answer:
    return 200, call.control.scenario()


async def _patch_scenario(call: Call) -> Answer:
    return 200, await call.control.patch_scenario(call.body)


async def _sessions(call: Call) -> Answer:
    return 200, call.worlds.all()


async def _create_session(call: Call) -> Answer:
    created = call.worlds.create(call.body)
    return 201, call.worlds.control(created).session() | {"base_url": f"{call.origin}/~{created.name}"}


async def _session(call: Call) -> Answer:
    session = call.worlds.named(call.path["name"])
    return 200, call.worlds.control(session).session() | {"base_url": f"{call.origin}/~{session.name}"}


async def _delete_session(call: Call) -> Answer:
    return 200, call.worlds.delete(call.path["name"])


async def _documents(call: Call) -> Answer:
    return 200, {"documents": [f"{call.base}/_control/openapi/{name}" for name in documents()]}


class Endpoint:
    """One control route as an ASGI application: a verb for each method."""

    def __init__(self, worlds: Worlds, verbs: Mapping[str, Verb]) -> None:
        self._worlds = worlds
        self._verbs = verbs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        try:
            body = await _read_object(receive)
            status, content = await self._verbs[method](Call(self._worlds, Request(scope), body))
        except ControlError as error:
            details = masked_within(error.details, scope[SESSION].secrets)
            await answer_control_error(send, error.status, error.message, details)
        else:
            await answer_control(send, status, content)


async def _read_object(receive: Receive) -> dict[str, Any]:
    body = await read_body(receive)
    if isinstance(body, Unread):
        raise ControlError(413, "Payload too large", "body: at most 1 MiB is allowed")
    try:
        found = wire.decoded(body) if body.strip() else {}
    except ValueError as error:
        raise ControlError(400, "Malformed request", f"body: {error}") from None
    if not isinstance(found, dict):
        raise ControlError(400, "Malformed request", "body: a JSON object is required")
    return found


_TABLE: tuple[tuple[str, dict[str, Verb]], ...] = (
    ("/_ready", {"GET": _ready}),
    ("/_control/exchanges", {"GET": _exchanges}),
    ("/_control/exchanges/{id}", {"GET": _exchange}),
    ("/_control/messages", {"GET": _messages}),
    ("/_control/messages/{id}", {"GET": _message}),
    ("/_control/messages/{id}/status", {"POST": _push}),
    ("/_control/messages/{id}/resend", {"POST": _resend}),
    ("/_control/webhooks", {"GET": _webhooks}),
    ("/_control/reset", {"POST": _reset}),
    ("/_control/clock", {"GET": _clock}),
    ("/_control/clock/advance", {"POST": _advance}),
    ("/_control/clock/freeze", {"POST": _freeze}),
    ("/_control/clock/resume", {"POST": _resume}),
    ("/_control/scenario", {"GET": _scenario, "PATCH": _patch_scenario}),
    ("/_control/openapi", {"GET": _documents}),
    ("/_control/sessions", {"GET": _sessions, "POST": _create_session}),
    ("/_control/sessions/{name}", {"GET": _session, "DELETE": _delete_session}),
)


class DocumentEndpoint:
    """The OpenAPI documents, as they are shipped."""

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Serve one request."""
        name = scope["path_params"]["name"]
        found = documents().get(name)
        if found is None:
            known = masked(f"no document {name!r}; known: {', '.join(documents())}", scope[SESSION].secrets)
            await answer_control_error(send, 404, "Unknown document", known)
        else:
            await answer_document(send, found.read_bytes())


_RECEIVER: dict[str, Verb] = {"GET": _received, "PUT": _instruct, "DELETE": _forget}


def control_routes(worlds: Worlds) -> list[BaseRoute]:
    """All routes of the control API."""
    routes = [Route(path, Endpoint(worlds, verbs), methods=list(verbs)) for path, verbs in _TABLE]
    receiver = "/_control/receiver/{name}"
    routes.append(Route(receiver, Endpoint(worlds, _RECEIVER), methods=list(_RECEIVER)))
    routes.append(Route(receiver, ReceiverEndpoint(), methods=["POST"]))
    return [*routes, Route("/_control/openapi/{name}", DocumentEndpoint(), methods=["GET"])]
