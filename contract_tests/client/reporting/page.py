"""The report as one self-contained HTML page without scripts, fonts or external files.

It explains itself to readers who do not know the kit. Everything from clients and messages is escaped text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

from contract_tests.client.checks.check import Severity
from contract_tests.client.play.transcript import message_json
from contract_tests.client.reporting.markup import Content, Markup, joined, table, tag
from contract_tests.client.reporting.page_coverage import coverage
from contract_tests.client.reporting.texts import (
    broken_checks,
    capitalized,
    case_summary,
    counts,
    event_lines,
    headline,
    notes,
    remark_of,
    replay_commands,
    requirements_of,
)
from contract_tests.client.results import ClientFailure, ClientReport, ClientStanding, ClientVerdict

SIGNS = {
    ClientVerdict.KEPT: "✓",
    ClientVerdict.BROKEN: "✗",
    ClientVerdict.NOT_TESTABLE: "\N{EN DASH}",
    ClientVerdict.NOT_REACHED: "○",
}
_CLASSES = {ClientVerdict.KEPT: "kept", ClientVerdict.BROKEN: "broken"}
_STATES = {0: "kept", 1: "broken", 2: "empty"}

_COST = {
    Severity.CRITICAL: "wrong or duplicate messages, money, or leaked secrets",
    Severity.MAJOR: "a wrong result for the caller, or a client that hangs",
    Severity.MINOR: "bad practice without direct damage",
}


def as_page(report: ClientReport) -> str:
    """The page."""
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("title", f"{headline(report)}: {report.client}"),
        tag("style", Markup(style)),
    )
    main = tag("main", *_about(report), *_failures(report), _checks(report), *coverage(report), *_run_facts(report))
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', _verdict(report), main), lang='en').html}\n"


def _verdict(report: ClientReport) -> Markup:
    tally = [
        tag("li", tag("span", SIGNS[verdict], aria_hidden="true"), tag("strong", count), f" {verdict.value}",
            class_=_CLASSES.get(verdict, "open") if count else "none")
        for verdict, count in counts(report).items()
    ]  # fmt: skip
    return tag(
        "header",
        tag("p", "SMS gateway contract: report of a client", class_="product"),
        tag("h1", headline(report)),
        tag("p", tag("code", report.client), class_="client"),
        tag("ul", *tally, class_="tally"),
        *(tag("p", note, class_="note") for note in notes(report)),
        class_=_STATES[report.exit_code],
    )


def _about(report: ClientReport) -> Iterator[Markup]:
    yield tag(
        "p",
        "A program that sends SMS, called the client here, was run against a stand-in for the SMS gateway. In "
        f"{report.cases} cases the stand-in accepted messages, refused them, gave invalid answers, broke the "
        "connection or did not answer. The client is judged by the requests that reached the stand-in and by the "
        "outcomes that it reported to its caller.",
    )
    said = [
        (ClientVerdict.KEPT, "no case broke it."),
        (ClientVerdict.BROKEN, "at least one case broke it; the smallest one found is shown."),
        (ClientVerdict.NOT_TESTABLE, "it needs something that the client was not given."),
        (ClientVerdict.NOT_REACHED, "no case contained what it judges."),
    ]
    words = [(f"{SIGNS[verdict]} {verdict.value}", text) for verdict, text in said]
    words += [(severity.value, f"what a breach may cause: {cost}.") for severity, cost in _COST.items()]
    yield tag(
        "details",
        tag("summary", "How to read the verdicts"),
        tag("dl", *(tag("div", tag("dt", word), tag("dd", text)) for word, text in words)),
    )


def _failures(report: ClientReport) -> Iterator[Markup]:
    found = broken_checks(report)
    if found:
        yield tag("h2", "What is broken")
    for standing, failure in found:
        yield _failure(standing, failure, report)


def _failure(standing: ClientStanding, failure: ClientFailure, report: ClientReport) -> Markup:
    check, case = failure.check, failure.case
    tags = (check.severity.value, *(("known gap",) if standing.known_gap else ()))
    lines = event_lines(failure)
    commands = list(replay_commands(failure, report))
    return tag(
        "article",
        tag("h3", f"{SIGNS[ClientVerdict.BROKEN]} {check.id} ", *(tag("span", each, class_="tag") for each in tags)),
        tag("p", failure.breach.said, class_="said"),
        tag("p", tag("strong", "Why it matters. "), check.sentence),
        tag("p", tag("strong", "How often. "), capitalized(remark_of(standing)), "."),
        None
        if case is None
        else tag("p", tag("strong", "The smallest case that shows it. "), capitalized(case_summary(case))),
        _transcript(lines) if lines else None,
        None
        if case is None
        else _folded("The messages in full", _numbered(message_json(each) for each in case.messages)),
        _folded("What the contract says", tag("ul", *_requirement_items(check.requirements))),
        *((tag("p", tag("strong", "How to replay it.")), tag("pre", "\n".join(commands))) if commands else ()),
        id=check.id,
        class_="gap" if standing.known_gap else None,
    )


def _transcript(lines: Iterable[str]) -> Markup:
    """Each line is an element, so that a wrapped line continues below its text, not below the times."""
    content = joined((tag("span", line) for line in lines), "\n")
    return tag("pre", content, class_="transcript", tabindex="0", role="region", aria_label="What happened")


def _requirement_items(ids: tuple[str, ...]) -> Iterator[Markup]:
    for each in requirements_of(ids):
        yield tag("li", tag("b", each.id), f" ({each.grade}): {' '.join(each.statement.split())}")


def _numbered(lines: Iterable[str]) -> Markup:
    return tag("ol", *(tag("li", tag("code", line)) for line in lines))


def _folded(title: str, content: Markup) -> Markup:
    return tag("details", tag("summary", title), content)


def _checks(report: ClientReport) -> Markup:
    rows = [_row(each) for each in report.standings]
    return joined([
        tag("h2", "Every check"),
        table(f"{len(rows)} checks, and what each requires of a client", ("check", "verdict", "cases"), rows),
    ])  # fmt: skip


def _row(standing: ClientStanding) -> Markup:
    check, verdict = standing.check, standing.verdict
    name: Content = tag("a", check.id, href=f"#{check.id}") if standing.failure is not None else check.id
    remark = remark_of(standing)
    return tag(
        "tr",
        tag("th", name, " ", tag("span", check.severity.value, class_="tag"),
            tag("p", check.sentence), scope="row"),
        tag("td", tag("span", f"{SIGNS[verdict]} {verdict.value}", class_=f"{_CLASSES.get(verdict, 'open')} count"),
            tag("small", remark) if remark else None),
        tag("td", standing.reached, class_="number"),
    )  # fmt: skip


def _run_facts(report: ClientReport) -> Iterator[Markup]:
    yield tag("h2", "The run")
    yield tag("p", f"Seed {report.seed}, {report.cases} cases with the operation {report.operation}, "
              f"in {report.seconds:.1f} s.")  # fmt: skip
    if report.command:
        yield tag("p", "To repeat the run:")
        yield tag("pre", report.command)
