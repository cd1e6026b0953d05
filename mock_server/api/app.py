"""All routes of the server, and the middleware around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp

from mock_server.api.control import control_routes
from mock_server.api.exchange import ExchangeMiddleware
from mock_server.api.guard import Access, Guard
from mock_server.api.message_status import StatusEndpoint
from mock_server.api.send import SendEndpoint
from mock_server.api.service_status import ServiceStatusEndpoint
from mock_server.control import SessionsApi
from mock_server.domain.submission import Operation
from mock_server.gateway.lookups import statuses_of_number, statuses_of_reference
from mock_server.session.registry import Sessions

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


def build_app(
    sessions: Sessions,
    sessions_api: SessionsApi,
    lifespan: Lifespan | None = None,
    *,
    access: Access | None = None,
    page: Iterable[BaseRoute] = (),
) -> ASGIApp:
    """The ASGI application of one server; `page` is the route of the console, which is a layer above.

    It is a `Router` and not a `Starlette`: the exchange middleware answers for every exception, and the two layers
    that `Starlette` adds for that would only cost time on the send path.
    """
    router = Router(
        routes=[
            Route("/api/Admin/send", SendEndpoint(Operation.ADMIN), methods=["POST"]),
            Route("/api/Services/send", SendEndpoint(Operation.SERVICES), methods=["POST"]),
            Route("/api/Admin/checkServiceStatus", ServiceStatusEndpoint(Operation.ADMIN), methods=["POST"]),
            Route("/api/Services/checkServiceStatus", ServiceStatusEndpoint(Operation.SERVICES), methods=["POST"]),
            Route("/api/messagestatus/phonenumber/{key}", StatusEndpoint(statuses_of_number), methods=["GET"]),
            Route(
                "/api/messagestatus/reference/{key:anything}", StatusEndpoint(statuses_of_reference), methods=["GET"]
            ),
            Route("/api/messagestatus/{key}", StatusEndpoint(), methods=["GET"]),
            *control_routes(sessions_api, Guard(access or Access())),
            *page,
        ],
        # A path with a trailing slash is unknown: 404 (BAD-5).
        redirect_slashes=False,
        lifespan=lifespan,
    )
    return ExchangeMiddleware(router, sessions)
