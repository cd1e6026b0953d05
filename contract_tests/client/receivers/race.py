"""The race between the answer to a send and its receipts, in every order.

The gateway may post a receipt before its answer to the send has arrived. The stand-in holds the answer and releases
it when its turn comes; two receipts and a retry of the first are posted before and after.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count, permutations

from contract_tests.client.driver.interface import Answer, Driver
from contract_tests.client.driver.protocol import Intent, Operation
from contract_tests.client.play.cases import PASSWORD, USERNAME, Case
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.play.steps import Group, ScriptStep
from contract_tests.client.receivers.receipts import PostedReceipt, ReceiptEndpoint, receipt

ANSWER, FIRST, SECOND, RETRY = "the answer", "receipt 1", "receipt 2", "receipt 1 again"

ORDERS = tuple(
    order for order in permutations((ANSWER, FIRST, SECOND, RETRY)) if order.index(FIRST) < order.index(RETRY)
)
"""All orders in which the retry comes after the receipt that it repeats."""

_HELD = ScriptStep("the answer is held", Group.ACCEPTED, {"hold": True}, accepts=True)
_TIMEOUT_S = 10.0
_MESSAGE = {"destination": "+447700900123", "text": "Race"}
_IDS = count(1_000_000)


@dataclass(frozen=True)
class RaceRun:
    """One played order."""

    order: tuple[str, ...]
    message_id: str
    answer: Answer
    posted: tuple[PostedReceipt, ...]
    seconds: float


async def race(
    order: tuple[str, ...], operation: Operation, driver: Driver, stand_in: StandIn, endpoint: ReceiptEndpoint
) -> RaceRun | None:
    """Play one order; `None` if the client sent no message that is accepted."""
    began = time.monotonic()
    # Each order has its own seed and so its own message id: no receipt repeats one of another race.
    case = Case((_MESSAGE,), (_HELD,), operation, timeout_s=_TIMEOUT_S, seed=ORDERS.index(order))
    session = await stand_in.session(case)
    intent = Intent(next(_IDS), session.base_url, USERNAME, PASSWORD, _MESSAGE, _TIMEOUT_S, operation)
    sending = asyncio.ensure_future(driver.send(intent, _TIMEOUT_S * 2))
    try:
        message_id = await session.first_message(_TIMEOUT_S)
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
                posted.append(await endpoint.post(turn, content))
        return RaceRun(order, message_id, await sending, tuple(posted), time.monotonic() - began)
    finally:
        await session.release()
        await asyncio.wait({sending})
        await session.end()
