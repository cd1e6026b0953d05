"""`--one-shot`: the command is started once for each message, with the line on its standard input."""

from __future__ import annotations

import asyncio

from contract_tests.client.driver.calling import Answer, Printed, Prints, failure
from contract_tests.client.driver.process import Process, command_line, started
from contract_tests.client.driver.protocol import FailureKind, Intent, NoAnswerLineError, Outcome, answer_in


class OneShotDriver:
    """Runs a command for each intent: one line in, one line out, and an end with exit code 0.

    The line feed behind the only answer may be missing, for the end of the output ends the line as well. Raises
    `CouldNotRunError` where the command does not start.
    """

    fresh = False
    """Each intent starts a process of its own: none is spared it."""

    def __init__(self, command: str) -> None:
        self._words = command_line(command)
        self._prints = Prints()

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have a process of its own send; it must have ended within `deadline` seconds, its start included."""
        ends = asyncio.get_running_loop().time() + deadline
        process = await started(self._words, self._prints)
        try:
            return await self._exchange(process, intent, ends)
        except NoAnswerLineError as trouble:
            # Its last words on standard error are read until it has ended.
            await process.kill()
            return failure(trouble, intent, process.last_stderr)
        finally:
            await process.kill()

    async def _exchange(self, process: Process, intent: Intent, deadline: float) -> Outcome:
        process.write(intent.line())
        process.close_input()
        line = await process.line(deadline, intent.id, end_is_line_feed=True)
        if line is None:
            raise process.ended(f"before it answered line {intent.id}")
        outcome = answer_in(line, intent.id)
        ended = await process.exits(deadline)
        surplus = process.waiting_line or process.rest
        if surplus:
            said = f"The command wrote more than the answer to line {intent.id}: …."
            raise NoAnswerLineError(FailureKind.ANSWERED_TWICE, said, surplus)
        if not ended:
            said = f"The command answered line {intent.id} and did not end in time; it is started once per message."
            raise NoAnswerLineError(FailureKind.LINGERED, said)
        if process.exit_code != 0:
            raise process.ended(f"after it had answered line {intent.id}")
        return outcome

    def take_printed(self) -> Printed:
        """What the commands printed since this was called last."""
        return self._prints.take()

    async def close(self) -> None:
        """Nothing is running between two intents."""
