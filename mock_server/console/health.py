"""Health: which parts and providers are up, each a switch, and what the health checks say."""

from __future__ import annotations

import json
import shlex

from starlette.responses import Response

from mock_server.console.page_request import PageRequest, Table


async def _health(visit: PageRequest) -> Response:
    found = visit.control.health.show()
    url = f"{visit.origin}{visit.base}/api/Services/checkServiceStatus"
    return visit.page(
        "health",
        parts=found["parts"],
        providers=found["providers"],
        answer=json.dumps(found["answer"], indent=2),
        curl=shlex.join(["curl", "-X", "POST", url]),
    )


async def _switch(visit: PageRequest) -> Response:
    up = visit.field("state") == "up"
    if "provider" in visit.form:
        visit.control.health.switch_provider(visit.form["provider"], up=up)
    else:
        visit.control.health.switch(visit.field("part"), up=up)
    return visit.redirect("/health")


HEALTH: Table = (("/health", {"GET": _health, "POST": _switch}),)
