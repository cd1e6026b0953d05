"""Calling a gateway over HTTP, without a proxy, on kept connections."""

from __future__ import annotations

import re
import selectors
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from time import monotonic
from typing import NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

from mock_server.client.calling import ControlAnswer, ControlRequest
from mock_server.client.control import Control
from mock_server.client.errors import ControlError

PATIENCE = 10.0
"""Seconds that an answer may take."""

_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
"""Idempotent methods, which are repeated if the server closed a kept connection."""

_KEEP = 4.0
"""Seconds that an idle connection is kept: less than the gateway's five."""

_SESSION = re.compile(r"(?P<root>.*)/~(?P<session>[^/]+)")


def connect(url: str, *, session: str | None = None, token: str | None = None, timeout: float = PATIENCE) -> Control:
    """The verbs of a gateway's session; no call is made yet.

    Args:
        url: the gateway's base URL; that of a session (`http://…/~orders-42`) names the session too.
        session: which session, instead.
        token: what `serve --control-token` asks for.
        timeout: seconds that an answer may take; waits take theirs besides.

    Raises:
        ControlError: the URL is none.
    """
    root = url.rstrip("/")
    found = _SESSION.fullmatch(root)
    if found is not None:
        root, session = found["root"], session or found["session"]
    return Control(HttpCaller(root, timeout=timeout), session=session, token=token)


class _Kept(NamedTuple):
    connection: HTTPConnection
    used: bool
    """Whether it served a request before, so that the server may have closed it."""


class HttpCaller:
    """Calls a gateway at a URL. Each thread takes a connection from a pool."""

    def __init__(self, url: str, *, timeout: float = PATIENCE) -> None:
        self._url = url.rstrip("/")
        self._parts = _checked(self._url)
        self._timeout = timeout
        self._idle: list[tuple[HTTPConnection, float]] = []
        """Idle connections, and since when."""
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The base URL."""
        return self._url

    def __enter__(self) -> Self:
        """Use."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def call(self, asked: ControlRequest) -> ControlAnswer:
        """Make one call; `ControlError` if there is no answer."""
        kept = self._take()
        try:
            try:
                return self._ask(kept.connection, asked)
            except (RemoteDisconnected, ConnectionError):
                if not kept.used or asked.method not in _REPEATABLE:
                    raise
                return self._ask(self._new(), asked)
        except TimeoutError:
            patience = asked.patience or self._timeout
            raise ControlError(None, "No answer", f"{self._url} took longer than {patience:g} seconds") from None
        except (OSError, HTTPException, ValueError) as error:
            raise ControlError(None, "Unreachable", self._sentence(error)) from error

    def _ask(self, connection: HTTPConnection, asked: ControlRequest) -> ControlAnswer:
        patience = asked.patience or self._timeout
        connection.timeout = patience
        if connection.sock is not None:
            connection.sock.settimeout(patience)
        try:
            connection.request(asked.method, self._parts.path + asked.target, asked.body or None, dict(asked.headers))
            answer = connection.getresponse()
            body = answer.read()
        except BaseException:
            connection.close()
            raise
        headers = {name.lower(): value for name, value in answer.getheaders()}
        if answer.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append((connection, monotonic()))
        return ControlAnswer(answer.status, headers, body)

    def _take(self) -> _Kept:
        """A usable idle connection, or a new one."""
        while True:
            with self._lock:
                if not self._idle:
                    return _Kept(self._new(), used=False)
                connection, since = self._idle.pop()
            if monotonic() - since < _KEEP and _stands(connection):
                return _Kept(connection, used=True)
            connection.close()

    def _new(self) -> HTTPConnection:
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port)

    def _sentence(self, error: Exception) -> str:
        said = str(getattr(error, "verify_message", "") or getattr(error, "strerror", None) or error)
        if isinstance(error, ConnectionRefusedError):
            return f"nothing listens at {self._url}; `sms-mock serve` starts a gateway"
        if "certificate" in said.lower():
            return f"{self._url}: its certificate is not trusted: {said}; SSL_CERT_FILE names an authority to trust"
        shown = "".join(each if each.isprintable() else " " for each in said).strip()
        return f"{self._url}: {shown or type(error).__name__}"


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        if parts.hostname is not None:
            parts.hostname.encode("idna")
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or "@" in parts.netloc or not url.isprintable() or " " in url:
        # Credentials of a URL must not reach an error or log.
        shown = re.sub(r"//.*@", "//***@", url, flags=re.DOTALL)
        raise ControlError(None, "No URL", f"{shown!r} is not the URL of a gateway, such as http://127.0.0.1:8080")
    return parts


def _stands(connection: HTTPConnection) -> bool:
    """Whether an idle connection is still open: a readable one was closed by the server."""
    if connection.sock is None:
        return False
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return not selector.select(0)
