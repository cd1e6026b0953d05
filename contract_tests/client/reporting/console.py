"""A report in print: each check with its verdict, then each breach with the smallest case that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contract_tests.client.findings import ClientFailure, ClientReport, ClientStanding, ClientVerdict
from contract_tests.client.reporting.coverage import coverage_of
from contract_tests.client.reporting.facts import (
    broken,
    counts,
    happened,
    notes,
    remark_of,
    replays,
    shown,
    stated,
    statements,
    story,
)

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
"""How a line begins that is to be found again."""


def print_report(report: ClientReport, console: Console) -> None:
    """Print everything that a person needs; colours are for terminals alone."""
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

    title = Text(f"The contract, as {shown(report.client)} keeps it")
    columns = (Column("check", no_wrap=True), "severity", "verdict", Column("cases", justify="right"), "remark")
    # Every remark of the kit's own fits into eighty columns then.
    table = Table(*columns, title=title, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for standing in sorted(report.standings, key=lambda each: each.verdict is ClientVerdict.BROKEN):
        verdict = Text(standing.verdict.value, style=_STYLES[standing.verdict])
        law = standing.check
        table.add_row(Text(shown(law.id)), law.severity.value, verdict, str(standing.reached), Text(_short(standing)))
    return table


def _short(standing: ClientStanding) -> str:
    """The remark without what the columns beside it say."""
    if standing.verdict is ClientVerdict.BROKEN:
        return f"{standing.broken}, known gap" if standing.known_gap else f"{standing.broken} broken"
    if standing.known_gap and standing.verdict is ClientVerdict.KEPT:
        return "known gap, closed"
    return remark_of(standing)


def failures(report: ClientReport) -> Iterator[str]:
    """Every breach: what is wrong, why it matters, the statements, what happened, and how to see it again."""
    for standing, failure in broken(report):
        yield ""
        yield from failure_lines(failure, report, gap=standing.known_gap)


def failure_lines(failure: ClientFailure, report: ClientReport, *, gap: bool = False) -> Iterator[str]:
    """One breach, line by line."""
    return map(shown, _failure_lines(failure, report, gap=gap))


def _failure_lines(failure: ClientFailure, report: ClientReport, *, gap: bool) -> Iterator[str]:
    law = failure.check
    yield f"{'KNOWN GAP' if gap else 'BROKEN'}  {law.id} ({law.severity.value})"
    yield from (f"  {line}" for line in failure.breach.said.split("\n"))
    yield f"  Why it matters: {law.sentence}"
    yield from (f"  {stated(each)}" for each in statements(law.requirements))
    if failure.case is not None:
        yield f"  The smallest case that shows it: {story(failure.case)}"
    yield from (f"    {line}" for line in happened(failure))
    for number, command in enumerate(replays(failure, report)):
        yield f"  {'or:   ' if number else 'Again:'} {command}"


def summary(report: ClientReport) -> Iterator[str]:
    """The last lines: what was met, counts, and what repeats the run."""
    found = coverage_of(report)
    steps = sum(len(met) for _, met in found.steps)
    yield ""
    if steps:
        missing = f"; never: {', '.join(found.not_met)}" if found.not_met else ""
        yield shown(f"The client met {steps - len(found.not_met)} of {steps} things that the gateway may do{missing}")
    yield from notes(report)
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts(report).items())
    yield f"{told}; {report.cases} cases in {report.seconds:.1f} s, seed {report.seed}"
    if report.command:
        yield f"Repeat: {shown(report.command)}"
