"""The example clients keep every check of suite B that can be tested, with both operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.interface import Driver
from contract_tests.client.driver.one_shot import OneShotDriver
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.case_sets import fixed_cases
from contract_tests.client.play.cases import Case
from contract_tests.client.reporting.console import failures
from contract_tests.client.results import ClientReport, ClientVerdict
from contract_tests.client.run import runner
from contract_tests.client.run.runner import ClientOptions, run
from tests.kit.client.test_examples_talk import COMMANDS

pytestmark = pytest.mark.long

TIMEOUT_S = 2.0
"""The examples' time-out in cases that wait for it; ample, since all of them wait concurrently."""


async def judged(
    make: Callable[[], Driver], operation: Operation, timeout_s: float, *, cases: int = 20, workers: int = 2
) -> ClientReport:
    """A whole run with the fixed cases and a few generated ones."""
    options = ClientOptions(
        "an example", operation, seed=5, cases=cases, workers=workers, timeout_s=timeout_s, folder=None, shrink_s=0.0
    )
    return await run(options, make)


@pytest.fixture(scope="module")
def reports() -> dict[tuple[str, Operation], ClientReport]:
    """The long-lived examples with both operations, judged concurrently."""

    async def all_of_them() -> list[ClientReport]:
        children = (
            judged(lambda name=name: ChildDriver(COMMANDS[name]), operation, TIMEOUT_S)  # type: ignore[misc]
            for name, operation in LONG_LIVED
        )
        return await asyncio.gather(*children)

    return dict(zip(LONG_LIVED, asyncio.run(all_of_them()), strict=True))


LONG_LIVED: list[tuple[str, Operation]] = [
    (name, operation) for name in sorted(set(COMMANDS) - {"shell_curl"}) for operation in ("admin", "services")
]


@pytest.mark.parametrize(("name", "operation"), LONG_LIVED)
def test_an_example_keeps_the_contract(
    name: str, operation: Operation, reports: dict[tuple[str, Operation], ClientReport]
) -> None:
    """With both operations."""
    assert_kept(reports[name, operation])


def test_the_shell_example_keeps_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts six processes per message: all steps are played, but only every fifth message."""

    def fewer(operation: Operation, timeout_s: float) -> tuple[Case, ...]:
        cases = fixed_cases(operation, timeout_s)
        alone = [case for case in cases if not case.program and len(case.messages) == 1]
        return tuple(case for case in cases if case not in alone or alone.index(case) % 5 == 0)

    monkeypatch.setattr(runner, "fixed_cases", fewer)
    # Its time-out includes the start of its processes.
    shell = judged(lambda: OneShotDriver(COMMANDS["shell_curl"]), "admin", 3.0, cases=0, workers=4)
    assert_kept(asyncio.run(shell))


def assert_kept(report: ClientReport) -> None:
    """Assert that every check is kept, except those of receipts."""
    assert list(failures(report)) == []
    left = {each.check.id for each in report.standings if each.verdict is not ClientVerdict.KEPT}
    assert {id_ for id_ in left if not id_.startswith("receipts.")} == set()
