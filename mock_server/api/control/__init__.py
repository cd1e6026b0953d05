"""`/_control` and `/_ready`: the tester's verbs over HTTP. All routes on one screen, a module for each part."""

from __future__ import annotations

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
from mock_server.control import Worlds

_TABLES = (SESSIONS, SNAPSHOTS, STUBS, WAITS, JOURNAL, DELIVERY, CLOCK, DOCUMENTS)


def control_routes(worlds: Worlds) -> list[BaseRoute]:
    """All routes of the control API; of two that fit a path, the first answers."""
    rows = [row for table in _TABLES for row in table]
    routes = [Route(path, Endpoint(worlds, verbs), methods=list(verbs)) for path, verbs in rows]
    return [
        *routes,
        Route("/_control/receiver/{name}", ReceiverEndpoint(), methods=["POST"]),
        Route("/_control/openapi/{name}", DocumentEndpoint(), methods=["GET"]),
    ]
