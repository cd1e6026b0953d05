"""The results of a run: one per check, and from these one verdict per requirement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contract_tests.contract.requirements import Requirement, load_requirements
from contract_tests.report.failures import ReportedFailure


class Verdict(StrEnum):
    """The verdict on a requirement."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check that ran or could not."""

    name: str
    ids: tuple[str, ...]
    findings: tuple[ReportedFailure, ...] = ()
    not_testable: str | None = None
    """Why the check could not be made."""
    requests: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the check found something."""
        return bool(self.findings)


@dataclass(frozen=True, slots=True)
class Standing:
    """A requirement with its verdict and the reason."""

    requirement: Requirement
    verdict: Verdict
    checks: int
    """How many checks that concern it were made."""
    not_made: int
    why: str = ""


@dataclass(frozen=True)
class Report:
    """The report of one run."""

    url: str
    seed: int
    results: tuple[CheckResult, ...]
    readings: Mapping[str, str] = field(default_factory=dict)
    """Readings that the target showed by itself."""
    command: str = ""
    """What repeats the run."""
    seconds: float = 0.0
    only: frozenset[str] = frozenset()

    @property
    def made(self) -> tuple[CheckResult, ...]:
        """The checks that ran."""
        return tuple(result for result in self.results if result.failed or result.not_testable is None)

    @property
    def broken_ids(self) -> frozenset[str]:
        """Every requirement that a finding names."""
        return frozenset(id_ for r in self.results for finding in r.findings for id_ in finding.failure.ids)

    @property
    def exit_code(self) -> int:
        """0: everything that was tested is kept; 1: something is broken; 2: nothing was tested."""
        if not self.made:
            return 2
        return 1 if any(result.failed for result in self.results) else 0

    def standings(self) -> list[Standing]:
        """One row per requirement that was selected or found broken."""
        wanted = [r for r in load_requirements() if not self.only or r.id in self.only | self.broken_ids]
        return [self._standing(requirement) for requirement in wanted]

    def _standing(self, requirement: Requirement) -> Standing:
        concerned = [result for result in self.results if requirement.id in result.ids]
        not_made = [result for result in concerned if result.not_testable is not None and not result.failed]
        made = len(concerned) - len(not_made)
        if requirement.id in self.broken_ids:
            found = [f for r in self.results for f in r.findings if requirement.id in f.failure.ids]
            return Standing(requirement, Verdict.BROKEN, made, len(not_made), found[0].failure.said)
        if made:
            partly = f"{len(not_made)} more not testable: {_reasons(not_made)}" if not_made else ""
            return Standing(requirement, Verdict.KEPT, made, len(not_made), partly)
        return Standing(requirement, Verdict.NOT_TESTABLE, 0, len(not_made), _why_untested(requirement, not_made))


def _why_untested(requirement: Requirement, not_made: list[CheckResult]) -> str:
    if not_made:
        return _reasons(not_made)
    if not requirement.observable:
        return requirement.because or ""
    if requirement.since is not None:
        return f"no check yet: it waits for {requirement.since}"
    return "no check was chosen"


def _reasons(results: Iterable[CheckResult]) -> str:
    return "; ".join(dict.fromkeys(result.not_testable or "" for result in results))
