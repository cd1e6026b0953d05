"""Asking in this process: no HTTP and no sockets, the gateway's application on the gateway's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from mock_server.client.calling import Answered, Asked
from mock_server.client.errors import ControlError

PATIENCE = 30.0
"""Seconds that an answer may take."""

Events = MutableMapping[str, Any]
Application = Callable[
    [Events, Callable[[], Awaitable[Events]], Callable[[Events], Awaitable[None]]], Awaitable[None]
]
"""An ASGI application."""


class LoopCaller:
    """Asks an application that runs on the event loop of another thread."""

    def __init__(
        self, app: Application, loop: asyncio.AbstractEventLoop, *, url: str, timeout: float = PATIENCE
    ) -> None:
        self._app = app
        self._loop = loop
        self._url = url
        self._timeout = timeout

    @property
    def url(self) -> str:
        """The base URL; without a port it only gives sessions a name."""
        return self._url

    def close(self) -> None:
        """Nothing is open."""

    def call(self, asked: Asked) -> Answered:
        """Ask once; `ControlError` where no answer came."""
        try:
            own = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            own = False
        if own:
            raise ControlError(None, "Deadlock", "the gateway's own event loop cannot wait for itself; ask elsewhere")
        patience = asked.patience or self._timeout
        going = self._request(asked)
        try:
            waiting = asyncio.run_coroutine_threadsafe(going, self._loop)
        except RuntimeError:
            going.close()
            raise ControlError(None, "Unreachable", "the gateway has stopped") from None
        try:
            return waiting.result(patience)
        except TimeoutError:
            waiting.cancel()
            raise ControlError(None, "No answer", f"the gateway took longer than {patience:g} seconds") from None
        except ControlError:
            raise
        except Exception as error:
            raise ControlError(
                None, "No answer", f"the exchange broke off: {error or type(error).__name__}"
            ) from error

    async def _request(self, asked: Asked) -> Answered:
        said: list[Events] = []
        complete = False

        async def receive() -> Events:
            nonlocal complete
            if complete:
                # This client stays until it has its answer; it goes by being cancelled.
                await asyncio.Future()
            complete = True
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(event: Events) -> None:
            said.append(event)

        await self._app(self._scope(asked), receive, send)
        started = next((event for event in said if event["type"] == "http.response.start"), None)
        if started is None:
            raise ControlError(None, "No answer", f"{asked.method} {asked.target} was not answered")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in started["headers"]}
        body = b"".join(event.get("body", b"") for event in said if event["type"] == "http.response.body")
        return Answered(started["status"], headers, body)

    def _scope(self, asked: Asked) -> Events:
        path, _, query = asked.target.partition("?")
        base = urlsplit(self._url)
        headers = {"host": base.netloc, "content-length": str(len(asked.body)), **asked.headers}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": asked.method,
            "scheme": base.scheme,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": None,
            "server": (base.hostname, base.port),
            "extensions": {},
        }
