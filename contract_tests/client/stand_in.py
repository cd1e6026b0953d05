"""The gateway's stand-in that clients are tried against: one process, a session for each case."""

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

from contract_tests.client.cases import Case
from contract_tests.client.evidence import Seen, seen_in
from contract_tests.target.target import CouldNotRunError

_PATIENCE = 20.0
"""Seconds for the stand-in to start, and for each of its answers."""

_IDLE = 1.0
"""Seconds that a connection may lie unused: less than servers keep it, so that none is closed as it is used."""


class StandIn:
    """A mock that runs, ours or one that is given by its URL; use it as `async with`."""

    def __init__(self, url: str | None = None, *, token: str | None = None) -> None:
        self._given = url
        self._token = token
        self._process: asyncio.subprocess.Process | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.url = url.rstrip("/") if url is not None else ""

    async def __aenter__(self) -> Self:
        """Start it, unless it runs already; `CouldNotRunError` where there is none."""
        if self._given is None:
            await self._start()
        headers = {} if self._token is None else {"X-Mock-Control-Token": self._token}
        # Each case asks it three times: with a slower library that is half of the time.
        self._http = aiohttp.ClientSession(
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=_PATIENCE),
            connector=aiohttp.TCPConnector(keepalive_timeout=_IDLE),
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
        """Stop what was started."""
        await self._http.close()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.terminate()
            await self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def is_given(self) -> bool:
        """Whether it runs for others too."""
        return self._given is not None

    async def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sms-contract-")
        port_file = Path(self._folder.name) / "port"
        command = ("serve", "--port", "0", "--port-file", str(port_file), "--quiet", "--session-ttl", "10m")
        # Its own settings stand in the environment of whoever runs the kit: none of them is meant for this one.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SMS_MOCK_")}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mock_server", *command,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        async with asyncio.timeout(_PATIENCE):
            while not port_file.exists() or not port_file.read_text().strip():
                if self._process.returncode is not None:
                    raise CouldNotRunError(f"The stand-in ended at once, with code {self._process.returncode}.")
                await asyncio.sleep(0.01)
        said = port_file.read_text().strip()
        self.url = said if "://" in said else f"http://127.0.0.1:{said}"

    async def session(self, case: Case) -> PlayedSession:
        """A session of its own for a case."""
        made = await self.call("POST", "/_control/sessions", {"scenario": case.scenario()})
        return PlayedSession(self, case, made["id"], made["base_url"])

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One request to its control API; `CouldNotRunError` where it is not answered with an object and a 2xx."""
        try:
            async with self._http.request(method, self.url + path, json=body) as answer:
                status, raw = answer.status, await answer.read()
            content = json.loads(raw)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise CouldNotRunError(
                f"The stand-in at {self.url} does not answer: {error or type(error).__name__}."
            ) from error
        if status >= HTTPStatus.BAD_REQUEST or not isinstance(content, dict):
            said = raw[:500].decode(errors="replace")
            raise CouldNotRunError(f"The stand-in answered {method} {path} with {status}: {said}")
        return content


class PlayedSession:
    """The session of one case: what came in so far, piece by piece."""

    def __init__(self, stand_in: StandIn, case: Case, name: str, base_url: str) -> None:
        self._stand_in = stand_in
        self._case = case
        self.name = name
        self.base_url = base_url
        self._last: str | None = None

    async def arrived(self) -> tuple[Seen, ...]:
        """What has come since this was asked last, the oldest first; each with the step that it met."""
        newer = f"?after={self._last}" if self._last is not None else ""
        path = f"/~{self.name}/_control/exchanges/har{newer}"
        entries = (await self._stand_in.call("GET", path))["log"]["entries"]
        found = [self._seen(entry) for entry in sorted(entries, key=lambda each: int(each["_exchange"]["id"]))]
        if found:
            self._last = found[-1].exchange
        return tuple(found)

    def _seen(self, entry: Mapping[str, Any]) -> Seen:
        return seen_in(entry, self._case.met(entry["_exchange"]["stubs"]))

    async def first_message(self, seconds: float) -> str | None:
        """The id of the first message that the gateway takes; `None` where it takes none in time."""
        path = f"/~{self.name}/_control/messages/wait?timeout={seconds:g}"
        try:
            found = await self._stand_in.call("GET", path)
        except CouldNotRunError:
            return None
        return str(found["messages"][0]["id"])

    async def release(self) -> None:
        """Let the answers go that are held."""
        await self._stand_in.call("POST", f"/~{self.name}/_control/release")

    async def end(self) -> None:
        """Let it go; one of our own stand-in goes with that, or after ten minutes."""
        if self._stand_in.is_given:
            await self._stand_in.call("DELETE", f"/_control/sessions/{self.name}")
