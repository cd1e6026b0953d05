"""Mounting the console, which is imported on the first request only."""

from __future__ import annotations

from functools import cached_property

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.answers import answer_redirect
from mock_server.api.guard import Access
from mock_server.control import SessionsApi


class Console:
    """The console as an ASGI application."""

    def __init__(self, sessions_api: SessionsApi, access: Access) -> None:
        self._sessions_api = sessions_api
        self._access = access

    @cached_property
    def _app(self) -> ASGIApp:
        # Importing templates would slow down the start of gateways in tests, which show no page.
        from mock_server.console.routes import build_console  # noqa: PLC0415

        return build_console(self._sessions_api, self._access)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(scope, receive, send)


class Threshold:
    """`/`: a GET redirects to the console; any other method gets 404."""

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(404)
        await answer_redirect(send, f"{scope.get('root_path', '')}/_console")


def console_routes(sessions_api: SessionsApi, access: Access) -> list[BaseRoute]:
    """The routes of the console."""
    console = Console(sessions_api, access)
    return [
        Route("/", Threshold()),
        Route("/_console", console),
        Route("/_console/{rest:path}", console),
    ]
