"""Browsers that have a page open, without a browser: each holds the stream and asks for the live part when told.

`python -m benchmarks.pages PORT COUNT PATH`; a line on its input ends it, and has it say how often the pages looked.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

_LIVE = "part=live"


class BenchPage:
    """One open page."""

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._live = f"{path}{'&' if '?' in path else '?'}{_LIVE}"
        self._kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.looks = 0

    async def stay(self) -> None:
        """Hold the stream, and look again whenever it says so: one look at a time, as htmx does."""
        reader, _ = await self._asked("/_console/changes")
        while line := await reader.readline():
            if b"event: changed" in line:
                await self._look()
                self.looks += 1

    async def _look(self) -> None:
        """By the connection of the last look, unless the server has closed it since."""
        if self._kept is not None:
            reader, writer = self._kept
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                writer.write(_request(self._live))
                return await _answer(reader)
        self._kept = await self._asked(self._live)
        return await _answer(self._kept[0])

    async def _asked(self, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        writer.write(_request(path))
        return reader, writer


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request: true\r\nAccept: text/html\r\n\r\n".encode()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(f"a page was answered {head.splitlines()[0].decode()}")
    length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))


async def _run(port: int, count: int, path: str) -> None:
    pages = [BenchPage(port, path) for _ in range(count)]
    staying = [asyncio.create_task(page.stay()) for page in pages]
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    await asyncio.wait([*staying, ended], return_when=asyncio.FIRST_COMPLETED)
    assert ended.done(), "a page was closed"
    print(sum(page.looks for page in pages), flush=True)
    for each in staying:
        each.cancel()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
