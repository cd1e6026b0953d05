"""`/_control` and `/_ready`: the tester's verbs over HTTP, with a module for each part."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from mock_server.api.control.call import Endpoint, Verb
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
from mock_server.control import SessionsApi

_TABLES = (SESSIONS, SNAPSHOTS, STUBS, WAITS, JOURNAL, DELIVERY, CLOCK, DOCUMENTS)

_OPEN = frozenset({"/_ready"})
"""Open to everybody, so that a remote start can wait for readiness."""


_RECEIVER = "/_control/receiver/{name}"


def control_routes(sessions_api: SessionsApi, guard: Guard) -> list[BaseRoute]:
    """All routes of the control API; the first that matches a path answers."""

    def route(path: str, verbs: dict[str, Verb]) -> BaseRoute:
        endpoint = Endpoint(sessions_api, verbs)
        if path in _OPEN:
            return Route(path, endpoint, methods=list(verbs))
        if path == _RECEIVER:
            # One route, so that a 405 names all its methods. A sender on another machine has no token.
            receiver = ReceiverEndpoint(endpoint)
            return GuardedRoute(guard, path, receiver, methods=[*verbs, "POST"], open_methods=["POST"])
        return GuardedRoute(guard, path, endpoint, methods=list(verbs))

    return [
        *(route(path, verbs) for table in _TABLES for path, verbs in table),
        GuardedRoute(guard, "/_control/openapi/{name}", DocumentEndpoint(), methods=["GET"]),
    ]
