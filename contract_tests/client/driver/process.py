"""A command that runs: lines in, lines out, and an end that always comes.

The callbacks of asyncio's subprocess protocol are used rather than its streams: they tell that a process has ended
even where something that it left behind holds its pipes, and nothing of what it prints is kept without a bound.
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

from contract_tests.client.driver.calling import Prints
from contract_tests.client.driver.protocol import FailureKind, NoAnswerLineError
from contract_tests.target.target import CouldNotRunError

LONGEST_LINE = 65536
"""Bytes that an answer may take: far more than any needs."""

_MOST_LINES = 16
"""Lines that wait to be read before the command is no longer listened to; two are a failure already."""

_LINGER = 0.5
"""Seconds for the last words of a command whose output or life has ended; only a left-over process takes them up."""

GRACE = 2.0
"""Seconds that a command gets to end by itself, and once more to end when it is asked to."""

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def command_line(command: str) -> list[str]:
    """A command's words, as a shell would split them; `CouldNotRunError` where it has none."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CouldNotRunError(f"The command {command!r} cannot be split into words: {error}.") from error
    if not words:
        raise CouldNotRunError("The command is empty: give the one that starts your client's driver.")
    return words


async def started(words: list[str], prints: Prints) -> Process:
    """The command, running in a process group of its own; `CouldNotRunError` where it does not start."""
    loop = asyncio.get_running_loop()
    try:
        _, process = await loop.subprocess_exec(lambda: Process(prints), *words, start_new_session=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CouldNotRunError(f"The command {shlex.join(words)!r} does not start: {reason}.") from error
    return process


class Process(asyncio.SubprocessProtocol):
    """A running command; whoever made it must call `stop` or `kill`."""

    def __init__(self, prints: Prints) -> None:
        self._prints = prints
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
        """The command has printed something."""
        if fd == _STDERR:
            self._prints.stderr.add(data)
            self.last_stderr = (self.last_stderr + data)[-LONGEST_LINE:]
            return
        self._prints.stdout.add(data)
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
        """The command has ended; what it started in its group has no business any more."""
        self._returncode = self._transport.get_returncode()
        self._signal(signal.SIGKILL)
        self._soon_settled()

    def _soon_settled(self) -> None:
        asyncio.get_running_loop().call_later(_LINGER, self._settle)
        self._changed.set()

    def _settle(self) -> None:
        self._settled = True
        self._changed.set()

    # What the drivers ask

    @property
    def waiting_line(self) -> bytes | None:
        """A line that has come and was not read yet."""
        return self._lines[0] if self._lines else None

    @property
    def too_long(self) -> bool:
        """Whether it writes a line that is longer than any answer."""
        return len(self._partial) > LONGEST_LINE

    @property
    def over(self) -> bool:
        """Whether it can say nothing any more."""
        done = self._returncode is not None and _STDOUT not in self._open and _STDERR not in self._open
        return done or self._settled

    @property
    def reads(self) -> bool:
        """Whether its standard input is open."""
        return _STDIN in self._open

    @property
    def exit_code(self) -> int | None:
        """How it ended, if it did."""
        return self._returncode

    @property
    def rest(self) -> bytes:
        """What came behind the last line feed."""
        return bytes(self._partial)

    def write(self, data: bytes) -> None:
        """Give it input; never waits, however little it reads."""
        if self.reads:
            self._pipe(_STDIN).write(data)

    def close_input(self) -> None:
        """Tell it that nothing more will come."""
        if self.reads:
            self._pipe(_STDIN).close()

    async def line(self, deadline: float, id_: int, *, end_is_line_feed: bool = False) -> bytes | None:
        """The next line without its line feed, until the loop's clock shows `deadline`; `None` if it has ended."""
        await self._until(deadline, lambda: bool(self._lines) or self.too_long or self.over)
        if self._lines:
            return self._lines.popleft()
        if end_is_line_feed and self.over and self._partial:
            self._partial, found = bytearray(), self.rest
            return found
        if self.too_long:
            said = f"The answer to line {id_} has more than {LONGEST_LINE} bytes and no line feed: …."
            raise NoAnswerLineError(FailureKind.TOO_LONG, said, self.rest)
        if self.over:
            return None
        raise self._silent(id_)

    async def last_words(self) -> None:
        """Read what a command has still said whose output, input or life has ended."""
        await self._until(asyncio.get_running_loop().time() + _LINGER, lambda: self.over)

    async def exits(self, deadline: float) -> bool:
        """Whether it ends, all its output read, before the loop's clock shows `deadline`."""
        await self._until(deadline, lambda: self._returncode is not None)
        if self._returncode is None:
            return False
        await self.last_words()
        return True

    async def _until(self, deadline: float, there: Callable[[], bool]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                while not there():
                    self._changed.clear()
                    await self._changed.wait()

    def ended(self, when: str, hint: str = "") -> NoAnswerLineError:
        """Why there is nothing more to come."""
        heard = "; its last words: …" if self._partial else ""
        if self._returncode is None:
            stream = "input" if _STDOUT in self._open else "output"
            said = f"The client closed its standard {stream} {when}, and lives on{heard}.{hint}"
            return NoAnswerLineError(FailureKind.CLOSED, said, self.rest)
        said = f"The client {_exit(self._returncode)} {when}{heard}.{hint}"
        return NoAnswerLineError(FailureKind.DIED, said, self.rest)

    def _silent(self, id_: int) -> NoAnswerLineError:
        if self._partial:
            said = f"The client wrote no line feed behind its answer to line {id_} in time: …."
            return NoAnswerLineError(FailureKind.SILENT, said, self.rest)
        said = f"The client said nothing on line {id_} in time (an answer that is not flushed does not arrive)."
        return NoAnswerLineError(FailureKind.SILENT, said)

    # Its end

    async def stop(self, grace: float = GRACE) -> None:
        """End it: first by the end of its input, then by asking, then by force."""
        now = asyncio.get_running_loop().time
        self.close_input()
        if not await self.exits(now() + grace):
            self._signal(signal.SIGTERM)
            await self.exits(now() + grace)
        await self.kill()

    async def kill(self) -> None:
        """End it and all of its process group at once; once it is ended this does nothing."""
        if self._ending:
            return
        self._ending = True
        self._signal(signal.SIGKILL)
        if _STDOUT in self._open:
            self._pipe(_STDOUT).resume_reading()  # the end of a stream is seen by reading up to it
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
