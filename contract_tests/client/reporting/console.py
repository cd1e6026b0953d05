"""The report on a terminal: a table of all checks, then each failure with its smallest case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contract_tests.client.reporting.coverage import coverage_of
from contract_tests.client.reporting.texts import (
    broken_checks,
    case_summary,
    counts,
    escaped,
    event_lines,
    notes,
    remark_of,
    replay_commands,
    requirement_line,
    requirements_of,
)
from contract_tests.client.results import ClientFailure, ClientReport, ClientStanding, ClientVerdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_STYLES = {
    ClientVerdict.KEPT: "green",
    ClientVerdict.BROKEN: "bold red",
    ClientVerdict.NOT_TESTABLE: "yellow",
    ClientVerdict.NOT_REACHED: "yellow",
}
_WORDS = {"BROKEN": "bold red", "KNOWN GAP": "bold yellow"}
"""The first words of highlighted lines."""


def print_report(report: ClientReport, console: Console) -> None:
    """Print the report; colours only on a terminal."""
    from rich.text import Text  # noqa: PLC0415 - only printing needs it

    console.print(_table(report))
    for line in (*failures(report), *summary(report)):
        text = Text(line)
        for word, style in _WORDS.items():
            if line.startswith(f"{word}  "):
                text.stylize(style, 0, len(word))
        console.print(text, soft_wrap=True)


def _table(report: ClientReport) -> Table:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Column, Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    title = Text(f"Contract checks of {escaped(report.client)}")
    columns = (Column("check", no_wrap=True), "severity", "verdict", Column("cases", justify="right"), "remark")
    # With this padding all remarks of the kit fit into eighty columns.
    table = Table(*columns, title=title, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for standing in sorted(report.standings, key=lambda each: each.verdict is ClientVerdict.BROKEN):
        verdict = Text(standing.verdict.value, style=_STYLES[standing.verdict])
        check = standing.check
        table.add_row(
            Text(escaped(check.id)), check.severity.value, verdict, str(standing.reached), Text(_short(standing))
        )
    return table


def _short(standing: ClientStanding) -> str:
    """The remark without what the other columns say."""
    if standing.verdict is ClientVerdict.BROKEN:
        return f"{standing.broken}, known gap" if standing.known_gap else f"{standing.broken} broken"
    if standing.known_gap and standing.verdict is ClientVerdict.KEPT:
        return "known gap, closed"
    return remark_of(standing)


def failures(report: ClientReport) -> Iterator[str]:
    """All failures: the breach, why it matters, the requirements, what happened, and how to replay it."""
    for standing, failure in broken_checks(report):
        yield ""
        yield from failure_lines(failure, report, gap=standing.known_gap)


def failure_lines(failure: ClientFailure, report: ClientReport, *, gap: bool = False) -> Iterator[str]:
    """One failure, line by line."""
    return map(escaped, _failure_lines(failure, report, gap=gap))


def _failure_lines(failure: ClientFailure, report: ClientReport, *, gap: bool) -> Iterator[str]:
    check = failure.check
    yield f"{'KNOWN GAP' if gap else 'BROKEN'}  {check.id} ({check.severity.value})"
    yield from (f"  {line}" for line in failure.breach.said.split("\n"))
    yield f"  Why it matters: {check.sentence}"
    yield from (f"  {requirement_line(each)}" for each in requirements_of(check.requirements))
    if failure.case is not None:
        yield f"  The smallest case that shows it: {case_summary(failure.case)}"
    yield from (f"    {line}" for line in event_lines(failure))
    for number, command in enumerate(replay_commands(failure, report)):
        yield f"  {'or:   ' if number else 'Again:'} {command}"


def summary(report: ClientReport) -> Iterator[str]:
    """The last lines: coverage, counts, and the command that repeats the run."""
    found = coverage_of(report)
    steps = sum(len(group) for _, group in found.steps)
    yield ""
    if steps:
        missing = f"; never: {', '.join(found.not_met)}" if found.not_met else ""
        yield escaped(f"The run covered {steps - len(found.not_met)} of {steps} steps of the gateway{missing}")
    yield from notes(report)
    totals = ", ".join(f"{count} {verdict.value}" for verdict, count in counts(report).items())
    yield f"{totals}; {report.cases} cases in {report.seconds:.1f} s, seed {report.seed}"
    if report.command:
        yield f"Repeat: {escaped(report.command)}"
