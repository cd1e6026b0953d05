"""A report as text: a table of requirements, then each failure with the command that repeats it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contract_tests.contract.requirements import Requirement, load_requirements
from contract_tests.report.failures import ReportedFailure
from contract_tests.report.verdicts import CheckResult, Report, Verdict
from contract_tests.target.exchange import curl, masked

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {Verdict.KEPT: "green", Verdict.BROKEN: "bold red", Verdict.NOT_TESTABLE: "yellow"}
_MOST_FAILURES = 30


def print_report(report: Report, console: Console) -> None:
    """Print the whole report."""
    from rich.table import Table  # noqa: PLC0415 - only printing needs it
    from rich.text import Text  # noqa: PLC0415

    table = Table("requirement", "grade", "verdict", "checks", "remark", title=f"The contract of {report.url}")
    for standing in report.standings():
        verdict = Text(standing.verdict.value, style=_STYLES[standing.verdict])
        row = standing.requirement
        table.add_row(row.id, row.grade, verdict, str(standing.checks), Text(standing.why))
    console.print(table)
    for line in failures(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in summary(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def failures(report: Report) -> Iterator[str]:
    """Every failure: what is wrong, the statement and its grade, the request as curl, the answer, the seed."""
    known = {requirement.id: requirement for requirement in load_requirements()}
    found = [(result, finding) for result in report.results for finding in result.findings]
    for result, finding in found[:_MOST_FAILURES]:
        yield from _failure(report, result, finding, known)
    if len(found) > _MOST_FAILURES:
        yield f"\n… and {len(found) - _MOST_FAILURES} more failures; --report FILE.json has them all."


def _failure(
    report: Report, result: CheckResult, finding: ReportedFailure, known: dict[str, Requirement]
) -> Iterator[str]:
    failure, request, answer = finding.failure, finding.request, finding.answer
    yield f"\nBROKEN  {', '.join(failure.ids)}  {failure.kind} in {result.name!r}"
    yield f"  {failure.said}"
    for id_ in failure.ids:
        if id_ in known:
            yield f"  {id_} ({known[id_].grade}): {' '.join(known[id_].statement.split())}"
    for step in finding.script:
        yield f"  | {step}"
    if request is not None:
        yield f"  $ {curl(report.url, request)}"
    if answer is not None:
        yield from (f"  < {line}" for line in masked(answer.shown(), request.login if request else None).splitlines())
    yield f"  again: {report.command} --only {failure.ids[0]}"


def summary(report: Report) -> Iterator[str]:
    """The last lines: readings seen, counts, and how to test what was not tested."""
    standings = report.standings()
    counts = {verdict: sum(s.verdict is verdict for s in standings) for verdict in Verdict}
    if report.readings:
        shown = ", ".join(f"{id_}={value}" for id_, value in report.readings.items())
        yield f"\nReadings that the target showed: {shown}"
    requests = sum(result.requests for result in report.results)
    yield (
        f"\n{counts[Verdict.KEPT]} kept, {counts[Verdict.BROKEN]} broken, "
        f"{counts[Verdict.NOT_TESTABLE]} not testable; {len(report.made)} checks with {requests} requests "
        f"in {report.seconds:.1f} s, seed {report.seed}."
    )
    if not report.made:
        yield "Nothing was tested: that is no success."
