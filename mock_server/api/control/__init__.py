"""`/_control` and `/_ready`: the tester's verbs over HTTP. All routes on one screen, a module for each part."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route

from mock_server.api.control.call import Endpoint
from mock_server.api.control.clock import CLOCK
from mock_server.api.control.delivery import DELIVERY
from mock_server.api.control.documents import DOCUMENTS, DocumentEndpoint
from mock_server.api.control.journal import JOURNAL
from mock_server.api.control.receiver import ReceiverEndpoint
from mock_server.api.control.sessions import SESSIONS
from mock_server.api.control.snapshots import SNAPSHOTS
from mock_server.api.control.stubs import STUBS
from mock_server.api.control.waits import WAITS
from mock_server.api.guard import Guard, GuardedRoute
from mock_server.control import Worlds

_TABLES = (SESSIONS, SNAPSHOTS, STUBS, WAITS, JOURNAL, DELIVERY, CLOCK, DOCUMENTS)

_OPEN = frozenset({"/_ready"})
"""For everybody: whoever starts a gateway elsewhere wants to know when it is there."""


def control_routes(worlds: Worlds, guard: Guard) -> list[BaseRoute]:
    """All routes of the control API; of two that fit a path, the first answers."""

    def route(path: str, endpoint: Endpoint | DocumentEndpoint, methods: Iterable[str]) -> BaseRoute:
        if path in _OPEN:
            return Route(path, endpoint, methods=list(methods))
        return GuardedRoute(guard, path, endpoint, methods=list(methods))

    rows = [row for table in _TABLES for row in table]
    return [
        *(route(path, Endpoint(worlds, verbs), verbs) for path, verbs in rows),
        # A gateway on another machine delivers here, and knows no token.
        Route("/_control/receiver/{name}", ReceiverEndpoint(), methods=["POST"]),
        route("/_control/openapi/{name}", DocumentEndpoint(), ["GET"]),
    ]
