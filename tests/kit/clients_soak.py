"""`python -m tests.kit.clients_soak [ROUNDS]`: whole runs of suite B; green on healthy clients, red on broken ones.

Each round has a new seed. Every round judges the healthy clients and the examples, and every broken client.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Callable
from secrets import randbelow

from contract_tests.client.driver.calling import Driver
from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.one_shot import OneShotDriver
from contract_tests.client.findings import Report, Verdict
from contract_tests.client.running import Options, run
from contract_tests.target import CouldNotRunError
from tests.kit.broken_clients import BROKEN, BrokenClient
from tests.kit.broken_clients.base import ClientDriver
from tests.structure.project_sources import ROOT

ROUNDS = 20

_EXAMPLES = ROOT / "examples"
_PYTHON = sys.executable

HEALTHY: dict[str, Callable[[], Driver]] = {
    "the base of the broken clients": ClientDriver,
    "python_httpx2": lambda: ChildDriver(shlex.join([_PYTHON, str(_EXAMPLES / "python_httpx2" / "driver.py")])),
    "python_requests": lambda: ChildDriver(shlex.join([_PYTHON, str(_EXAMPLES / "python_requests" / "driver.py")])),
    "node_fetch": lambda: ChildDriver(shlex.join(["node", str(_EXAMPLES / "node_fetch" / "driver.mjs")])),
}
SHELL = shlex.join(["bash", str(_EXAMPLES / "shell_curl" / "driver.sh")])


def judged(make: Callable[[], Driver], *, cases: int = 40, workers: int = 4, timeout_s: float = 0.5) -> Report:
    """A whole run with a random seed, without shrinking: what is asked is only whether it tells."""
    options = Options(
        "soak", seed=randbelow(2**32), cases=cases, workers=workers, timeout_s=timeout_s, folder=None, shrink_s=0.0
    )
    return asyncio.run(run(options, make))


def broken_ids(report: Report) -> set[str]:
    """What is broken."""
    return {each.check.id for each in report.standings if each.verdict is Verdict.BROKEN}


def missed_by(client: BrokenClient) -> list[str]:
    """What a run says of a broken client, if it does not tell."""
    try:
        report = judged(client.make)
    except CouldNotRunError:
        # One that never calls, or never speaks, cannot be judged at all: that is said, and the exit code is 2.
        return [] if client.check.startswith("driver.") else [f"{client.name} (could not be run)"]
    told = client.check in broken_ids(report)
    return [] if told else [f"{client.name} (not told by {client.check}, seed {report.seed})"]


def main(rounds: int) -> int:
    """Give the exit code: 0 when every run went as it must."""
    wrong = 0
    for number in range(1, rounds + 1):
        for name, make in HEALTHY.items():
            report = judged(make, cases=200)
            wrong += report.exit_code != 0
            state = f"{report.cases} cases in {report.seconds:.1f} s, seed {report.seed}"
            print(f"{number}/{rounds} {name}: {sorted(broken_ids(report)) or 'green'}, {state}", flush=True)  # noqa: T201
        missed = []
        for client in BROKEN:
            missed += missed_by(client)
        wrong += len(missed)
        print(f"{number}/{rounds} {len(BROKEN)} broken clients: {missed or 'each told by its check'}", flush=True)  # noqa: T201
    report = judged(lambda: OneShotDriver(SHELL), cases=0, workers=4, timeout_s=2.0)
    wrong += report.exit_code != 0
    print(f"shell_curl: {sorted(broken_ids(report)) or 'green'}, {report.cases} cases in {report.seconds:.1f} s")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
