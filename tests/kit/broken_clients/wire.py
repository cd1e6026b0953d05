"""How clients reach a gateway: in the healthy way, and with connections that somebody wrote himself."""

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
    """What goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes

    def having(self, **headers: str) -> WireRequest:
        """The same with headers added or replaced; `_` in a name stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def without(self, name: str) -> WireRequest:
        """The same with a header less."""
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    content_type: str
    body: bytes

    @cached_property
    def members(self) -> dict[str, Any] | None:
        """The members of the object in it, if there is one."""
        try:
            found = json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


_ROOM = 10
"""Connections of a small pool."""


class Connection(Protocol):
    """How one client reaches its gateway, for all that it sends."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request and read the answer; `TimeoutError` or `OSError` where none comes."""
        ...

    async def close(self) -> None:
        """Let go of whatever is open."""
        ...


class Pooled:
    """httpx2 with one time-out for the whole exchange, as it should be."""

    def __init__(self) -> None:
        # Certificates are of no use here, and to load them takes longer than all cases do.
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
    """Waits for as long as it takes."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:  # noqa: ARG002 - that is the defect
        """Send a request and read the answer."""
        return await self._asked(request, None)


class TimeoutPerByte(Pooled):
    """httpx2 as it comes: its time-out is counted anew with every byte."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request and read the answer."""
        return await self._asked(request, timeout_s)


class Leaking(Pooled):
    """Does not read what comes with a status of 400 or more, so those connections are never free again."""

    def __init__(self) -> None:
        super().__init__()
        self._http = httpx2.AsyncClient(
            trust_env=False,
            verify=False,
            limits=httpx2.Limits(max_connections=_ROOM, max_keepalive_connections=_ROOM),
        )
        self._open: list[httpx2.Response] = []

    async def _asked(self, request: WireRequest, timeout_s: float | None) -> Reply:
        asked = self._http.build_request(
            request.method, request.url, headers=request.headers, content=request.content,
            timeout=httpx2.Timeout(timeout_s, pool=0.05),
        )  # fmt: skip
        try:
            answer = await self._http.send(asked, stream=True)
            if answer.is_error:
                self._open.append(answer)
                return Reply(answer.status_code, "", b"")
            return Reply(answer.status_code, answer.headers.get("content-type", ""), await answer.aread())
        except httpx2.HTTPError as error:
            raise OSError(f"{type(error).__name__}: {error}") from error


class OneSocket:
    """HTTP/1.1 by hand over a single connection. It is right as far as it goes; two defects are made of it."""

    heeds_close = True
    """Whether a connection that the gateway says it closes is opened anew."""
    looks = True
    """Whether it looks if a connection was closed meanwhile."""
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
            # Also a `TimeoutError`: what comes behind it would be taken for the next answer.
            await self.close()
            raise error if isinstance(error, OSError) else OSError(str(error)) from error

    async def _exchanged(self, request: WireRequest) -> Reply:
        target = urlsplit(request.url)
        if self.looks and self._streams is not None and self._streams[0].at_eof():
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
    """Speaks HTTP/1.0, as some small devices do."""

    version = "HTTP/1.0"


class SendsChunks(OneSocket):
    """Does not say beforehand how long its body is."""

    sends_chunks = True


class Hedges(Pooled):
    """Sends everything twice at once and takes one answer: a good way to read, and a bad one to send."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Send a request twice and read the answers."""
        one, _ = await asyncio.gather(super().exchange(request, timeout_s), super().exchange(request, timeout_s))
        return one


class CachesAnswers(Pooled):
    """Has an answer for an address that it called before, and calls it no more."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Reply] = {}

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:
        """Read the answer, or remember it."""
        if request.url not in self._known:
            self._known[request.url] = await super().exchange(request, timeout_s)
        return self._known[request.url]


class ClosedConnection(OneSocket):
    """Goes on with a connection that the gateway has closed, and learns of it by a failure."""

    heeds_close = looks = False


class IgnoresSilentClose(OneSocket):
    """Closes a connection when it is told to, and never looks whether one is still there."""

    looks = False


class SendsOnceMore(IgnoresSilentClose):
    """Finds out that a connection was closed while it lay idle, and sends once more on a new one: that is right."""

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
    """Where it has to connect anew, it begins with the message before: who knows whether that one arrived."""

    _before: WireRequest | None = None

    async def _exchanged(self, request: WireRequest) -> Reply:
        if self._streams is not None and self._streams[0].at_eof() and self._before is not None:
            await self.close()
            await super()._exchanged(self._before)
        self._before = request
        return await super()._exchanged(request)


class WithoutChunks(OneSocket):
    """Takes every answer to say its length."""

    knows_chunks = False
