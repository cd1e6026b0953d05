"""A gateway for tests: a real port in a thread, or the application in this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp

from mock_server.adapters.clocks import stopwatch
from mock_server.adapters.webhook_sender import HttpWebhookSender
from mock_server.api.guard import Access
from mock_server.api.server import HttpServer, bind, url_of
from mock_server.bootstrap import MockServer
from mock_server.client import Control, LoopCaller
from mock_server.journal.journal import Bounds
from mock_server.ports import Stopwatch
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.model import Scenario
from mock_server.scenario.notation import parse_delay
from mock_server.scenario.pack import resolve
from mock_server.testing.transport import transport

_PATIENCE = 30.0
"""The time-out of start and stop, in seconds of wall time."""


class MockGateway:
    """A gateway on a free port for the time of a `with` block.

    `app` is the same gateway as an ASGI application, for clients that call it in process, and `control` has every
    verb of a tester, in process too. With `port=None` nothing is bound: time passes, and those two are the ways in,
    besides `transport` for ordinary httpx2 and httpx clients.
    Sessions that nobody uses for `session_ttl` of the stopwatch's time are given up; `0s` keeps them for ever.
    """

    def __init__(  # noqa: PLR0913 - what a server is given, by name
        self,
        scenario: str | Scenario = "default",
        *,
        bounds: Bounds | None = None,
        sender: HttpWebhookSender | None = None,
        session_ttl: str = "1h",
        stopwatch: Stopwatch = stopwatch,
        access: Access | None = None,
        port: int | None = 0,
    ) -> None:
        loaded = load_scenario(resolve(scenario)) if isinstance(scenario, str) else scenario
        self.server = MockServer(
            loaded,
            bounds,
            sender=sender,
            session_ttl=parse_delay(session_ttl),
            stopwatch=stopwatch,
            access=access,
        )
        self._port = port
        self._running: _Running | None = None

    @property
    def app(self) -> ASGIApp:
        """The gateway as an ASGI application."""
        return self.server.app

    @property
    def url(self) -> str:
        """The base URL for clients; without a port, for clients of `transport`."""
        return self._started().url

    @property
    def control(self) -> Control:
        """The verbs of the default session, in process; `create_session` creates other sessions."""
        running = self._started()
        assert running.loop is not None, "it was started"  # noqa: S101
        return Control(LoopCaller(self.app, running.loop, url=running.url), token=self.server.access.token)

    def transport(self, library: str = "httpx2") -> Any:
        """The transport for clients of a library, instead of sockets: `httpx2.Client(transport=gateway.transport())`.

        Faults raise the library's own errors. `library`: `httpx2` or `httpx`, for its sync and async clients.

        Raises:
            ValueError: the library takes no transport in process.
        """
        running = self._started()
        assert running.loop is not None, "it was started"  # noqa: S101
        return transport(library, self.app, running.loop)

    def start(self) -> Self:
        """Start; return when requests are answered."""
        if self._running is not None:
            raise RuntimeError("the gateway is started already")
        self._running = _WithoutAPort(self.server) if self._port is None else _OnAPort(self.server, self._port)
        self.server.on_a_port = self._port is not None
        return self

    def stop(self) -> None:
        """Stop; return when the port is free."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def _started(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the gateway is not started; use `with MockGateway() as gateway:`")
        return self._running

    def __enter__(self) -> Self:
        """Serve."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End serving."""
        self.stop()


class _Running(ABC):
    """A gateway's event loop in a thread of its own."""

    url: str

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="mock-gateway", daemon=True)
        self._thread.start()
        if not self._ready.wait(_PATIENCE) or self._failure is not None:
            self._let_go()
            raise RuntimeError("the gateway did not start") from self._failure

    def stop(self) -> None:
        """Stop; return when the thread ended."""
        self._end()
        self._thread.join(_PATIENCE)
        self._let_go()
        if self._thread.is_alive():
            raise RuntimeError(f"the gateway at {self.url} did not stop within {_PATIENCE:.0f} s")

    def _started(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._ready.set()

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as failure:
            self._failure = failure
        finally:
            self._ready.set()

    @abstractmethod
    def _serve(self) -> None:
        """Run until stopped; call `_started` once requests are answered."""

    @abstractmethod
    def _end(self) -> None:
        """Make `_serve` return."""

    @abstractmethod
    def _let_go(self) -> None:
        """Release what was acquired before the start."""


class _OnAPort(_Running):
    """A server on a socket that is bound before the start, so that the port is known."""

    def __init__(self, world: MockServer, port: int) -> None:
        self._socket: socket.socket = bind("127.0.0.1", port)
        self.url = url_of(self._socket)
        self._server = HttpServer(world.app, self._started, on_stopping=world.end_waits)
        super().__init__()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def _end(self) -> None:
        self._server.should_exit = True

    def _let_go(self) -> None:
        self._socket.close()


class _WithoutAPort(_Running):
    """The event loop alone: due work is performed, and calls in process are answered."""

    url = "http://gateway.localhost"

    def __init__(self, world: MockServer) -> None:
        self._world = world
        self._over = asyncio.Event()
        super().__init__()

    def _serve(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        async with self._world.lifespan():
            self._started()
            await self._over.wait()

    def _end(self) -> None:
        assert self.loop is not None, "it was started"  # noqa: S101
        self.loop.call_soon_threadsafe(self._over.set)

    def _let_go(self) -> None:
        pass
