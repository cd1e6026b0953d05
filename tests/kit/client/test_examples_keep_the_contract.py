"""The clients that people copy keep every check of suite B that can be tested, by each operation."""

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

TIMEOUT_S = 2.0
"""The examples' own limit where they have to wait for it: all of them wait at once, beside whatever else runs."""


async def judged(
    make: Callable[[], Driver], operation: Operation, timeout_s: float, *, cases: int = 20, workers: int = 2
) -> ClientReport:
    """A whole run with what every run plays, and a little that is generated."""
    options = ClientOptions(
        "an example", operation, seed=5, cases=cases, workers=workers, timeout_s=timeout_s, folder=None, shrink_s=0.0
    )
    return await run(options, make)


@pytest.fixture(scope="module")
def reports() -> dict[tuple[str, Operation], ClientReport]:
    """Every example that lives as long as the run, by each operation, side by side."""

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
    """By each operation."""
    assert_kept(reports[name, operation])


def test_the_shell_example_keeps_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six processes for each message: it meets all that the gateway does, and every fifth of the zoo of messages."""

    def fewer(operation: Operation, timeout_s: float) -> tuple[Case, ...]:
        cases = fixed_cases(operation, timeout_s)
        alone = [case for case in cases if not case.program and len(case.messages) == 1]
        return tuple(case for case in cases if case not in alone or alone.index(case) % 5 == 0)

    monkeypatch.setattr(runner, "fixed_cases", fewer)
    # Its time-out is counted from the start of all its processes.
    shell = judged(lambda: OneShotDriver(COMMANDS["shell_curl"]), "admin", 3.0, cases=0, workers=4)
    assert_kept(asyncio.run(shell))


def assert_kept(report: ClientReport) -> None:
    """Nothing is broken, and nothing that a client can be asked for was left out."""
    assert list(failures(report)) == []
    left = {each.check.id for each in report.standings if each.verdict is not ClientVerdict.KEPT}
    assert {id_ for id_ in left if not id_.startswith("receipts.")} == set()
