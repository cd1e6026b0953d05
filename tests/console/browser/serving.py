"""The gateway as README starts it: a process of its own that a test can stop and start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import httpx2

from tests.support import SessionClient

_PATIENCE = 60
"""Seconds after which a process that does not end counts as hanging."""


class ServedGateway:
    """One running `sms-mock serve`."""

    def __init__(self, port: int = 0) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SMS_MOCK", "COV_"))}
        self._process = subprocess.Popen(  # noqa: S603 - our own command, with our own arguments
            [sys.executable, "-W", "error", "-m", "mock_server", "serve", "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.banner = "".join(self._said_at_first())
        self.page = self._found(r"http://\S+/_console")
        """The address of the page, as the start tells it."""
        self.url = self.page.removesuffix("/_console")
        self.port = int(self.url.rpartition(":")[2])
        self.client = httpx2.Client(base_url=self.url, timeout=20, trust_env=False)

    def world(self, **asked: object) -> SessionClient:
        """A session of its own, its clock standing still."""
        clock = {"mode": "frozen", "at": "2026-01-15T09:00:00Z"}
        answer = self.client.post("/_control/sessions", json={"clock": clock} | asked)
        assert answer.status_code == 201, answer.text
        return SessionClient(self.client, answer.json()["id"])

    def stop(self) -> float:
        """Stop it as a terminal or a container engine does; return how many seconds it took."""
        self.client.close()
        begun = perf_counter()
        self._process.send_signal(signal.SIGTERM)
        try:
            _, said = self._process.communicate(timeout=_PATIENCE)
        finally:
            self._process.kill()
        assert "Traceback" not in said
        assert self._process.returncode in {0, -signal.SIGTERM}, said
        return perf_counter() - begun

    @property
    def runs(self) -> bool:
        """Whether it is running."""
        return self._process.poll() is None

    def _said_at_first(self) -> Iterator[str]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield line
            if "/_console" in line:
                return
        raise AssertionError("serve ended without naming the page")

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.banner)
        assert found is not None, self.banner
        return found[0]


@contextmanager
def served(port: int = 0) -> Iterator[ServedGateway]:
    """A gateway, until the end of the block or an earlier stop."""
    started = ServedGateway(port)
    try:
        yield started
    finally:
        if started.runs:
            started.stop()
