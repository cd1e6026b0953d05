"""uvicorn with this project's settings, on a bound socket."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from mock_server.adapters.raw_http import RawHttpProtocol
from mock_server.adapters.tls import Certificate

_BACKLOG = 2048
_GRACE = 1
"""Seconds that open requests get to finish when the server stops."""


def bind(host: str, port: int) -> socket.socket:
    """Bind a listening socket; port 0 takes a free one.

    Raises:
        OSError: the port is taken, or the host is none of this machine.
    """
    if not host:
        raise OSError("an empty host would be every address of this machine; 0.0.0.0 says so")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


def url_of(bound: socket.socket, *, secure: bool = False) -> str:
    """The URL that a client on this machine uses."""
    host, port = bound.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - recognised, not bound to
        host = "127.0.0.1"
    scheme = "https" if secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class HttpServer(uvicorn.Server):
    """A server with callbacks for its start and its stop."""

    def __init__(
        self,
        app: ASGIApp,
        on_started: Callable[[], None],
        certificate: Certificate | None = None,
        *,
        on_stopping: Callable[[], None] | None = None,
    ) -> None:
        self._on_started = on_started
        self._on_stopping = on_stopping
        super().__init__(
            uvicorn.Config(
                app,
                http=RawHttpProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                # The client's address is used for access, so a header must not change it.
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE,
                ssl_certfile=None if certificate is None else certificate.chain,
                ssl_keyfile=None if certificate is None else certificate.key,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, then call back."""
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Call back before the end, so that waits are answered, then stop."""
        if self._on_stopping is not None:
            self._on_stopping()
        await super().shutdown(sockets)
