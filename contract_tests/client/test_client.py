"""Suite B as tests: one per check, all from one run."""

from __future__ import annotations

import pytest

from contract_tests.client.checks import checks_of
from contract_tests.client.reporting.console import failure_lines
from contract_tests.client.results import ClientReport, ClientVerdict


@pytest.mark.parametrize("check_id", [check.id for check in checks_of("never")])
def test_client(client_report: ClientReport, check_id: str) -> None:
    """The client keeps this check."""
    standing = next(each for each in client_report.standings if each.check.id == check_id)
    if check_id in client_report.closed_gaps:
        pytest.fail(f"{check_id} is a known gap that the client keeps: remove it from the list", pytrace=False)
    if standing.verdict in {ClientVerdict.NOT_REACHED, ClientVerdict.NOT_TESTABLE}:
        pytest.skip(standing.why or standing.verdict.value)
    if standing.verdict is ClientVerdict.BROKEN and standing.failure is not None:
        lines = list(failure_lines(standing.failure, client_report))
        if standing.known_gap:
            pytest.xfail("\n".join(lines))
        pytest.fail("\n".join(lines), pytrace=False)
