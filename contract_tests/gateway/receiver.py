"""A receiver of notifications on the loopback interface, and readers of what it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from contract_tests.gateway.lab import Lab
from contract_tests.target.exchange import NOT_JSON
from contract_tests.target.safety import NotTestableError

ELSEWHERE = "/elsewhere"
"""Where a redirect of the receiver points."""


@dataclass(frozen=True)
class Notified:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @cached_property
    def json(self) -> Any:
        """The content as plain values, or `NOT_JSON`."""
        try:
            return json.loads(self.body)
        except ValueError:
            return NOT_JSON

    @property
    def message(self) -> dict[str, Any]:
        """The message in the notification; empty if there is none."""
        found = self.json.get("message") if isinstance(self.json, dict) else None
        return found if isinstance(found, dict) else {}

    def member(self, name: str) -> Any:
        """A member of the body; `NOT_JSON` if there is none."""
        return self.json.get(name, NOT_JSON) if isinstance(self.json, dict) else NOT_JSON


@dataclass
class WebhookReceiver:
    """Records requests; answers 200 unless a path has another answer."""

    url: str = ""
    answers: dict[str, list[int]] = field(default_factory=dict)
    """The next answers of a path; the last one stays."""
    received: list[Notified] = field(default_factory=list)

    def at(self, path: str) -> list[Notified]:
        """The requests to a path."""
        return [each for each in self.received if each.path == path]

    def statuses(self, path: str) -> list[Any]:
        """The statuses in the notifications to a path."""
        return [each.message.get("status") for each in self.at(path)]

    def webhook(self, path: str) -> dict[str, Any]:
        """The member `webhook` of a send."""
        return {"url": self.url + path}

    def take(self, notified: Notified) -> int:
        """Record a request, and return the status of the answer."""
        self.received.append(notified)
        told = self.answers.get(notified.path, [200])
        return told.pop(0) if len(told) > 1 else told[0]


@contextmanager
def receiving(
    lab: Lab, delivery: Mapping[str, Any] | None = None, **webhooks: Any
) -> Iterator[tuple[Lab, WebhookReceiver]]:
    """A lab whose world allows plain HTTP, with a receiver.

    Raises:
        NotTestableError: the target has no control API, or runs where this machine's loopback is not its own.
    """
    control = lab.bench.control
    if control is None:
        raise NotTestableError("it needs the control API of a stand-in (--control)")
    for url in (lab.bench.target.url, control.url):
        if not _is_loopback(url):
            raise NotTestableError(
                f"{url} is another machine: it cannot reach a receiver on the loopback of this one"
            )
    with _serving() as receiver:
        told = {"https_only": False, **webhooks}
        with lab.in_world(replace(lab.world, delivery=delivery, webhooks=told)) as here:
            yield here, receiver


def reached(lab: Lab, receiver: WebhookReceiver) -> None:
    """Distinguish a stand-in that does not notify from one that cannot reach the receiver, such as a container.

    Raises:
        NotTestableError: it made attempts, and none reached the receiver.
    """
    if receiver.received or lab.session is None:
        return
    attempts = lab.session.webhook_attempts()
    if attempts and all((each.get("answer") or {}).get("status") is None for each in attempts):
        raise NotTestableError("the target cannot reach a receiver on the loopback of this machine")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@contextmanager
def _serving() -> Iterator[WebhookReceiver]:
    receiver = WebhookReceiver()

    class ReceiverHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(Notified(self.command, self.path, headers, body))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url + ELSEWHERE)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names that the library asks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), ReceiverHandler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
