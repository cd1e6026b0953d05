"""The part of the page that shows how much of the contract a run covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contract_tests.client.reporting.coverage import MEANINGS, coverage_of
from contract_tests.client.reporting.markup import Content, Markup, joined, table, tag
from contract_tests.client.results import ClientReport, ReceivedReceipt, StepCount

RACE = "receipts.race"
"""The check that plays orders of answer and receipts."""

MALFORMED = "receipts.malformed"
"""The check that posts malformed content."""

_TIMES = "\N{MULTIPLICATION SIGN}"


def coverage(report: ClientReport) -> Iterator[Markup]:
    """An overview of the coverage, then the details."""
    found = coverage_of(report)
    if not report.steps and not report.fields:
        return
    times = {each.step: each.times for _, steps in found.steps for each in steps}
    yield tag("h2", "How much of the contract the run covered")
    yield tag(
        "p",
        "A verdict is only as good as the cases behind it. These are the steps that the gateway may take, and how "
        "often each was applied to a send of this client.",
    )
    rows = [
        _overview_row("steps of the gateway", times, names=False),
        _overview_row("codes of refusals", {str(code): count for code, count in found.codes.items()}),
        _overview_row("HTTP statuses", found.statuses),
        _overview_row("optional fields", found.fields),
    ]
    yield table("What was covered, and what was not", ("part of the contract", "how often"), rows)
    for group, steps in found.steps:
        yield _group(group, steps)
    yield from _receipts(report)


def _overview_row(title: str, times: Mapping[str, int], *, names: bool = True) -> Markup:
    covered = {name: count for name, count in times.items() if count}
    content: Content = _counted(covered) if names else f"{sum(covered.values())} sends"
    never = ", ".join(name for name, count in times.items() if not count)
    return tag(
        "tr",
        tag("th", title, tag("small", f"{len(covered)} of {len(times)} covered"), scope="row"),
        tag("td", content, tag("p", tag("span", f"never covered: {never}", class_="open")) if never else None),
    )


def _counted(counts: Mapping[str, int]) -> Markup:
    """Each name with its count, kept on one line."""
    parts = [tag("span", f"{name} {_TIMES} {count}", class_="count") for name, count in counts.items()]
    return joined(parts, ", ")


def _group(group: str, steps: Iterable[StepCount]) -> Markup:
    each = list(steps)
    count = sum(bool(one.times) for one in each)
    return tag(
        "details",
        tag("summary", tag("b", group), f": {count} of {len(each)} covered. ", MEANINGS.get(group)),
        table(f"The group {group}", ("step", "times", "what the client reported"), map(_row, each)),
        open=count < len(each),
    )


def _receipts(report: ClientReport) -> Iterator[Markup]:
    """The receipts posted to the client's receiver, and their races with the answer."""
    yield tag("h3", "Receipts")
    if not report.receipts:
        yield tag("p", "None were posted: no receiver of the client was given (--webhook-url).")
        return
    races = [each for each in report.receipts if each.check == RACE]
    posted = [each for each in report.receipts if each.check != RACE]
    count = sum(sum(each.answered.values()) for each in posted)
    yield tag(
        "p",
        f"{count} receipts of {len(posted)} kinds were posted to the client as the gateway posts them. Any 2xx "
        "accepts a receipt; malformed content must be refused with a 4xx.",
    )
    rows = [_received(each, each.check.removeprefix("receipts.")) for each in posted]
    yield table("Every receipt that was posted", ("receipt", "posted for", "what the receiver answered"), rows)
    yield tag(
        "p",
        "Receipts may come before the answer to their send, twice, and in any order. Each order was played once; the "
        "answer was held until its turn.",
    )
    heads = ("order", "what the client reported", "what the receiver answered")
    yield table("Every order of the answer and three receipts", heads, (_received(each, each.said) for each in races))


def _received(each: ReceivedReceipt, remark: str) -> Markup:
    parts = [
        tag("span", f"{status} {_TIMES} {count}", class_="count" if _is_right(each, status) else "count broken")
        for status, count in each.answered.items()
    ]
    answered = joined(parts, ", ") if parts else tag("span", "not played: the client sent nothing", class_="open")
    return tag("tr", tag("th", each.what, scope="row"), tag("td", remark), tag("td", answered))


def _is_right(each: ReceivedReceipt, status: str) -> bool:
    """Whether the check that it was posted for accepts this answer."""
    return status.startswith("2") or (each.check == MALFORMED and status.startswith(("3", "4")))


def _row(count: StepCount) -> Markup:
    said = _counted(dict(sorted(count.said.items()))) if count.times else tag("span", "never covered", class_="open")
    return tag("tr", tag("th", count.step, scope="row"), tag("td", count.times, class_="number"), tag("td", said))
