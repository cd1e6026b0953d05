"""The race lab: the answer to a send, two receipts and a retry of the first, in every order that there is.

The gateway may tell of a message before its own answer has arrived. So the answer is held on the stand-in, and let go
when its turn has come.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count, permutations

from contract_tests.client.cases import PASSWORD, USERNAME, Case
from contract_tests.client.driver.calling import Answer, Driver
from contract_tests.client.driver.protocol import Intent, Operation
from contract_tests.client.receipts import Posted, ReceiptEndpoint, receipt
from contract_tests.client.stand_in import StandIn
from contract_tests.client.steps import Group, ScriptStep

ANSWER, FIRST, SECOND, RETRY = "the answer", "receipt 1", "receipt 2", "receipt 1 again"

ORDERS = tuple(
    order for order in permutations((ANSWER, FIRST, SECOND, RETRY)) if order.index(FIRST) < order.index(RETRY)
)
"""All of them, for a retry comes after what it repeats."""

_HELD = ScriptStep("the answer is held", Group.ACCEPTED, {"hold": True}, accepts=True)
_PATIENCE = 10.0
_MESSAGE = {"destination": "+447700900123", "text": "Race"}
_IDS = count(1_000_000)


@dataclass(frozen=True)
class Run:
    """One order, played."""

    order: tuple[str, ...]
    message_id: str
    answer: Answer
    posted: tuple[Posted, ...]
    seconds: float


async def race(
    order: tuple[str, ...], operation: Operation, driver: Driver, stand_in: StandIn, to: ReceiptEndpoint
) -> Run | None:
    """Play one order; `None` where the client sent nothing that could be told of."""
    began = time.monotonic()
    # Another seed, another id: to a receiver that knows what it has seen, no race is the repetition of another.
    case = Case((_MESSAGE,), (_HELD,), operation, timeout_s=_PATIENCE, seed=ORDERS.index(order))
    session = await stand_in.session(case)
    intent = Intent(next(_IDS), session.base_url, USERNAME, PASSWORD, _MESSAGE, _PATIENCE, operation)
    sending = asyncio.ensure_future(driver.send(intent, _PATIENCE * 2))
    try:
        message_id = await session.first_message(_PATIENCE)
        if message_id is None:
            return None
        posted = []
        for turn in order:
            if turn == ANSWER:
                await session.release()
                await asyncio.wait({sending})
            else:
                status = "DELIVERED" if turn == SECOND else "SENT"
                content = receipt(message_id, 2 if turn == SECOND else 1, status)
                posted.append(await to.post(turn, content))
        return Run(order, message_id, await sending, tuple(posted), time.monotonic() - began)
    finally:
        await session.release()
        await asyncio.wait({sending})
        await session.end()
