"""The base of all verbs: calls in one session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from mock_server.client.calling import Caller, ControlRequest, content_of
from mock_server.client.errors import ControlError


class Calls:
    """Calls in one session of a gateway."""

    def __init__(self, caller: Caller, *, session: str | None = None, token: str | None = None) -> None:
        if token is not None and not (token.isascii() and token.isprintable() and token.strip()):
            raise ControlError(None, "Bad token", "a control token has visible ASCII characters, and at least one")
        self._caller = caller
        self._token = token
        self._session = session
        self._prefix = "" if session is None else f"/~{quoted(session)}"

    @property
    def url(self) -> str:
        """The base URL of this session for a client under test."""
        return self._caller.url + self._prefix

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        patience: float | None = None,
    ) -> Any:
        """Make one control request and return its content; `path` is relative to `/_control`."""
        headers = {"accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        if self._token is not None:
            headers["x-mock-control-token"] = self._token
        target = f"{self._prefix}/_control{path}{_query(query or {})}"
        encoded = b"" if body is None else msgspec.json.encode(body)
        asked = ControlRequest(method, target, headers, encoded, patience)
        return content_of(asked, self._caller.call(asked), self._caller.url)


def quoted(part: str) -> str:
    """A name or an id as one segment of a path."""
    return quote(part, safe="")


def given(**members: object) -> dict[str, object]:
    """The arguments that are not None; a Python keyword ends with an underscore."""
    return {name.removesuffix("_"): value for name, value in members.items() if value is not None}


def named(filters: Mapping[str, object]) -> dict[str, object]:
    """Filters in the query's spelling: `text__contains` is `text~`, and `reference__key` is `reference.key`."""
    return {
        name.replace("__contains", "~").replace("__", "."): value
        for name, value in filters.items()
        if value is not None
    }


def _query(query: Mapping[str, object]) -> str:
    said = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    return f"?{urlencode(said)}" if said else ""
