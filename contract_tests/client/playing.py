"""Playing a case: a session, the intents one after the other, and what the gateway's journal says of each."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from itertools import count

from contract_tests.client.cases import PASSWORD, USERNAME, Case
from contract_tests.client.driver.calling import Driver, Printed
from contract_tests.client.driver.protocol import Intent
from contract_tests.client.evidence import Evidence, SendAttempt
from contract_tests.client.stand_in import StandIn
from contract_tests.client.steps import CLOSED_IDLE

_GRACE = 0.5
_FACTOR = 1.5
"""A client gets its own time-out times this, and the grace: then it has not given up in time."""

_WARM_UP = 5.0
"""Seconds that a client gets for a message that only has to start it."""

_NOTICE = 0.12
"""Seconds from the end of an idle connection to the next message: nobody can say that it crossed the wire."""

_IDS = count(1)

_NOTHING = Printed()


def _closed_idle(attempt: SendAttempt) -> bool:
    return attempt.last is not None and attempt.last.step is CLOSED_IDLE


def deadline_of(timeout_s: float) -> float:
    """Seconds within which a client has to make up its mind."""
    return timeout_s * _FACTOR + _GRACE


async def play(case: Case, driver: Driver, stand_in: StandIn, *, printed: Printed = _NOTHING) -> Evidence:
    """Play a case; `CouldNotRunError` where the stand-in does not answer.

    What was `printed` outside of any case counts in the next one: a secret that is told there is one too.
    """
    if case.slow and driver.fresh:
        # How long it takes a client to start says nothing of how long it waits.
        start = replace(case, messages=case.messages[:1], program=(), timeout_s=_WARM_UP)
        printed = printed.then((await play(start, driver, stand_in)).attempts[0].printed)
    session = await stand_in.session(case)
    attempts: list[SendAttempt] = []
    for message in case.messages:
        if attempts and _closed_idle(attempts[-1]):
            await asyncio.sleep(_NOTICE)
        intent = Intent(next(_IDS), session.base_url, USERNAME, PASSWORD, message, case.timeout_s, case.operation)
        began = time.monotonic()
        deadline = deadline_of(case.timeout_s)
        answer = await driver.send(intent, deadline)
        seconds = time.monotonic() - began
        exchanges = await session.arrived()
        printed = printed.then(driver.take_printed())
        attempts.append(SendAttempt(intent, answer, exchanges, seconds, printed, deadline))
        printed = Printed()
    late = await session.arrived()
    await session.end()
    return Evidence(case, tuple(attempts), late, session.base_url)
