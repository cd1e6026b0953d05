"""A driver for a long-lived child process, which answers line by line."""

from __future__ import annotations

import asyncio

from contract_tests.client.driver.interface import Answer, ClientOutput, Printed, failure
from contract_tests.client.driver.process import GRACE, Process, command_line, start_process
from contract_tests.client.driver.protocol import DriverError, FailureKind, Intent, Outcome, parse_answer

START_SECONDS = 10.0
"""Extra time for the first answer of a child, since some languages start slowly."""


class ChildDriver:
    """Exchanges JSON lines with a command; a child that fails is ended, and the next intent starts a new one.

    The child inherits this process's environment and is ended with its whole process group. Raises `CouldNotRunError`
    if the command does not start.
    """

    def __init__(self, command: str, *, start_seconds: float = START_SECONDS, grace: float = GRACE) -> None:
        self._words = command_line(command)
        self._grace = grace
        self._start_seconds = start_seconds
        self._output = ClientOutput()
        self._process: Process | None = None
        self._answered: int | None = None

    @property
    def fresh(self) -> bool:
        """Whether the next intent is the first one of its child and may take `start_seconds` longer."""
        return self._process is None or self._answered is None

    @property
    def pid(self) -> int | None:
        """The process id of the running child, if any."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start the child before the first intent."""
        if self._process is None:
            self._process = await start_process(self._words, self._output)
            self._answered = None

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have the child send; return a `DriverFailure` if it does not answer in time."""
        seconds = deadline + (self._start_seconds if self.fresh else 0.0)
        await self.start()
        process = self._process
        assert process is not None
        try:
            return await self._exchange(process, intent, asyncio.get_running_loop().time() + seconds)
        except DriverError as error:
            await self._discard(process)
            return failure(error, intent, process.last_stderr)
        except BaseException:
            # A late answer to this line must not be read as the answer to the next one.
            await self._discard(process)
            raise

    async def _exchange(self, process: Process, intent: Intent, deadline: float) -> Outcome:
        await self._check_idle(process, intent.id)
        process.write(intent.line())
        line = await process.line(deadline, intent.id)
        if line is None:
            raise self._ended(process, intent.id)
        outcome = self._read(line, intent.id)
        self._answered = intent.id
        # Standard error written before the answer has been read too: both were ready in the same iteration of the
        # event loop. Another waiting line is surplus.
        if process.waiting_line is not None:
            raise self._surplus(process.waiting_line)
        return outcome

    async def _check_idle(self, process: Process, id_: int) -> None:
        """Raise if the child wrote or ended since the last answer."""
        if self._answered is None:
            return
        await asyncio.sleep(0)  # let the event loop read what has arrived
        if process.waiting_line is not None:
            raise self._surplus(process.waiting_line)
        if process.over or not process.reads:
            await process.drain()
            raise self._ended(process, id_)

    def _ended(self, process: Process, id_: int) -> DriverError:
        """The same error whether the end is noticed before or after the line is written."""
        if self._answered is None:
            return process.ended(f"before it answered line {id_}")
        hint = " A command that takes one message only needs --one-shot." if process.exit_code == 0 else ""
        return process.ended(f"after its answer to line {self._answered} and before one to line {id_}", hint)

    def _read(self, line: bytes, id_: int) -> Outcome:
        try:
            return parse_answer(line, id_)
        except DriverError as error:
            if error.kind is FailureKind.WRONG_ID and self._is_second(line):
                raise self._surplus(line) from error
            raise

    def _is_second(self, line: bytes) -> bool:
        if self._answered is None:
            return False
        try:
            parse_answer(line, self._answered)
        except DriverError:
            return False
        return True

    def _surplus(self, line: bytes) -> DriverError:
        if self._is_second(line):
            said = f"The client answered line {self._answered} a second time: …."
            return DriverError(FailureKind.ANSWERED_TWICE, said, line)
        said = f"The client wrote an unexpected line after its answer to line {self._answered}: …."
        return DriverError(FailureKind.NONSENSE, said, line)

    async def _discard(self, process: Process) -> None:
        self._process = self._answered = None
        await process.kill()

    def take_printed(self) -> Printed:
        """The output of all children since the last call."""
        return self._output.take()

    async def close(self) -> None:
        """End the child: close its input, then terminate it, then kill it."""
        process, self._process, self._answered = self._process, None, None
        if process is not None:
            await process.stop(self._grace)
