"""The scenarios: the pack as cards, one of them by itself, and a link that opens a session in it."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import segno
from starlette.responses import RedirectResponse, Response

from mock_server.api.guard import names_this_machine
from mock_server.console.page_request import PageRequest, Table
from mock_server.control import ControlRequestError

_SCALE = 5
"""Pixels of each square of a QR code."""


async def _cards(visit: PageRequest) -> Response:
    return visit.page(
        "scenarios", description=visit.control.scenario().get("description"), **visit.control.scenarios.pack()
    )


async def _scenario(visit: PageRequest) -> Response:
    found = visit.control.scenarios.shipped(visit.path["name"])
    host = visit.request.url.hostname or ""
    return visit.page(
        "scenario", scenario=found, opens=_opening(visit, found["name"]), host=host, is_local=names_this_machine(host)
    )


async def _use(visit: PageRequest) -> Response:
    await visit.control.scenarios.use(visit.path["name"], anew=visit.field("anew") == "yes")
    return visit.redirect("/scenarios")


async def _qr_code(visit: PageRequest) -> Response:
    found = visit.control.scenarios.shipped(visit.path["name"])
    picture = BytesIO()
    try:
        code = segno.make(_opening(visit, found["name"]), micro=False)
    except segno.DataOverflowError:
        raise ControlRequestError(400, "Bad request", "this address is too long for a QR code") from None
    # Dark on light, whatever the page is: some cameras read no other.
    code.save(picture, kind="svg", scale=_SCALE, dark="#000", light="#fff", xmldecl=False)
    return Response(picture.getvalue(), media_type="image/svg+xml")


def _opening(visit: PageRequest, name: str) -> str:
    """Of the default session: whatever session shows the link may be over when somebody follows it."""
    return f"{visit.origin}/_console/open?{urlencode({'scenario': name})}"


async def _door(visit: PageRequest) -> Response:
    """A GET makes nothing: a link may be followed by whoever only wants to show it."""
    return visit.page("scenario_open", scenario=visit.control.scenarios.shipped(visit.asked("scenario")))


async def _open(visit: PageRequest) -> Response:
    made = visit.sessions_api.create({"scenario": visit.field("scenario")})
    return RedirectResponse(f"/~{made.name}/_console", status_code=303)


SCENARIOS: Table = (
    ("/scenarios", {"GET": _cards}),
    ("/scenarios/{name}", {"GET": _scenario}),
    ("/scenarios/{name}/use", {"POST": _use}),
    ("/scenarios/{name}/qr.svg", {"GET": _qr_code}),
    ("/open", {"GET": _door, "POST": _open}),
)
