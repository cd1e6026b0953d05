"""The connections of the clients: a healthy one, and others with defects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2


@dataclass(frozen=True)
class WireRequest:
    """A request to send."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes

    def having(self, **headers: str) -> WireRequest:
        """A copy with headers added or replaced; `_` in a name stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def without(self, name: str) -> WireRequest:
        """A copy without a header."""
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})


@dataclass(frozen=True)
class Reply:
    """A received answer."""

    status: int
    content_type: str
    body: bytes

    @cached_property
    def members(self) -> dict[str, Any] | None:
        """The members of the JSON object in it, if any."""
        try:
            found = json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


_ROOM = 10
"""The size of a small connection pool."""


class Connection(Protocol):
    """A client's connection to its gateway."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request and read the answer; `TimeoutError` or `OSError` if there is none."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Pooled:
    """httpx2 with one time-out for the whole exchange."""

    def __init__(self) -> None:
        # Loading certificates, which are not needed, would take longer than all cases.
        self._http = httpx2.AsyncClient(trust_env=False, verify=False)

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request and read the answer."""
        async with asyncio.timeout(timeout_s):
            return await self._asked(request, timeout_s)

    async def _asked(self, request: WireRequest, timeout_s: float | None) -> Reply:
        try:
            answer = await self._http.request(
                request.method, request.url, headers=request.headers, content=request.content, timeout=timeout_s
            )
        except httpx2.TimeoutException as error:
            raise TimeoutError(str(error)) from error
        except httpx2.HTTPError as error:
            raise OSError(f"{type(error).__name__}: {error}") from error
        return Reply(answer.status_code, answer.headers.get("content-type", ""), answer.content)

    async def close(self) -> None:
        """Close the pool."""
        await self._http.aclose()


class WithoutTimeout(Pooled):
    """Has no time-out."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:  # noqa: ARG002 - that is the defect
        """Send a request and read the answer."""
        return await self._asked(request, None)


class TimeoutPerByte(Pooled):
    """httpx2 with its own time-out, which restarts with every byte."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request and read the answer."""
        return await self._asked(request, timeout_s)


class Leaking(Pooled):
    """Does not read answers with a status of 400 or more, so their connections are never released."""

    def __init__(self) -> None:
        super().__init__()
        self._http = httpx2.AsyncClient(
            trust_env=False,
            verify=False,
            limits=httpx2.Limits(max_connections=_ROOM, max_keepalive_connections=_ROOM),
        )
        self._open: list[httpx2.Response] = []

    async def _asked(self, request: WireRequest, timeout_s: float | None) -> Reply:
        prepared = self._http.build_request(
            request.method, request.url, headers=request.headers, content=request.content,
            timeout=httpx2.Timeout(timeout_s, pool=0.05),
        )  # fmt: skip
        try:
            answer = await self._http.send(prepared, stream=True)
            if answer.is_error:
                self._open.append(answer)
                return Reply(answer.status_code, "", b"")
            return Reply(answer.status_code, answer.headers.get("content-type", ""), await answer.aread())
        except httpx2.HTTPError as error:
            raise OSError(f"{type(error).__name__}: {error}") from error


class OneSocket:
    """A hand-written HTTP/1.1 client with a single connection; correct, and the base of several defects."""

    heeds_close = True
    """Whether it reconnects after an answer that announces a close."""
    detects_close = True
    """Whether it detects that the connection was closed."""
    knows_chunks = True
    version = "HTTP/1.1"
    sends_chunks = False

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request and read the answer."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._exchanged(request)
        except (ValueError, EOFError, OSError) as error:
            # Also a `TimeoutError`: a late answer would be read as the next one.
            await self.close()
            raise error if isinstance(error, OSError) else OSError(str(error)) from error

    async def _exchanged(self, request: WireRequest) -> Reply:
        target = urlsplit(request.url)
        if self.detects_close and self._streams is not None and self._streams[0].at_eof():
            await self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(target.hostname, target.port)
        reader, writer = self._streams
        size = len(request.content)
        framing = {"Transfer-Encoding": "chunked"} if self.sends_chunks else {"Content-Length": str(size)}
        named = {**request.headers, "Host": target.netloc, **framing}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (size, request.content) if self.sends_chunks else request.content
        writer.write(f"{request.method} {target.path} {self.version}\r\n{head}\r\n".encode() + body)
        await writer.drain()
        status = int((await reader.readuntil(b"\r\n")).split()[1])
        headers = _headers(await reader.readuntil(b"\r\n\r\n"))
        reply = Reply(status, headers.get("content-type", ""), await self._body(reader, headers))
        if self.heeds_close and headers.get("connection", "").lower() == "close":
            await self.close()
        return reply

    async def _body(self, reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
        if not self.knows_chunks or headers.get("transfer-encoding", "") != "chunked":
            return await reader.readexactly(int(headers["content-length"]))
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
        return body

    async def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            (_, writer), self._streams = self._streams, None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _headers(raw: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in raw.decode("latin-1").split("\r\n") if line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}


class OldVersion(OneSocket):
    """Uses HTTP/1.0, like some small devices."""

    version = "HTTP/1.0"


class SendsChunks(OneSocket):
    """Sends its body in chunks, without a length."""

    sends_chunks = True


class Hedges(Pooled):
    """Sends every request twice concurrently and uses one answer."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request twice and read the answers."""
        one, _ = await asyncio.gather(super().exchange(request, timeout_s), super().exchange(request, timeout_s))
        return one


class CachesAnswers(Pooled):
    """Caches answers by URL."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Reply] = {}

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Return the cached answer, or send the request."""
        if request.url not in self._known:
            self._known[request.url] = await super().exchange(request, timeout_s)
        return self._known[request.url]


class ClosedConnection(OneSocket):
    """Reuses a connection that the gateway has closed."""

    heeds_close = detects_close = False


class IgnoresSilentClose(OneSocket):
    """Reconnects only after an announced close."""

    detects_close = False


class SendsOnceMore(IgnoresSilentClose):
    """Sends once more on a new connection if the idle one was closed, which is valid."""

    async def _exchanged(self, request: WireRequest) -> Reply:
        used = self._streams
        try:
            return await super()._exchanged(request)
        except (EOFError, OSError):
            if used is None or not used[0].at_eof():
                raise
            await self.close()
            return await super()._exchanged(request)


class SendsAllAgain(SendsOnceMore):
    """After a reconnect it first repeats the previous message."""

    _before: WireRequest | None = None

    async def _exchanged(self, request: WireRequest) -> Reply:
        if self._streams is not None and self._streams[0].at_eof() and self._before is not None:
            await self.close()
            await super()._exchanged(self._before)
        self._before = request
        return await super()._exchanged(request)


class WithoutChunks(OneSocket):
    """Expects every answer to have a length."""

    knows_chunks = False
