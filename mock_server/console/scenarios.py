"""The views of scenarios: the pack as cards, one scenario, and a link that opens a session in it."""

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


async def _cards(page: PageRequest) -> Response:
    return page.render(
        "scenarios", description=page.control.scenario().get("description"), **page.control.scenarios.pack()
    )


async def _scenario(page: PageRequest) -> Response:
    found = page.control.scenarios.shipped(page.path["name"])
    host = page.request.url.hostname or ""
    return page.render(
        "scenario", scenario=found, opens=_opening(page, found["name"]), host=host, is_local=names_this_machine(host)
    )


async def _use(page: PageRequest) -> Response:
    await page.control.scenarios.use(page.path["name"], anew=page.field("anew") == "yes")
    return page.redirect("/scenarios")


async def _qr_code(page: PageRequest) -> Response:
    found = page.control.scenarios.shipped(page.path["name"])
    picture = BytesIO()
    try:
        code = segno.make(_opening(page, found["name"]), micro=False)
    except segno.DataOverflowError:
        raise ControlRequestError(400, "Bad request", "this address is too long for a QR code") from None
    # Dark on light in both themes, since some cameras read nothing else.
    code.save(picture, kind="svg", scale=_SCALE, dark="#000", light="#fff", xmldecl=False)
    return Response(picture.getvalue(), media_type="image/svg+xml")


def _opening(page: PageRequest, name: str) -> str:
    """A link of the default session, since another one may have ended when it is followed."""
    return f"{page.origin}/_console/open?{urlencode({'scenario': name})}"


async def _door(page: PageRequest) -> Response:
    """Show a button: a GET creates nothing, since link previews follow links."""
    return page.render("scenario_open", scenario=page.control.scenarios.shipped(page.asked("scenario")))


async def _open(page: PageRequest) -> Response:
    made = page.sessions_api.create({"scenario": page.field("scenario")})
    return RedirectResponse(f"/~{made.name}/_console", status_code=303)


SCENARIOS: Table = (
    ("/scenarios", {"GET": _cards}),
    ("/scenarios/{name}", {"GET": _scenario}),
    ("/scenarios/{name}/use", {"POST": _use}),
    ("/scenarios/{name}/qr.svg", {"GET": _qr_code}),
    ("/open", {"GET": _door, "POST": _open}),
)
