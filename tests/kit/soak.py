"""`python -m tests.kit.soak [ROUNDS]`: run suite A with new seeds on the healthy mock and on every broken gateway.

The healthy mock must pass; each broken gateway must be reported for the requirement that it breaks.
"""

from __future__ import annotations

import sys
from secrets import randbelow

from contract_tests.gateway.runner import Options, run
from contract_tests.report.console import failures
from contract_tests.report.verdicts import Report
from tests.kit.broken_gateways import CATALOGUE, Broken, served

ROUNDS = 20


def judged(broken: Broken | None) -> Report:
    """A full run with a random seed."""
    with served(broken) as url:
        return run(Options(url, control=url, seed=randbelow(2**32)))


def main(rounds: int) -> int:
    """Return the exit code: 0 if every run has the expected result."""
    wrong = 0
    for number in range(1, rounds + 1):
        report = judged(None)
        wrong += report.exit_code != 0
        print(f"healthy {number}/{rounds}: exit {report.exit_code}, seed {report.seed}, {report.seconds:.1f} s")  # noqa: T201
        print("\n".join(failures(report)), end="")  # noqa: T201
    for broken in CATALOGUE:
        report = judged(broken)
        told = broken.requirement in report.broken_ids
        wrong += not told
        print(f"{broken}: {'told' if told else 'MISSED'} by {broken.requirement}, seed {report.seed}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
