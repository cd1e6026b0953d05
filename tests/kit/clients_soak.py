"""`python -m tests.kit.clients_soak [ROUNDS [SEED]]`: run suite B on healthy and broken clients with many seeds.

Each round has a new seed. Healthy clients must keep all checks in whole runs. Every broken client must break the
check for its defect, be shrunk, and break it again with the replay file. `1 SEED` repeats one round.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from secrets import randbelow

from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.interface import Driver
from contract_tests.client.driver.one_shot import OneShotDriver
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.results import ClientReport, ClientVerdict
from contract_tests.client.run.runner import ClientOptions, run
from tests.kit.broken_clients import BROKEN, NEVER_CALL
from tests.kit.broken_clients.base import ClientDriver
from tests.kit.trials import Trial, all_tried
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


@dataclass(frozen=True)
class SoakRound:
    """The result of one round."""

    seed: int
    seconds: float
    green: int
    trials: list[Trial]
    wrong: list[str]
    """A sentence for each unexpected result."""

    def row(self, number: int) -> str:
        """Its row of the table."""
        found, again = (
            sum(kind) for kind in zip(*((each.right, each.replayed) for each in self.trials), strict=True)
        )
        files = len(self.trials) - len(NEVER_CALL)
        return (
            f"{number:>5}  {self.seed:>10}  {self.green}/{len(HEALTHY):<11}  {found}/{len(self.trials):<15}  "
            f"{again - len(NEVER_CALL)}/{files:<19}  {self.seconds:>5.1f} s"
        )


HEAD = "round        seed  healthy green  found by its check  shrunk and replayed      time"


async def played(seed: int) -> SoakRound:
    """Play one round."""
    began = time.monotonic()
    reports = await asyncio.gather(*(judged(make, seed=seed) for make in HEALTHY.values()))
    wrong = [_red(name, report) for name, report in zip(HEALTHY, reports, strict=True) if report.exit_code]
    green = len(HEALTHY) - len(wrong)
    with tempfile.TemporaryDirectory(prefix="clients-soak-") as folder:
        async with StandIn() as stand_in:
            trials = await all_tried(BROKEN, seed, Path(folder), stand_in)
    wrong += [str(trial) for trial in trials if not (trial.right and trial.replayed)]
    return SoakRound(seed, time.monotonic() - began, green, trials, wrong)


async def judged(make: Callable[[], Driver], *, seed: int, cases: int = 200, timeout_s: float = 0.5) -> ClientReport:
    """A whole run without shrinking."""
    return await run(
        ClientOptions("soak", seed=seed, cases=cases, workers=4, timeout_s=timeout_s, folder=None, shrink_s=0.0), make
    )


def _red(name: str, report: ClientReport) -> str:
    broken = [each for each in report.standings if each.verdict is ClientVerdict.BROKEN]
    said = "; ".join(f"{each.check.id} ({each.failure.breach.said})" for each in broken if each.failure)
    return f"{name}, seed {report.seed}: healthy, but broke: {said}"


def main(rounds: int, seed: int | None = None) -> int:
    """Return the exit code: 0 if all results are as expected."""
    wrong: list[str] = []
    print(f"{len(HEALTHY)} healthy and {len(BROKEN)} broken clients\n{HEAD}", flush=True)  # noqa: T201
    for number in range(1, rounds + 1):
        # Hide the output of the broken clients.
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            found = asyncio.run(played(randbelow(2**32) if seed is None else seed))
        wrong += found.wrong
        print("\n".join([found.row(number), *(f"       WRONG: {said}" for said in found.wrong)]), flush=True)  # noqa: T201
    report = asyncio.run(judged(lambda: OneShotDriver(SHELL), seed=randbelow(2**32), cases=0, timeout_s=2.0))
    wrong += [_red("shell_curl", report)] if report.exit_code else []
    state = "red" if report.exit_code else "green"
    print(f"shell_curl: {state}, {report.cases} cases in {report.seconds:.1f} s")  # noqa: T201
    print("\n".join(wrong) or f"{rounds} rounds, all results as expected")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) if len(sys.argv) > 1 else main(ROUNDS))
