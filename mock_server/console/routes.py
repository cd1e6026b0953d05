"""The whole page on one screen: its views, and the shell around them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.api.guard import Access
from mock_server.console.clock import CLOCK
from mock_server.console.compose import COMPOSE
from mock_server.console.door import Door
from mock_server.console.entry import ENTRY, ENTRY_PATH, closed, enter
from mock_server.console.forcing import FORCING
from mock_server.console.health import HEALTH
from mock_server.console.inbox import INBOX
from mock_server.console.ledger import LEDGER
from mock_server.console.message import MESSAGE
from mock_server.console.page_request import Handler, PageRequest, Table
from mock_server.console.refresh import Refreshes, key_of
from mock_server.console.rendering import STATIC
from mock_server.console.scenario_text import SCENARIO_TEXT
from mock_server.console.scenarios import SCENARIOS
from mock_server.console.sessions import SESSIONS
from mock_server.console.stream import changes
from mock_server.control import ControlRequestError, SessionsApi

PREFIX = "/_console"

VIEWS: tuple[Table, ...] = (
    INBOX,
    MESSAGE,
    CLOCK,
    LEDGER,
    SCENARIO_TEXT,
    SCENARIOS,
    SESSIONS,
    FORCING,
    COMPOSE,
    HEALTH,
)

_STATIC = f"{PREFIX}/static/"

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_KEPT = "public, max-age=31536000, immutable"
"""Of files whose address holds the hash of their contents."""
_NOT_KEPT = "no-store"


def build_console(sessions_api: SessionsApi, access: Access) -> ASGIApp:
    """The console as an ASGI application; it finds the session in the scope."""
    door, beats = Door(access), Refreshes()
    pages = [
        Route(f"{PREFIX}{path}", _Page(sessions_api, door, handlers, beats), methods=list(handlers))
        for table in (*VIEWS, changes(beats))
        for path, handlers in table
    ]
    entry = Route(f"{PREFIX}{ENTRY_PATH}", _Page(sessions_api, None, enter(door), beats), methods=list(ENTRY))
    return _Shell(sessions_api, door, Router([*pages, entry], redirect_slashes=False))


class _Shell:
    """Headers that every answer has; static files; and a page for what is not there."""

    def __init__(self, sessions_api: SessionsApi, door: Door, router: Router) -> None:
        self._sessions_api = sessions_api
        self._door = door
        self._router = router
        self._static = StaticFiles(directory=STATIC)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"][len(scope.get("root_path", "")) :]
        is_static = path.startswith(_STATIC)
        versioned = is_static and bool(scope["query_string"])

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
                headers["Cache-Control"] = _KEPT if versioned and message["status"] == 200 else _NOT_KEPT
            await send(message)

        try:
            if is_static:
                inner = {**scope, "path": "/" + path.removeprefix(_STATIC), "root_path": ""}
                await self._static(inner, receive, sending)
            else:
                await self._router(scope, receive, sending)
        except HTTPException as error:
            visit = PageRequest(self._sessions_api, Request(scope, receive))
            refusal = self._door.refusal(visit.request)
            if refusal is not None:
                answer = closed(visit, refusal)
            else:
                what = "problem.wrong_method" if error.status_code == 405 else "problem.no_page"
                answer = visit.page(
                    "problem", status=error.status_code, problem=visit.words(what), details=[scope["path"][:200]]
                )
            for name, value in (error.headers or {}).items():
                answer.headers[name] = value
            await answer(scope, receive, sending)


class _Page:
    """One route: a handler for each method, for those whom the door lets in."""

    def __init__(
        self, sessions_api: SessionsApi, door: Door | None, handlers: Mapping[str, Handler], beats: Refreshes
    ) -> None:
        self._sessions_api = sessions_api
        self._door = door
        self._handlers = handlers
        self._beats = beats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = PageRequest(self._sessions_api, Request(scope, receive))
        refusal = None if self._door is None else self._door.refusal(visit.request)
        answer = closed(visit, refusal) if refusal is not None else await self._shared(visit)
        await answer(scope, receive, send)

    async def _shared(self, visit: PageRequest) -> Response:
        """What a page that is open asks for again is rendered once for all that ask for it; all else anew."""
        beat = self._beats.of(visit.control)
        if beat is None:
            return await self._answer(visit)
        if not (visit.wants_part and visit.request.method == "GET"):
            answer = await self._answer(visit)
            beat.forget()
            return answer
        with beat.looking():
            key = key_of(visit)
            found = beat.rendering(key)
            if found is None:
                found = await self._answer(visit)
                if found.status_code == 200 and visit.shareable:
                    beat.keep(key, found)
            return found

    async def _answer(self, visit: PageRequest) -> Response:
        method = "GET" if visit.request.method == "HEAD" else visit.request.method
        try:
            if method != "GET":
                await visit.read_form()
            answer = await self._handlers[method](visit)
        except ControlRequestError as error:
            return problem(visit, error)
        if method != "GET":
            visit.control.touched()
        return answer


def problem(visit: PageRequest, error: ControlRequestError) -> Response:
    """What cannot be done, said on a page."""
    return visit.page("problem", status=error.status, problem=error.message, details=visit.told(error))
