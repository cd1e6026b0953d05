"""A fake container engine: it records requests, and its containers are a gateway of the test."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_CONTAINER = "c0ffee"


class Engine:
    """The recorded requests, and the port of its containers."""

    def __init__(self, url: str, port: str) -> None:
        self.url = url
        self.port = port
        """Where its every container is published."""
        self.created: list[dict[str, Any]] = []
        self.removed = 0


@contextmanager
def engine(gateway_url: str) -> Iterator[Engine]:
    """An engine whose containers all are the gateway at this URL."""
    with _Server(("127.0.0.1", 0), _Answers) as server:
        server.made = Engine(f"tcp://127.0.0.1:{server.server_port}", str(urlsplit(gateway_url).port))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.made
        finally:
            server.shutdown()
            thread.join()


class _Answers(BaseHTTPRequestHandler):
    """The part of the engine's API that testcontainers uses."""

    def do_GET(self) -> None:
        ports = {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": self._made.port}]}
        state = {"Status": "running", "Running": True}
        answers: dict[str, object] = {
            "/version": {"ApiVersion": "1.43", "MinAPIVersion": "1.24", "Version": "24.0"},
            "/images/sms-gateway-mock/json": {"Id": "sha256:1", "Config": {}},
            f"/containers/{_CONTAINER}/json": {
                "Id": _CONTAINER, "State": state, "NetworkSettings": {"Ports": ports}, "Config": {},
            },
        }  # fmt: skip
        self._answer(200, answers[self._path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._path == "/containers/create":
            self._made.created.append(json.loads(body))
            self._answer(201, {"Id": _CONTAINER, "Warnings": []})
        else:
            assert self._path == f"/containers/{_CONTAINER}/start"
            self._answer(204)

    def do_DELETE(self) -> None:
        self._made.removed += 1
        self._answer(204)

    @property
    def _made(self) -> Engine:
        assert isinstance(self.server, _Server)
        return self.server.made

    @property
    def _path(self) -> str:
        return re.sub(r"\A/v[\d.]+", "", urlsplit(self.path).path)

    def _answer(self, status: int, content: object = None) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


class _Server(ThreadingHTTPServer):
    made: Engine
