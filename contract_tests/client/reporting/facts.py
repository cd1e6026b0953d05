"""What every form of the report says of a run, in the same words."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from contract_tests.client.cases import Case
from contract_tests.client.findings import ClientFailure, ClientReport, ClientStanding, ClientVerdict, Severity
from contract_tests.client.telling import on_one_line, transcript
from contract_tests.contract.requirements import Requirement, load_requirements

_OF_THE_RUN = ("--seed", "--cases")
"""Options that say which cases are played; a replay brings its own."""

_COMMAND = ["sms-contract", "client"]


def shown(text: str) -> str:
    """A text of somebody else's, with everything escaped that hides, steers a terminal or turns the direction."""
    return "\n".join(on_one_line(line) for line in text.split("\n"))


def capital(text: str) -> str:
    """The text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def counts(report: ClientReport) -> dict[ClientVerdict, int]:
    """How many checks have which verdict."""
    return {verdict: sum(each.verdict is verdict for each in report.standings) for verdict in ClientVerdict}


def is_red(standing: ClientStanding, report: ClientReport) -> bool:
    """Whether this check alone would fail the run."""
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
    """Sentences that the counts do not say."""
    if not report.cases:
        yield "No case was played: that is no success."
    known = sum(each.known_gap and each.verdict is ClientVerdict.BROKEN for each in report.standings)
    if known:
        yield f"{known} of what is broken {'is a known gap' if known == 1 else 'are known gaps'}."
    for id_ in report.closed_gaps:
        yield f"{shown(id_)} is a known gap, and the client keeps it: take it off the list. Until then the run fails."


def broken(report: ClientReport) -> list[tuple[ClientStanding, ClientFailure]]:
    """The checks with a breach to show, what fails the run first, and the worst of it at the top."""
    found = [(each, each.failure) for each in report.standings if each.failure is not None]
    worst = list(Severity)
    return sorted(found, key=lambda pair: (pair[0].known_gap, worst.index(pair[0].check.severity)))


def remark_of(standing: ClientStanding) -> str:
    """What there is to say of a verdict, in a few words."""
    if standing.verdict is ClientVerdict.BROKEN:
        gap = "; a known gap" if standing.known_gap else ""
        return f"broken in {standing.broken} of {standing.reached} cases{gap}"
    if standing.known_gap and standing.verdict is ClientVerdict.KEPT:
        return "a known gap that is kept: take it off the list"
    return shown(standing.why)


def statements(ids: tuple[str, ...]) -> list[Requirement]:
    """What the contract says behind a check."""
    return [each for id_ in ids for each in load_requirements() if each.id == id_]


def stated(requirement: Requirement) -> str:
    """A statement in one line, with its grade."""
    return f"{requirement.id} ({requirement.grade}): {' '.join(requirement.statement.split())}"


def story(case: Case) -> str:
    """A case in a sentence."""
    messages = "one message" if len(case.messages) == 1 else f"{len(case.messages)} messages"
    if not case.program:
        return f"{messages}; the gateway accepts whatever comes."
    met = ", then ".join(f"\N{LEFT DOUBLE QUOTATION MARK}{each.name}\N{RIGHT DOUBLE QUOTATION MARK}"
                         for each in case.program)  # fmt: skip
    return f"{messages}; the gateway, one send after the other: {met}. What comes after that is accepted."


def happened(failure: ClientFailure) -> list[str]:
    """What the client and the gateway did."""
    told = transcript(failure.evidence) if failure.evidence is not None else failure.lines
    return [shown(line) for line in told]


def replays(failure: ClientFailure, report: ClientReport) -> Iterator[str]:
    """The commands that show a breach again: the client in it, where a command starts it, and the gateway alone."""
    if failure.replay is None:
        return
    file = shlex.quote(failure.replay)
    given = _words(report.command)
    if given[:2] == _COMMAND:
        yield f"{shlex.join(_without(given, _OF_THE_RUN))} --replay {file}"
    yield f"sms-mock serve --scenario {file}"


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        # It is for people, and need not be of a shell.
        return []


def _without(given: list[str], names: tuple[str, ...]) -> list[str]:
    dropped = {at + more for at, word in enumerate(given) if word in names for more in (0, 1)}
    return [word for at, word in enumerate(given) if at not in dropped]
