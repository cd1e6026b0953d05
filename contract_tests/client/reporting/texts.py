"""The texts that all forms of the report share."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from contract_tests.client.checks.check import Severity
from contract_tests.client.play.cases import Case
from contract_tests.client.play.transcript import escaped_line, transcript
from contract_tests.client.results import ClientFailure, ClientReport, ClientStanding, ClientVerdict
from contract_tests.contract.requirements import Requirement, load_requirements

_CASE_OPTIONS = ("--seed", "--cases")
"""Options that select the cases; a replay has its own case."""

_COMMAND = ["sms-contract", "client"]


def escaped(text: str) -> str:
    """Escape what is invisible, controls a terminal or changes the reading direction in a foreign text."""
    return "\n".join(escaped_line(line) for line in text.split("\n"))


def capitalized(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def counts(report: ClientReport) -> dict[ClientVerdict, int]:
    """The number of checks by verdict."""
    return {verdict: sum(each.verdict is verdict for each in report.standings) for verdict in ClientVerdict}


def fails_run(standing: ClientStanding, report: ClientReport) -> bool:
    """Whether this check by itself fails the run."""
    return (
        standing.verdict is ClientVerdict.BROKEN and not standing.known_gap
    ) or standing.check.id in report.closed_gaps


def headline(report: ClientReport) -> str:
    """The verdict over the whole run, in a few words."""
    if report.exit_code == 2:
        return "Nothing was judged"
    tally = counts(report)
    if any(each.verdict is ClientVerdict.BROKEN and not each.known_gap for each in report.standings):
        return "Breaks the contract"
    if report.closed_gaps:
        return "A known gap is closed"
    if tally[ClientVerdict.BROKEN]:
        return "Breaks nothing but known gaps"
    if tally[ClientVerdict.KEPT] < len(report.standings):
        return "Keeps everything that was tested"
    return "Keeps the contract"


def notes(report: ClientReport) -> Iterator[str]:
    """Sentences that add to the counts."""
    if not report.cases:
        yield "No case was played, so nothing was judged."
    known = sum(each.known_gap and each.verdict is ClientVerdict.BROKEN for each in report.standings)
    if known:
        yield f"{known} of the broken checks {'is a known gap' if known == 1 else 'are known gaps'}."
    for id_ in report.closed_gaps:
        yield f"{escaped(id_)} is a known gap that the client keeps: remove it from the list, else the run fails."


def broken_checks(report: ClientReport) -> list[tuple[ClientStanding, ClientFailure]]:
    """The checks with a failure: those that fail the run first, then by severity."""
    found = [(each, each.failure) for each in report.standings if each.failure is not None]
    worst = list(Severity)
    return sorted(found, key=lambda pair: (pair[0].known_gap, worst.index(pair[0].check.severity)))


def remark_of(standing: ClientStanding) -> str:
    """A remark on a verdict, in a few words."""
    if standing.verdict is ClientVerdict.BROKEN:
        gap = "; a known gap" if standing.known_gap else ""
        return f"broken in {standing.broken} of {standing.reached} cases{gap}"
    if standing.known_gap and standing.verdict is ClientVerdict.KEPT:
        return "a known gap that is kept: remove it from the list"
    return escaped(standing.why)


def requirements_of(ids: tuple[str, ...]) -> list[Requirement]:
    """The requirements with these ids."""
    return [each for id_ in ids for each in load_requirements() if each.id == id_]


def requirement_line(requirement: Requirement) -> str:
    """A requirement in one line, with its grade."""
    return f"{requirement.id} ({requirement.grade}): {' '.join(requirement.statement.split())}"


def case_summary(case: Case) -> str:
    """A case in one sentence."""
    messages = "one message" if len(case.messages) == 1 else f"{len(case.messages)} messages"
    if not case.program:
        return f"{messages}; the gateway accepts every send."
    steps = ", then ".join(f"\N{LEFT DOUBLE QUOTATION MARK}{each.name}\N{RIGHT DOUBLE QUOTATION MARK}"
                         for each in case.program)  # fmt: skip
    return f"{messages}; the gateway, send by send: {steps}. Later sends are accepted."


def event_lines(failure: ClientFailure) -> list[str]:
    """What the client and the gateway did, line by line."""
    lines = transcript(failure.evidence) if failure.evidence is not None else failure.lines
    return [escaped(line) for line in lines]


def replay_commands(failure: ClientFailure, report: ClientReport) -> Iterator[str]:
    """The commands that replay a breach: with the client, if a command starts it, and with the gateway alone."""
    if failure.replay is None:
        return
    file = shlex.quote(failure.replay)
    given = _words(report.command)
    if given[:2] == _COMMAND:
        yield f"{shlex.join(_without(given, _CASE_OPTIONS))} --replay {file}"
    yield f"sms-mock serve --scenario {file}"


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        # The command is for people and need not be valid shell.
        return []


def _without(words: list[str], names: tuple[str, ...]) -> list[str]:
    dropped = {at + more for at, word in enumerate(words) if word in names for more in (0, 1)}
    return [word for at, word in enumerate(words) if at not in dropped]
