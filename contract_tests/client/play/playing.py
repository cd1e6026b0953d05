"""Play a case: create a session, send the intents in order, and read the gateway's journal after each."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from itertools import count

from contract_tests.client.driver.interface import Driver, Printed
from contract_tests.client.driver.protocol import Intent
from contract_tests.client.play.cases import PASSWORD, USERNAME, Case
from contract_tests.client.play.evidence import Evidence, SendAttempt
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.play.steps import CLOSED_IDLE

_GRACE = 0.5
_FACTOR = 1.5
"""The deadline is the client's time-out times this factor, plus the grace."""

_WARM_UP_S = 5.0
"""The time-out of a message that only starts the client."""

_CLOSE_NOTICE_S = 0.12
"""Between the close of an idle connection and the next message, so that the two cannot cross on the wire."""

_IDS = count(1)

_NOTHING = Printed()


def _closed_idle(attempt: SendAttempt) -> bool:
    return attempt.last is not None and attempt.last.step is CLOSED_IDLE


def deadline_of(timeout_s: float) -> float:
    """Seconds within which the client must answer."""
    return timeout_s * _FACTOR + _GRACE


async def play(case: Case, driver: Driver, stand_in: StandIn, *, printed: Printed = _NOTHING) -> Evidence:
    """Play a case; `CouldNotRunError` if the stand-in does not answer.

    `printed` is the output of the client before the case; it counts as output of the first intent, so that secrets in
    it are found.
    """
    if case.slow and driver.fresh:
        # The start of the client must not count as time that it waits.
        start = replace(case, messages=case.messages[:1], program=(), timeout_s=_WARM_UP_S)
        printed = printed.then((await play(start, driver, stand_in)).attempts[0].printed)
    session = await stand_in.session(case)
    attempts: list[SendAttempt] = []
    for message in case.messages:
        if attempts and _closed_idle(attempts[-1]):
            await asyncio.sleep(_CLOSE_NOTICE_S)
        intent = Intent(next(_IDS), session.base_url, USERNAME, PASSWORD, message, case.timeout_s, case.operation)
        began = time.monotonic()
        deadline = deadline_of(case.timeout_s)
        answer = await driver.send(intent, deadline)
        seconds = time.monotonic() - began
        exchanges = await session.new_exchanges()
        printed = printed.then(driver.take_printed())
        attempts.append(SendAttempt(intent, answer, exchanges, seconds, printed, deadline))
        printed = Printed()
    late = await session.new_exchanges()
    await session.end()
    return Evidence(case, tuple(attempts), late, session.base_url)
