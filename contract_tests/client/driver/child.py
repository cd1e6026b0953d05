"""A long-lived child: started once, it answers one line after the other."""

from __future__ import annotations

import asyncio

from contract_tests.client.driver.calling import Answer, Printed, Prints, failure
from contract_tests.client.driver.process import GRACE, Process, command_line, started
from contract_tests.client.driver.protocol import FailureKind, Intent, NoAnswerLineError, Outcome, answer_in

START_SECONDS = 10.0
"""How much longer the first answer of a child may take: some languages take their time to start."""


class ChildDriver:
    """Speaks JSON lines with a command; one that fails is ended, and the next intent finds a fresh one.

    The child gets this process's environment and is ended with all of its process group. Raises `CouldNotRunError`
    where the command does not start.
    """

    def __init__(self, command: str, *, start_seconds: float = START_SECONDS, grace: float = GRACE) -> None:
        self._words = command_line(command)
        self._grace = grace
        self._start_seconds = start_seconds
        self._prints = Prints()
        self._process: Process | None = None
        self._answered: int | None = None

    @property
    def fresh(self) -> bool:
        """Whether the next intent is the first of its child, and may take `start_seconds` longer."""
        return self._process is None or self._answered is None

    @property
    def pid(self) -> int | None:
        """The process id of the child that is there, if one is."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start the child ahead of the first intent."""
        if self._process is None:
            self._process = await started(self._words, self._prints)
            self._answered = None

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have the child send; what it does instead of answering in time is a `DriverFailure`."""
        seconds = deadline + (self._start_seconds if self.fresh else 0.0)
        await self.start()
        process = self._process
        assert process is not None
        try:
            return await self._exchange(process, intent, asyncio.get_running_loop().time() + seconds)
        except NoAnswerLineError as trouble:
            await self._discard(process)
            return failure(trouble, intent, process.last_stderr)
        except BaseException:
            # The answer to this line would be taken for that to the next one.
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
        # Standard error that was written before the answer has been read as well: both were ready in the same turn of
        # the loop. Whatever more came with the answer is more than one line.
        if process.waiting_line is not None:
            raise self._surplus(process.waiting_line)
        return outcome

    async def _check_idle(self, process: Process, id_: int) -> None:
        """Nothing may have happened since the last answer."""
        if self._answered is None:
            return
        await asyncio.sleep(0)  # see what has come meanwhile
        if process.waiting_line is not None:
            raise self._surplus(process.waiting_line)
        if process.over or not process.reads:
            await process.last_words()
            raise self._ended(process, id_)

    def _ended(self, process: Process, id_: int) -> NoAnswerLineError:
        """Told alike whether the end is noticed before the line is written or after."""
        if self._answered is None:
            return process.ended(f"before it answered line {id_}")
        hint = " A command that takes one message only needs --one-shot." if process.exit_code == 0 else ""
        return process.ended(f"after its answer to line {self._answered} and before one to line {id_}", hint)

    def _read(self, line: bytes, id_: int) -> Outcome:
        try:
            return answer_in(line, id_)
        except NoAnswerLineError as trouble:
            if trouble.kind is FailureKind.WRONG_ID and self._is_second(line):
                raise self._surplus(line) from trouble
            raise

    def _is_second(self, line: bytes) -> bool:
        if self._answered is None:
            return False
        try:
            answer_in(line, self._answered)
        except NoAnswerLineError:
            return False
        return True

    def _surplus(self, line: bytes) -> NoAnswerLineError:
        if self._is_second(line):
            said = f"The client answered line {self._answered} a second time: …."
            return NoAnswerLineError(FailureKind.ANSWERED_TWICE, said, line)
        said = f"The client wrote a line that nobody asked for, after its answer to line {self._answered}: …."
        return NoAnswerLineError(FailureKind.NONSENSE, said, line)

    async def _discard(self, process: Process) -> None:
        self._process = self._answered = None
        await process.kill()

    def take_printed(self) -> Printed:
        """What all children printed since this was called last."""
        return self._prints.take()

    async def close(self) -> None:
        """End the child: by the end of its input, then by asking, then by force."""
        process, self._process, self._answered = self._process, None, None
        if process is not None:
            await process.stop(self._grace)
