"""`pytest --pyargs contract_tests.gateway --sms-url=URL`: does this server keep the contract?"""

from __future__ import annotations

import pytest

from contract_tests.gateway.lab import SuiteBench
from contract_tests.gateway.runner import make
from contract_tests.gateway.suite import Check
from contract_tests.report.console import failures
from contract_tests.report.verdicts import Report


def test_contract(contract_check: Check, bench: SuiteBench, request: pytest.FixtureRequest) -> None:
    """Every requirement of the check is kept; a check that cannot run is skipped with the reason."""
    result = make(bench, contract_check)
    if result.failed:
        request.getfixturevalue("made")
        report = Report(
            bench.target.url, bench.seed, (result,), command="sms-contract gateway --url " + bench.target.url
        )
        pytest.fail("\n".join(failures(report)), pytrace=False)
    if result.not_testable is not None:
        pytest.skip(f"not testable: {result.not_testable}")
    request.getfixturevalue("made")
