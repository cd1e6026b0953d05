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


def judged(make: Callable[[], Driver], operation: Operation, timeout_s: float) -> Report:
    """A whole run with what every run plays, and a little that is generated."""
    options = Options(
        "an example", operation, seed=5, cases=20, workers=4, timeout_s=timeout_s, folder=None, shrink_s=0.0
    )
    return asyncio.run(run(options, make))


def assert_kept(report: Report) -> None:
    """Nothing is broken, and nothing that a client can be asked for was left out."""
    assert list(failures(report)) == []
    left = {each.check.id for each in report.standings if each.verdict is not Verdict.KEPT}
    assert {id_ for id_ in left if not id_.startswith("receipts.")} == set()


@pytest.mark.parametrize("operation", ["admin", "services"])
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"shell_curl"}))
def test_an_example_keeps_the_contract(name: str, operation: Operation) -> None:
    """A child that lives as long as the run."""
    assert_kept(judged(lambda: ChildDriver(COMMANDS[name]), operation, 0.5))


def test_the_shell_example_keeps_the_contract() -> None:
    """A process for each message, and several for each of those: its time-out is counted from the start of all."""
    assert_kept(judged(lambda: OneShotDriver(COMMANDS["shell_curl"]), "admin", 3.0))
