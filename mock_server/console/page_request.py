"""One request of a browser, with its form, and the answers to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mock_server.api.body import Unread, read_body
from mock_server.api.exchange import SESSION
from mock_server.console.rendering import Words, language_of, rendered, rendered_part, words
from mock_server.control import ControlRequestError, SessionControl, SessionsApi

LIVE = "live"
"""The block of each template that a refresh replaces."""

_LAYOUT, _HEADER = "layout.html", ("follows", "armed")
_MOST_FIELDS = 200


class PageRequest:
    """One request: the verbs of its session, its query and form, and the language of its browser."""

    def __init__(self, sessions_api: SessionsApi, request: Request) -> None:
        self.sessions_api = sessions_api
        self.control: SessionControl = sessions_api.control(request.scope[SESSION])
        self.request = request
        self.path: Mapping[str, str] = request.path_params
        self.query: Mapping[str, str] = request.query_params
        self.words: Words = words(language_of(request.headers.get("accept-language", "")))
        self.form: Mapping[str, str] = {}
        self.shareable = True
        """Whether an equal request a second later may get the same rendering."""

    @property
    def base(self) -> str:
        """The path prefix of the session; empty for the default one."""
        return str(self.request.scope.get("root_path", ""))

    @property
    def origin(self) -> str:
        """Scheme and authority as the browser wrote them."""
        return f"{self.request.url.scheme}://{self.request.headers.get('host') or self.request.url.netloc}"

    @property
    def wants_part(self) -> bool:
        """Whether an open page asks for its live block only."""
        return self.query.get("part") == LIVE

    async def read_form(self) -> None:
        """Parse the form; the last of repeated fields counts.

        Raises:
            ControlError: it is too large, or no form.
        """
        body = await read_body(self.request.receive)
        if isinstance(body, Unread):
            raise ControlRequestError(413, "Payload too large", "form: at most 1 MiB is allowed")
        try:
            self.form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        except ValueError as error:
            raise ControlRequestError(400, "Malformed request", f"form: {error}") from None

    def asked(self, name: str) -> str:
        """A query parameter, trimmed; empty if absent."""
        return self.query.get(name, "").strip()

    def field(self, name: str) -> str:
        """A form field, trimmed; empty if absent."""
        return self.form.get(name, "").strip()

    def link(self, path: str = "", **query: object) -> str:
        """The address of a page of this session, without empty parameters."""
        given = {name: value for name, value in query.items() if value not in {None, ""}}
        return f"{self.base}/_console{path}" + (f"?{urlencode(given)}" if given else "")

    def render(self, view: str, *, status: int = 200, **context: Any) -> Response:
        """Render a view, or its live block for an open page; the template has the view's name."""
        template = f"{view}.html"
        known = self._context(view) | context
        if self.wants_part and status < 400:
            # The header's parts are sent along; htmx swaps them into place.
            header = "".join(rendered_part(_LAYOUT, each, known) for each in _HEADER)
            return HTMLResponse(rendered_part(template, LIVE, known) + header, status)
        return HTMLResponse(rendered(template, known), status)

    def told(self, error: ControlRequestError) -> list[str]:
        """The sentences of an error, masked: they may repeat what another person wrote."""
        details = self.control.masked(error.details)
        return list(map(str, details)) if isinstance(details, list) else [] if details is None else [str(details)]

    def redirect(self, path: str = "", **query: object) -> Response:
        """Redirect to another page, by GET."""
        return RedirectResponse(self.link(path, **query), status_code=303)

    def _context(self, view: str) -> dict[str, Any]:
        again = [(name, value) for name, value in self.request.query_params.multi_items() if name != "part"]
        return {
            "page": self,
            "t": self.words,
            "lang": self.words.language,
            "view": view,
            "link": self.link,
            "session": self.control.session(),
            "armed": self.control.stubs.armed(),
            "live_url": f"{self.base}{self.request.scope['path'][len(self.base) :]}?"
            + urlencode([*again, ("part", LIVE)]),
        }


Handler = Callable[[PageRequest], Awaitable[Response]]

Table = tuple[tuple[str, dict[str, Handler]], ...]
"""Paths behind `/_console`, with a handler for each method."""
