"""How the tests call a driver: a few intents one after the other, and the driver closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from contract_tests.client.driver.interface import Answer, Driver, DriverFailure, Printed
from contract_tests.client.driver.protocol import FailureKind, Intent

PATIENCE = 30.0
"""Seconds for what comes at once, on a busy machine too."""

SOON = 0.3
"""Seconds for what never comes."""

PASSWORD = "pass-wörd/1"


def intent(id_: int = 1, *, password: str = PASSWORD, message: Mapping[str, Any] | None = None) -> Intent:
    """An intent like any other."""
    said = {"destination": "+447700900123", "text": "Hi"} if message is None else message
    return Intent(id_, "http://127.0.0.1:9/~c1", "admin", password, said, 2.0)


def answers(driver: Driver, count: int = 1, deadline: float = PATIENCE) -> list[Answer]:
    """What becomes of so many intents."""
    return conversation(driver, count, deadline)[0]


def conversation(driver: Driver, count: int = 1, deadline: float = PATIENCE) -> tuple[list[Answer], Printed]:
    """What becomes of so many intents, and what was printed in all."""

    async def converse() -> list[Answer]:
        try:
            return [await driver.send(intent(number), deadline) for number in range(1, count + 1)]
        finally:
            await driver.close()

    return asyncio.run(converse()), driver.take_printed()


def assert_failure(answer: Answer, kind: FailureKind, *said: str) -> DriverFailure:
    """The answer is a failure of this kind, and its sentence has these words."""
    assert isinstance(answer, DriverFailure), answer
    assert answer.kind is kind, answer
    assert answer.said.endswith((".", ")"))
    assert [words for words in said if words not in answer.said] == [], answer.said
    return answer
