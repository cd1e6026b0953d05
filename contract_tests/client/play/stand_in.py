"""The stand-in that clients send to: one mock server, with a session per case."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from contract_tests.client.play.cases import Case
from contract_tests.client.play.evidence import SeenRequest, seen_from_har
from contract_tests.target.target import CouldNotRunError

_TIMEOUT_S = 20.0
"""For the stand-in to start, and for each of its answers."""

_KEEP_ALIVE_S = 1.0
"""Shorter than the server's, so that no connection is closed while a request is sent on it."""


class StandIn:
    """A mock server, started here or given by its URL; use it with `async with`."""

    def __init__(self, url: str | None = None, *, token: str | None = None) -> None:
        self._given = url
        self._token = token
        self._process: asyncio.subprocess.Process | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.url = url.rstrip("/") if url is not None else ""

    async def __aenter__(self) -> Self:
        """Start it unless a URL was given; `CouldNotRunError` if it does not answer."""
        if self._given is None:
            await self._start()
        headers = {} if self._token is None else {"X-Mock-Control-Token": self._token}
        # Each case makes three requests; a slower HTTP library would take half of the run time.
        self._http = aiohttp.ClientSession(
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
            connector=aiohttp.TCPConnector(keepalive_timeout=_KEEP_ALIVE_S),
        )
        try:
            await self.call("GET", "/_ready")
        except CouldNotRunError:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the process if it was started here."""
        await self._http.close()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.terminate()
            await self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def is_given(self) -> bool:
        """Whether its URL was given: then others may use it as well."""
        return self._given is not None

    async def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sms-contract-")
        port_file = Path(self._folder.name) / "port"
        command = ("serve", "--port", "0", "--port-file", str(port_file), "--quiet", "--session-ttl", "10m")
        # SMS_MOCK_* in the environment configures the user's own mock server, not this one.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SMS_MOCK_")}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mock_server", *command,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        async with asyncio.timeout(_TIMEOUT_S):
            while not port_file.exists() or not port_file.read_text().strip():
                if self._process.returncode is not None:
                    raise CouldNotRunError(f"The stand-in exited at once with code {self._process.returncode}.")
                await asyncio.sleep(0.01)
        address = port_file.read_text().strip()
        self.url = address if "://" in address else f"http://127.0.0.1:{address}"

    async def session(self, case: Case) -> PlayedSession:
        """Create a session for a case."""
        created = await self.call("POST", "/_control/sessions", {"scenario": case.scenario()})
        return PlayedSession(self, case, created["id"], created["base_url"])

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Make a control API request; `CouldNotRunError` unless the answer is an object with a status below 400."""
        try:
            async with self._http.request(method, self.url + path, json=body) as answer:
                status, raw = answer.status, await answer.read()
            content = json.loads(raw)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise CouldNotRunError(
                f"The stand-in at {self.url} does not answer: {error or type(error).__name__}."
            ) from error
        if status >= HTTPStatus.BAD_REQUEST or not isinstance(content, dict):
            text = raw[:500].decode(errors="replace")
            raise CouldNotRunError(f"The stand-in answered {method} {path} with {status}: {text}")
        return content


class PlayedSession:
    """The session of one case, and the exchanges that were read from it so far."""

    def __init__(self, stand_in: StandIn, case: Case, name: str, base_url: str) -> None:
        self._stand_in = stand_in
        self._case = case
        self.name = name
        self.base_url = base_url
        self._last: str | None = None

    async def new_exchanges(self) -> tuple[SeenRequest, ...]:
        """The exchanges since the last call, oldest first, each with its step."""
        newer = f"?after={self._last}" if self._last is not None else ""
        path = f"/~{self.name}/_control/exchanges/har{newer}"
        entries = (await self._stand_in.call("GET", path))["log"]["entries"]
        found = [self._seen(entry) for entry in sorted(entries, key=lambda each: int(each["_exchange"]["id"]))]
        if found:
            self._last = found[-1].exchange
        return tuple(found)

    def _seen(self, entry: Mapping[str, Any]) -> SeenRequest:
        return seen_from_har(entry, self._case.step_of(entry["_exchange"]["stubs"]))

    async def first_message(self, seconds: float) -> str | None:
        """The id of the first accepted message; `None` if there is none in time."""
        path = f"/~{self.name}/_control/messages/wait?timeout={seconds:g}"
        try:
            found = await self._stand_in.call("GET", path)
        except CouldNotRunError:
            return None
        return str(found["messages"][0]["id"])

    async def release(self) -> None:
        """Release the held answers."""
        await self._stand_in.call("POST", f"/~{self.name}/_control/release")

    async def end(self) -> None:
        """Delete the session of a given stand-in; our own stand-in drops it when it stops, or after ten minutes."""
        if self._stand_in.is_given:
            await self._stand_in.call("DELETE", f"/_control/sessions/{self.name}")
