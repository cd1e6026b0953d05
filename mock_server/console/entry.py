"""The pages to enter the control token, and to refuse access."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from mock_server.api.guard import Refusal
from mock_server.console.door import COOKIE, Door
from mock_server.console.page_request import Handler, PageRequest

ENTRY_PATH = "/enter"
ENTRY = ("POST",)


def enter(door: Door) -> Mapping[str, Handler]:
    """Check the entered token, and set the cookie."""

    async def show_token(page: PageRequest) -> Response:
        ticket = door.pass_for(page.field("token"))
        if ticket is None:
            return page.render(
                "closed",
                status=401,
                refusal=page.words("closed.wrong_token"),
                asks=True,
                wanted=page.field("wanted"),
            )
        answer = RedirectResponse(_wanted(page), status_code=303)
        secure = page.request.url.scheme == "https"
        answer.set_cookie(COOKIE, ticket, path="/", httponly=True, samesite="lax", secure=secure)
        return answer

    return {"POST": show_token}


def _wanted(page: PageRequest) -> str:
    """The page to return to: one of this session's console only."""
    wanted, console = page.field("wanted"), page.link()
    return wanted if wanted.startswith((f"{console}/", f"{console}?")) else console


def closed(page: PageRequest, refusal: Refusal) -> Response:
    """The refusal page, with the token's form where a token is needed."""
    asks = refusal.status == 401
    said = page.words("closed.token") if asks else refusal.details
    url = page.request.url
    wanted = f"{url.path}?{url.query}" if page.request.method == "GET" else ""
    answer = page.render("closed", status=refusal.status, refusal=said, asks=asks, wanted=wanted)
    for name, value in refusal.headers:
        answer.headers[name.decode()] = value.decode()
    return answer
