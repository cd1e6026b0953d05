"""The view of health: a switch for each part and provider, and the health checks' answer."""

from __future__ import annotations

import json
import shlex

from starlette.responses import Response

from mock_server.console.page_request import PageRequest, Table


async def _health(page: PageRequest) -> Response:
    found = page.control.health.show()
    url = f"{page.origin}{page.base}/api/Services/checkServiceStatus"
    return page.render(
        "health",
        parts=found["parts"],
        providers=found["providers"],
        answer=json.dumps(found["answer"], indent=2),
        curl=shlex.join(["curl", "-X", "POST", url]),
    )


async def _switch(page: PageRequest) -> Response:
    up = page.field("state") == "up"
    if "provider" in page.form:
        page.control.health.switch_provider(page.form["provider"], up=up)
    else:
        page.control.health.switch(page.field("part"), up=up)
    return page.redirect("/health")


HEALTH: Table = (("/health", {"GET": _health, "POST": _switch}),)
