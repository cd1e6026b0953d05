"""A running command: write lines, read lines, and always end it.

It uses the callbacks of asyncio's subprocess protocol rather than its streams: they report the end of a process even
if a process that it started holds its pipes, and the buffered output stays bounded.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from contract_tests.client.driver.interface import ClientOutput
from contract_tests.client.driver.protocol import DriverError, FailureKind
from contract_tests.target.target import CouldNotRunError

LONGEST_LINE = 65536
"""The maximum length of an answer in bytes, far more than any needs."""

_MOST_LINES = 16
"""Unread lines after which reading is paused; two are a failure already."""

_DRAIN_S = 0.5
"""Time to read the remaining output of a command that has ended; only left-over processes need all of it."""

GRACE = 2.0
"""Seconds that a command gets to end by itself, and again after SIGTERM."""

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def command_line(command: str) -> list[str]:
    """Split a command like a shell; `CouldNotRunError` if it has no words."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CouldNotRunError(f"The command {command!r} cannot be split into words: {error}.") from error
    if not words:
        raise CouldNotRunError("The command is empty: give the one that starts your client's driver.")
    return words


async def start_process(words: list[str], output: ClientOutput) -> Process:
    """Start the command in its own process group; `CouldNotRunError` if it does not start."""
    loop = asyncio.get_running_loop()
    try:
        _, process = await loop.subprocess_exec(lambda: Process(output), *words, start_new_session=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CouldNotRunError(f"The command {shlex.join(words)!r} does not start: {reason}.") from error
    return process


class Process(asyncio.SubprocessProtocol):
    """A running command; its creator must call `stop` or `kill`."""

    def __init__(self, output: ClientOutput) -> None:
        self._output = output
        self._lines: deque[bytes] = deque()
        self._partial = bytearray()
        self._open = {_STDIN, _STDOUT, _STDERR}
        self._returncode: int | None = None
        self._settled = self._ending = False
        self._changed = asyncio.Event()
        self.last_stderr = b""

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The command has started."""
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport
        self.pid = transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """The command has written output."""
        if fd == _STDERR:
            self._output.stderr.add(data)
            self.last_stderr = (self.last_stderr + data)[-LONGEST_LINE:]
            return
        self._output.stdout.add(data)
        *lines, rest = (bytes(self._partial) + data).split(b"\n")
        self._lines.extend(lines[: _MOST_LINES + 1])
        self._partial[:] = rest
        if not self._ending and (self.too_long or len(self._lines) > _MOST_LINES):
            self._pipe(_STDOUT).pause_reading()
        self._changed.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """One of the three streams is closed."""
        self._open.discard(fd)
        if fd == _STDOUT:
            self._soon_settled()
        self._changed.set()

    def process_exited(self) -> None:
        """The command has ended; kill what is left of its process group."""
        self._returncode = self._transport.get_returncode()
        self._signal(signal.SIGKILL)
        self._soon_settled()

    def _soon_settled(self) -> None:
        asyncio.get_running_loop().call_later(_DRAIN_S, self._settle)
        self._changed.set()

    def _settle(self) -> None:
        self._settled = True
        self._changed.set()

    # Called by the drivers

    @property
    def waiting_line(self) -> bytes | None:
        """The next unread line, if one has arrived."""
        return self._lines[0] if self._lines else None

    @property
    def too_long(self) -> bool:
        """Whether the current line is longer than any answer may be."""
        return len(self._partial) > LONGEST_LINE

    @property
    def over(self) -> bool:
        """Whether no more output can come."""
        done = self._returncode is not None and _STDOUT not in self._open and _STDERR not in self._open
        return done or self._settled

    @property
    def reads(self) -> bool:
        """Whether its standard input is open."""
        return _STDIN in self._open

    @property
    def exit_code(self) -> int | None:
        """Its exit code, if it has ended."""
        return self._returncode

    @property
    def rest(self) -> bytes:
        """The output after the last line feed."""
        return bytes(self._partial)

    def write(self, data: bytes) -> None:
        """Write input without waiting, even if the command does not read."""
        if self.reads:
            self._pipe(_STDIN).write(data)

    def close_input(self) -> None:
        """Close its standard input."""
        if self.reads:
            self._pipe(_STDIN).close()

    async def line(self, deadline: float, id_: int, *, end_is_line_feed: bool = False) -> bytes | None:
        """The next line without its line feed, awaited until `deadline` (loop time); `None` if the command ended."""
        await self._until(deadline, lambda: bool(self._lines) or self.too_long or self.over)
        if self._lines:
            return self._lines.popleft()
        if end_is_line_feed and self.over and self._partial:
            self._partial, found = bytearray(), self.rest
            return found
        if self.too_long:
            said = f"The answer to line {id_} has more than {LONGEST_LINE} bytes and no line feed: …."
            raise DriverError(FailureKind.TOO_LONG, said, self.rest)
        if self.over:
            return None
        raise self._silent(id_)

    async def drain(self) -> None:
        """Read the remaining output of a command that has ended or closed a stream."""
        await self._until(asyncio.get_running_loop().time() + _DRAIN_S, lambda: self.over)

    async def exits(self, deadline: float) -> bool:
        """Whether it ends before `deadline` (loop time); all its output is read then."""
        await self._until(deadline, lambda: self._returncode is not None)
        if self._returncode is None:
            return False
        await self.drain()
        return True

    async def _until(self, deadline: float, condition: Callable[[], bool]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()

    def ended(self, when: str, hint: str = "") -> DriverError:
        """The error for a command that gives no more output."""
        heard = "; its last output: …" if self._partial else ""
        if self._returncode is None:
            stream = "input" if _STDOUT in self._open else "output"
            said = f"The client closed its standard {stream} {when} and keeps running{heard}.{hint}"
            return DriverError(FailureKind.CLOSED, said, self.rest)
        said = f"The client {_exit(self._returncode)} {when}{heard}.{hint}"
        return DriverError(FailureKind.DIED, said, self.rest)

    def _silent(self, id_: int) -> DriverError:
        if self._partial:
            said = f"The client wrote no line feed after its answer to line {id_} in time: …."
            return DriverError(FailureKind.SILENT, said, self.rest)
        said = f"The client did not answer line {id_} in time (an answer that is not flushed does not arrive)."
        return DriverError(FailureKind.SILENT, said)

    # Ending it

    async def stop(self, grace: float = GRACE) -> None:
        """End it: close its input, then send SIGTERM, then kill it."""
        now = asyncio.get_running_loop().time
        self.close_input()
        if not await self.exits(now() + grace):
            self._signal(signal.SIGTERM)
            await self.exits(now() + grace)
        await self.kill()

    async def kill(self) -> None:
        """Kill it and its process group; no effect if it was killed before."""
        if self._ending:
            return
        self._ending = True
        self._signal(signal.SIGKILL)
        if _STDOUT in self._open:
            self._pipe(_STDOUT).resume_reading()  # the end of a stream is only seen by reading to it
        await self.exits(float("inf"))
        self._transport.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _pipe(self, fd: int) -> Any:
        return self._transport.get_pipe_transport(fd)


def _exit(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
