"""Calling a gateway in this process: without sockets, on the gateway's own event loop."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from mock_server.client.asgi import Application, AsgiRequest, ask
from mock_server.client.calling import ControlAnswer, ControlRequest
from mock_server.client.errors import ControlError

PATIENCE = 30.0
"""Seconds that an answer may take."""


class LoopCaller:
    """Calls an application that runs on the event loop of another thread."""

    def __init__(
        self, app: Application, loop: asyncio.AbstractEventLoop, *, url: str, timeout: float = PATIENCE
    ) -> None:
        self._app = app
        self._loop = loop
        self._url = url
        self._timeout = timeout

    @property
    def url(self) -> str:
        """The base URL; without a port it is only a name."""
        return self._url

    def close(self) -> None:
        """No connection to close."""

    def call(self, asked: ControlRequest) -> ControlAnswer:
        """Make one call; `ControlError` if there is no answer."""
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

    async def _request(self, asked: ControlRequest) -> ControlAnswer:
        host = urlsplit(self._url).netloc
        headers = {"host": host, "content-length": str(len(asked.body)), **asked.headers}
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        found = await ask(self._app, AsgiRequest(asked.method, self._url + asked.target, raw, asked.body))
        if found is None:
            raise ControlError(None, "No answer", f"{asked.method} {asked.target} was not answered")
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in found.headers}
        return ControlAnswer(found.status, named, found.body)
