"""A driver for `--one-shot`: the command is started once per message, with the line on its standard input."""

from __future__ import annotations

import asyncio

from contract_tests.client.driver.interface import Answer, ClientOutput, Printed, failure
from contract_tests.client.driver.process import Process, command_line, start_process
from contract_tests.client.driver.protocol import DriverError, FailureKind, Intent, Outcome, parse_answer


class OneShotDriver:
    """Runs a command for each intent: one line in, one line out, and exit code 0.

    The line feed after the answer may be missing, since the end of the output also ends the line. Raises
    `CouldNotRunError` if the command does not start.
    """

    fresh = False
    """Every intent includes a start."""

    def __init__(self, command: str) -> None:
        self._words = command_line(command)
        self._output = ClientOutput()

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have a new process send; it must end within `deadline` seconds, including its start."""
        ends = asyncio.get_running_loop().time() + deadline
        process = await start_process(self._words, self._output)
        try:
            return await self._exchange(process, intent, ends)
        except DriverError as error:
            # Standard error is read until the process has ended.
            await process.kill()
            return failure(error, intent, process.last_stderr)
        finally:
            await process.kill()

    async def _exchange(self, process: Process, intent: Intent, deadline: float) -> Outcome:
        process.write(intent.line())
        process.close_input()
        line = await process.line(deadline, intent.id, end_is_line_feed=True)
        if line is None:
            raise process.ended(f"before it answered line {intent.id}")
        outcome = parse_answer(line, intent.id)
        ended = await process.exits(deadline)
        surplus = process.waiting_line or process.rest
        if surplus:
            said = f"The command wrote more than the answer to line {intent.id}: …."
            raise DriverError(FailureKind.ANSWERED_TWICE, said, surplus)
        if not ended:
            said = f"The command answered line {intent.id} and did not end in time; it is started once per message."
            raise DriverError(FailureKind.LINGERED, said)
        if process.exit_code != 0:
            raise process.ended(f"after it had answered line {intent.id}")
        return outcome

    def take_printed(self) -> Printed:
        """The output of the commands since the last call."""
        return self._output.take()

    async def close(self) -> None:
        """Do nothing: no process runs between two intents."""
