"""A report in print: each check with its verdict, then each breach with the smallest case that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contract_tests.client.findings import Failure, Report, Standing, Verdict
from contract_tests.client.telling import transcript
from contract_tests.requirements import load_requirements

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    Verdict.KEPT: "green",
    Verdict.BROKEN: "bold red",
    Verdict.NOT_TESTABLE: "yellow",
    Verdict.NOT_REACHED: "yellow",
}


def print_report(report: Report, console: Console) -> None:
    """Print everything that a person needs."""
    from rich.table import Column, Table  # noqa: PLC0415 - only printing needs it
    from rich.text import Text  # noqa: PLC0415

    table = Table(
        Column("check", no_wrap=True),
        "verdict",
        "cases",
        "severity",
        "remark",
        title=Text(f"The contract, as {report.client} keeps it"),
    )
    for standing in report.standings:
        verdict = Text(standing.verdict.value, style=STYLES[standing.verdict])
        remark = Text(remark_of(standing))
        table.add_row(standing.check.id, verdict, str(standing.reached), standing.check.severity.value, remark)
    console.print(table)
    for line in (*failures(report), *summary(report)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def remark_of(standing: Standing) -> str:
    """What there is to say of a verdict, in a few words."""
    if standing.verdict is Verdict.BROKEN:
        gap = "; a known gap" if standing.known_gap else ""
        return f"broken in {standing.broken} of {standing.reached} cases{gap}"
    if standing.known_gap and standing.verdict is Verdict.KEPT:
        return "a known gap that is kept: take it off the list"
    return standing.why


def failures(report: Report) -> Iterator[str]:
    """Every breach: what is wrong, why it matters, the statements, what happened, and how to see it again."""
    for standing in report.standings:
        if standing.failure is not None:
            yield ""
            yield from failure_lines(standing.failure, report, gap=standing.known_gap)


def failure_lines(failure: Failure, report: Report, *, gap: bool = False) -> Iterator[str]:
    """One breach, line by line."""
    law = failure.check
    yield f"{'KNOWN GAP' if gap else 'BROKEN'}  {law.id} ({law.severity.value})"
    yield f"  {failure.breach.said}"
    yield f"  Why: {law.sentence}"
    yield from (f"  {line}" for line in statements(law.requirements))
    yield from (f"    {line}" for line in happened(failure))
    if failure.replay is not None:
        yield f"  Again: {replay_command(report, failure.replay)}"
        yield f"     or: sms-mock serve --scenario {failure.replay}"


def happened(failure: Failure) -> list[str]:
    """What the client and the gateway did."""
    return transcript(failure.evidence) if failure.evidence is not None else list(failure.lines)


def statements(ids: tuple[str, ...]) -> list[str]:
    """The statements behind a check, each with its grade."""
    known = {requirement.id: requirement for requirement in load_requirements()}
    return [f"{id_} ({known[id_].grade}): {' '.join(known[id_].statement.split())}" for id_ in ids if id_ in known]


def replay_command(report: Report, replay: str) -> str:
    """What plays a breach again."""
    from shlex import quote  # noqa: PLC0415 - of a breach alone

    return f"sms-contract client --command {quote(report.client)} --replay {quote(replay)}"


def counts(report: Report) -> dict[Verdict, int]:
    """How many checks have which verdict."""
    return {verdict: sum(each.verdict is verdict for each in report.standings) for verdict in Verdict}


def summary(report: Report) -> Iterator[str]:
    """The last lines: counts, and what repeats the run."""
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts(report).items())
    yield ""
    yield f"{told}; {report.cases} cases in {report.seconds:.1f} s"
    for id_ in report.closed_gaps:
        yield f"{id_} is a known gap, and the client keeps it: take it off the list."
    if report.command:
        yield f"Repeat: {report.command}"
