"""The clients that people copy keep every check of suite B that can be tested, by each operation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from contract_tests.client.driver.calling import Driver
from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.one_shot import OneShotDriver
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.findings import Report, Verdict
from contract_tests.client.reporting.console import failures
from contract_tests.client.running import Options, run
from tests.kit.client.test_examples_talk import COMMANDS


async def judged(make: Callable[[], Driver], operation: Operation, timeout_s: float, cases: int = 20) -> Report:
    """A whole run with what every run plays, and a little that is generated."""
    options = Options(
        "an example", operation, seed=5, cases=cases, workers=2, timeout_s=timeout_s, folder=None, shrink_s=0.0
    )
    return await run(options, make)


@pytest.fixture(scope="module")
def reports() -> dict[tuple[str, Operation], Report]:
    """Every example by each operation, side by side; the shell, a process for each message, by one."""

    async def all_of_them() -> list[Report]:
        children = (
            judged(lambda name=name: ChildDriver(COMMANDS[name]), operation, 1.0)  # type: ignore[misc]
            for name, operation in LONG_LIVED
        )
        # Several processes for each of its messages: its time-out is counted from the start of all.
        shell = judged(lambda: OneShotDriver(COMMANDS["shell_curl"]), "admin", 4.0, cases=0)
        return await asyncio.gather(*children, shell)

    return dict(zip([*LONG_LIVED, ("shell_curl", "admin")], asyncio.run(all_of_them()), strict=True))


LONG_LIVED: list[tuple[str, Operation]] = [
    (name, operation) for name in sorted(set(COMMANDS) - {"shell_curl"}) for operation in ("admin", "services")
]


@pytest.mark.parametrize(("name", "operation"), [*LONG_LIVED, ("shell_curl", "admin")])
def test_an_example_keeps_the_contract(
    name: str, operation: Operation, reports: dict[tuple[str, Operation], Report]
) -> None:
    """Nothing is broken, and nothing that a client can be asked for was left out."""
    report = reports[name, operation]

    assert list(failures(report)) == []
    left = {each.check.id for each in report.standings if each.verdict is not Verdict.KEPT}
    assert {id_ for id_ in left if not id_.startswith("receipts.")} == set()
