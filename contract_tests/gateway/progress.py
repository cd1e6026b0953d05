"""Progress of suite A: each finished check by its name."""

from __future__ import annotations

from contract_tests.report.progress import ProgressLine
from contract_tests.report.verdicts import CheckResult


class SuiteProgress(ProgressLine):
    """Shows each finished check."""

    def __init__(self) -> None:
        super().__init__()
        self._failed = 0

    def step(self, done: int, of: int, result: CheckResult) -> None:
        """Show a finished check."""
        self._failed += result.failed
        self.show(done, of, self._failed, result.name)
