"""A gateway for tests: a real port in a thread, or the application in this process."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp

from mock_server.adapters.webhook_sender import HttpWebhookSender
from mock_server.api.guard import Access
from mock_server.api.server import HttpServer, bind, url_of
from mock_server.bootstrap import World
from mock_server.journal import Bounds
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.model import Scenario
from mock_server.scenario.pack import resolve

_PATIENCE = 30.0
"""Seconds of wall time that a start or a stop may take before it counts as failed."""


class MockGateway:
    """A gateway on a port of its own, from `with` to the end of the block.

    `app` is the same gateway as an ASGI application, for clients that call it in process.
    """

    def __init__(
        self,
        scenario: str | Scenario = "default",
        *,
        bounds: Bounds | None = None,
        sender: HttpWebhookSender | None = None,
        access: Access | None = None,
    ) -> None:
        loaded = load_scenario(resolve(scenario)) if isinstance(scenario, str) else scenario
        self.world = World(loaded, bounds, sender=sender, access=access)
        self._running: _Running | None = None

    @property
    def app(self) -> ASGIApp:
        """The gateway as an ASGI application."""
        return self.world.app

    @property
    def url(self) -> str:
        """What a client takes for the gateway's base URL."""
        if self._running is None:
            raise RuntimeError("the gateway is not started; use `with MockGateway() as gateway:`")
        return self._running.url

    def start(self) -> Self:
        """Serve; returns when requests are answered."""
        if self._running is not None:
            raise RuntimeError("the gateway is started already")
        self._running = _Running(self.app)
        self.world.on_a_port = True
        return self

    def stop(self) -> None:
        """End serving; returns when the port is free."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def __enter__(self) -> Self:
        """Serve."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End serving."""
        self.stop()


class _Running:
    """A server in a thread, on a socket that is bound first: the port is known and taken at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._socket: socket.socket = bind("127.0.0.1", 0)
        self.url = url_of(self._socket)
        ready = threading.Event()
        self._server = HttpServer(app, ready.set)
        self._thread = threading.Thread(target=self._run, args=(ready,), name="mock-gateway", daemon=True)
        self._failure: BaseException | None = None
        self._thread.start()
        if not ready.wait(_PATIENCE) or self._failure is not None:
            self._socket.close()
            raise RuntimeError("the gateway did not start") from self._failure

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_PATIENCE)
        self._socket.close()
        if self._thread.is_alive():
            raise RuntimeError(f"the gateway at {self.url} did not stop within {_PATIENCE:.0f} s")

    def _run(self, ready: threading.Event) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as failure:
            self._failure = failure
        finally:
            ready.set()
