"""The way in where a token is needed, and what those see who are not let in."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from mock_server.api.guard import Refusal
from mock_server.console.door import COOKIE, Door
from mock_server.console.page_request import Handler, PageRequest

ENTRY_PATH = "/enter"
ENTRY = ("POST",)


def enter(door: Door) -> Mapping[str, Handler]:
    """Take the token from the form, and remember in the browser that it was shown."""

    async def show_token(visit: PageRequest) -> Response:
        ticket = door.pass_for(visit.field("token"))
        if ticket is None:
            return visit.page(
                "closed",
                status=401,
                refusal=visit.words("closed.wrong_token"),
                asks=True,
                wanted=visit.field("wanted"),
            )
        answer = RedirectResponse(_wanted(visit), status_code=303)
        secure = visit.request.url.scheme == "https"
        answer.set_cookie(COOKIE, ticket, path="/", httponly=True, samesite="lax", secure=secure)
        return answer

    return {"POST": show_token}


def _wanted(visit: PageRequest) -> str:
    """The page that the token was asked for at: one of this session's console, and of nobody else's site."""
    wanted, console = visit.field("wanted"), visit.link()
    return wanted if wanted.startswith((f"{console}/", f"{console}?")) else console


def closed(visit: PageRequest, refusal: Refusal) -> Response:
    """Say why somebody is not let in; where a token is wanted, ask for it."""
    asks = refusal.status == 401
    said = visit.words("closed.token") if asks else refusal.details
    url = visit.request.url
    wanted = f"{url.path}?{url.query}" if visit.request.method == "GET" else ""
    answer = visit.page("closed", status=refusal.status, refusal=said, asks=asks, wanted=wanted)
    for name, value in refusal.headers:
        answer.headers[name.decode()] = value.decode()
    return answer
