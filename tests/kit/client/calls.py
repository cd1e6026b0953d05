"""Helpers to call a driver with a few intents and close it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from contract_tests.client.driver.interface import Answer, Driver, DriverFailure, Printed
from contract_tests.client.driver.protocol import FailureKind, Intent

PATIENCE = 30.0
"""Seconds for something immediate, even on a busy machine."""

SOON = 0.3
"""Seconds for something that never happens."""

PASSWORD = "pass-wörd/1"


def intent(id_: int = 1, *, password: str = PASSWORD, message: Mapping[str, Any] | None = None) -> Intent:
    """A simple intent."""
    said = {"destination": "+447700900123", "text": "Hi"} if message is None else message
    return Intent(id_, "http://127.0.0.1:9/~c1", "admin", password, said, 2.0)


def answers(driver: Driver, count: int = 1, deadline: float = PATIENCE) -> list[Answer]:
    """The answers to `count` intents."""
    return conversation(driver, count, deadline)[0]


def conversation(driver: Driver, count: int = 1, deadline: float = PATIENCE) -> tuple[list[Answer], Printed]:
    """The answers to `count` intents, and all output."""

    async def converse() -> list[Answer]:
        try:
            return [await driver.send(intent(number), deadline) for number in range(1, count + 1)]
        finally:
            await driver.close()

    return asyncio.run(converse()), driver.take_printed()


def assert_failure(answer: Answer, kind: FailureKind, *said: str) -> DriverFailure:
    """Assert that the answer is a failure of this kind whose sentence has these words."""
    assert isinstance(answer, DriverFailure), answer
    assert answer.kind is kind, answer
    assert answer.said.endswith((".", ")"))
    assert [words for words in said if words not in answer.said] == [], answer.said
    return answer
