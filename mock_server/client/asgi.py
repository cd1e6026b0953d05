"""One request to an ASGI application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

Events = MutableMapping[str, Any]
Application = Callable[
    [Events, Callable[[], Awaitable[Events]], Callable[[Events], Awaitable[None]]], Awaitable[None]
]
"""An ASGI application."""

RawHeaders = list[tuple[bytes, bytes]]


class AsgiRequest(NamedTuple):
    """A request to an application."""

    method: str
    url: str
    """The raw path with the query."""
    headers: RawHeaders
    """Names in lower case."""
    body: bytes


class AsgiResponse(NamedTuple):
    """An application's answer."""

    status: int
    headers: RawHeaders
    body: bytes


async def ask(app: Application, request: AsgiRequest) -> AsgiResponse | None:
    """The answer, or `None` if there was none. Cancelling disconnects."""
    said: list[Events] = []
    complete = False

    async def receive() -> Events:
        nonlocal complete
        if complete:
            # This client waits for its answer.
            await asyncio.Future()
        complete = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(event: Events) -> None:
        said.append(event)

    await app(_scope(request), receive, send)
    started = next((event for event in said if event["type"] == "http.response.start"), None)
    if started is None:
        return None
    body = b"".join(event.get("body", b"") for event in said if event["type"] == "http.response.body")
    return AsgiResponse(started["status"], list(started["headers"]), body)


def _scope(request: AsgiRequest) -> Events:
    parts = urlsplit(request.url)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode() or b"/",
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": request.headers,
        "client": None,
        "server": (parts.hostname, parts.port),
        "extensions": {},
    }
