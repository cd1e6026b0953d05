"""Parsed control requests, and the endpoint that answers them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from mock_server import wire
from mock_server.api.answers import answer_control, answer_control_error, answer_document
from mock_server.api.body import TOO_LARGE_DETAILS, Unread, read_body
from mock_server.api.disconnect import ClientGoneError, unless_gone
from mock_server.api.exchange import SESSION
from mock_server.control import MOST_LISTED, ControlRequestError, SessionControl, SessionsApi
from mock_server.explanation import masked_within

_MOST_ASKED = 100_000


T = TypeVar("T")


class Call:
    """One parsed control request: the verbs of its session, its path, query and body."""

    def __init__(
        self, sessions_api: SessionsApi, request: Request, body: Mapping[str, Any], receive: Receive
    ) -> None:
        self.sessions_api = sessions_api
        self.control: SessionControl = sessions_api.control(request.scope[SESSION])
        self.path: Mapping[str, str] = request.path_params
        self.body = body
        self._request = request
        self._receive = receive

    @property
    def origin(self) -> str:
        """Scheme and authority as the client wrote them."""
        return f"{self._request.url.scheme}://{self._request.headers.get('host') or self._request.url.netloc}"

    @property
    def base(self) -> str:
        """The base URL of the request's own session, as the client wrote it."""
        return self.origin + str(self._request.scope.get("root_path", ""))

    def query(self, *reserved: str) -> dict[str, str]:
        """The query parameters without those read elsewhere; a repeated one is an error."""
        found: dict[str, str] = {}
        for name, value in self._request.query_params.multi_items():
            if name in found:
                raise ControlRequestError(400, "Bad request", f"{name[:40]}: given twice; once is allowed")
            found[name] = value
        return {name: value for name, value in found.items() if name not in reserved}

    def no_query(self) -> None:
        """Refuse a query on an operation that takes none."""
        if self._request.query_params:
            names = ", ".join(self._request.query_params)[:200]
            raise ControlRequestError(
                400, "Bad request", f"{names}: no parameter is taken here; everything is deleted"
            )

    async def unless_gone(self, work: Awaitable[T]) -> T:
        """Await some work while the client stays connected.

        Raises:
            ClientGoneError: the client went away first; the work was broken off.
        """
        return await unless_gone(self._receive, work)

    def page(self) -> dict[str, Any]:
        """`limit` and `before` of a list."""
        query = self._request.query_params
        limit = query.get("limit", str(MOST_LISTED))
        if not (limit.isascii() and limit.isdigit()) or not 0 < int(limit[:9]) <= _MOST_ASKED or len(limit) > 9:
            raise ControlRequestError(
                400, "Bad request", f"limit: {limit[:40]!r} is not a number from 1 to {_MOST_ASKED}"
            )
        return {"limit": int(limit), "before": query.get("before")}

    def flag(self, name: str) -> bool:
        """The only allowed query parameter: a boolean, false if absent."""
        query = self.query()
        unknown = next((each for each in query if each != name), None)
        if unknown is not None:
            raise ControlRequestError(400, "Bad request", f"unknown parameter {unknown[:40]!r}; known: {name}")
        said = query.get(name, "false")
        if said not in {"true", "false"}:
            raise ControlRequestError(400, "Bad request", f"{name}: {said[:40]!r} is neither true nor false")
        return said == "true"


class Document(NamedTuple):
    """A YAML file as the content of an answer."""

    content: bytes
    file_name: str


Answer = tuple[int, object]
"""Status and content: plain data, or a `Document`."""

Verb = Callable[[Call], Awaitable[Answer]]

Table = tuple[tuple[str, dict[str, Verb]], ...]
"""Paths with a verb for each method."""


class Endpoint:
    """One control route as an ASGI application: a verb for each method."""

    def __init__(self, sessions_api: SessionsApi, verbs: Mapping[str, Verb]) -> None:
        self._sessions_api = sessions_api
        self._verbs = verbs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        try:
            body = await _read_object(receive)
            call = Call(self._sessions_api, Request(scope), body, receive)
            status, content = await self._verbs[method](call)
            if method != "GET":
                call.control.touched()
        except ClientGoneError:
            return
        except ControlRequestError as error:
            details = masked_within(error.details, scope[SESSION].secrets)
            await answer_control_error(send, error.status, error.message, details)
        else:
            if isinstance(content, Document):
                await answer_document(send, content.content, content.file_name)
            else:
                await answer_control(send, status, content)


async def _read_object(receive: Receive) -> dict[str, Any]:
    body = await read_body(receive)
    if isinstance(body, Unread):
        raise ControlRequestError(413, "Payload too large", TOO_LARGE_DETAILS)
    try:
        found = wire.decode_json(body) if body.strip() else {}
    except ValueError as error:
        raise ControlRequestError(400, "Malformed request", f"body: {error}") from None
    if not isinstance(found, dict):
        raise ControlRequestError(400, "Malformed request", "body: a JSON object is required")
    return found
