"""All views of the console, and the application around them."""

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
"""The caching of files whose address contains the hash of their contents."""
_NOT_KEPT = "no-store"


def build_console(sessions_api: SessionsApi, access: Access) -> ASGIApp:
    """The console as an ASGI application; the session is in the scope."""
    door, refreshes = Door(access), Refreshes()
    pages = [
        Route(f"{PREFIX}{path}", _Page(sessions_api, door, handlers, refreshes), methods=list(handlers))
        for table in (*VIEWS, changes(refreshes))
        for path, handlers in table
    ]
    entry = Route(f"{PREFIX}{ENTRY_PATH}", _Page(sessions_api, None, enter(door), refreshes), methods=list(ENTRY))
    return _Shell(sessions_api, door, Router([*pages, entry], redirect_slashes=False))


class _Shell:
    """Adds headers to every answer, serves static files, and a page for unknown paths."""

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
            page = PageRequest(self._sessions_api, Request(scope, receive))
            refusal = self._door.refusal(page.request)
            if refusal is not None:
                answer = closed(page, refusal)
            else:
                what = "problem.wrong_method" if error.status_code == 405 else "problem.no_page"
                answer = page.render(
                    "problem", status=error.status_code, problem=page.words(what), details=[scope["path"][:200]]
                )
            for name, value in (error.headers or {}).items():
                answer.headers[name] = value
            await answer(scope, receive, sending)


class _Page:
    """One route: a handler for each method, behind the access check."""

    def __init__(
        self, sessions_api: SessionsApi, door: Door | None, handlers: Mapping[str, Handler], refreshes: Refreshes
    ) -> None:
        self._sessions_api = sessions_api
        self._door = door
        self._handlers = handlers
        self._refreshes = refreshes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = PageRequest(self._sessions_api, Request(scope, receive))
        refusal = None if self._door is None else self._door.refusal(page.request)
        answer = closed(page, refusal) if refusal is not None else await self._shared(page)
        await answer(scope, receive, send)

    async def _shared(self, page: PageRequest) -> Response:
        """Share one rendering among equal open pages; render everything else."""
        refresh = self._refreshes.of(page.control)
        if refresh is None:
            return await self._answer(page)
        if not (page.wants_part and page.request.method == "GET"):
            answer = await self._answer(page)
            refresh.forget()
            return answer
        with refresh.looking():
            key = key_of(page)
            found = refresh.rendering(key)
            if found is None:
                found = await self._answer(page)
                if found.status_code == 200 and page.shareable:
                    refresh.keep(key, found)
            return found

    async def _answer(self, page: PageRequest) -> Response:
        method = "GET" if page.request.method == "HEAD" else page.request.method
        try:
            if method != "GET":
                await page.read_form()
            answer = await self._handlers[method](page)
        except ControlRequestError as error:
            return problem(page, error)
        if method != "GET":
            page.control.touched()
        return answer


def problem(page: PageRequest, error: ControlRequestError) -> Response:
    """An error as a page."""
    return page.render("problem", status=error.status, problem=error.message, details=page.told(error))
