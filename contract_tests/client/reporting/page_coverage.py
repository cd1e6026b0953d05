"""The part of the page that shows how much of the contract a client has met, and what it has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contract_tests.client.findings import ClientReport, Reached, ReceivedReceipt
from contract_tests.client.reporting.coverage import MEANINGS, coverage_of
from contract_tests.client.reporting.markup import Content, Markup, joined, table, tag

RACE = "receipts.race"
"""The check that plays whole orders."""

MALFORMED = "receipts.malformed"
"""The check that posts what is no receipt."""

_TIMES = "\N{MULTIPLICATION SIGN}"


def coverage(report: ClientReport) -> Iterator[Markup]:
    """What was met, at a glance and then one by one."""
    found = coverage_of(report)
    if not report.met and not report.fields:
        return
    times = {each.step: each.times for _, met in found.steps for each in met}
    yield tag("h2", "How much of the contract this client has met")
    yield tag(
        "p",
        "A verdict is worth as much as what was tried. These are the things that the gateway may do, and how often "
        "each of them came to a send of this client.",
    )
    rows = [
        _glance("what the gateway does", times, names=False),
        _glance("codes of refusals", {str(code): count for code, count in found.codes.items()}),
        _glance("HTTP statuses", found.statuses),
        _glance("optional fields", found.fields),
    ]
    yield table("What was met, and what was not", ("part of the contract", "how often"), rows)
    for group, met in found.steps:
        yield _group(group, met)
    yield from _receipts(report)


def _glance(title: str, times: Mapping[str, int], *, names: bool = True) -> Markup:
    met = {name: count for name, count in times.items() if count}
    told: Content = _counted(met) if names else f"{sum(met.values())} sends"
    never = ", ".join(name for name, count in times.items() if not count)
    return tag(
        "tr",
        tag("th", title, tag("small", f"{len(met)} of {len(times)} met"), scope="row"),
        tag("td", told, tag("p", tag("span", f"never met: {never}", class_="open")) if never else None),
    )


def _counted(counts: Mapping[str, int]) -> Markup:
    """Each with its number on one line."""
    parts = [tag("span", f"{name} {_TIMES} {count}", class_="count") for name, count in counts.items()]
    return joined(parts, ", ")


def _group(group: str, met: Iterable[Reached]) -> Markup:
    each = list(met)
    count = sum(bool(one.times) for one in each)
    return tag(
        "details",
        tag("summary", tag("b", group), f": {count} of {len(each)} met. ", MEANINGS.get(group)),
        table(f"The group {group}", ("the gateway", "met", "what the client told its caller"), map(_row, each)),
        open=count < len(each),
    )


def _receipts(report: ClientReport) -> Iterator[Markup]:
    """What the client's receiver was posted, and the races of receipts with the answer to their send."""
    yield tag("h3", "Receipts")
    if not report.receipts:
        yield tag("p", "None were tried: the client was given no address at which it takes them (--webhook-url).")
        return
    races = [each for each in report.receipts if each.law == RACE]
    posted = [each for each in report.receipts if each.law != RACE]
    count = sum(sum(each.answered.values()) for each in posted)
    yield tag(
        "p",
        f"{count} receipts of {len(posted)} kinds were posted to the client as the gateway posts them. Any 2xx takes "
        "a receipt; what is no receipt is to be refused with a 4xx.",
    )
    rows = [_received(each, each.law.removeprefix("receipts.")) for each in posted]
    yield table("Every receipt that was posted", ("the receipt", "tried for", "what the receiver answered"), rows)
    yield tag(
        "p",
        "Receipts may come before the answer to their send, twice, and in any order. Each order was played once, and "
        "the answer was held until its turn had come.",
    )
    heads = ("the order", "what the client told its caller", "what the receiver answered")
    yield table("Every order of the answer and three receipts", heads, (_received(each, each.said) for each in races))


def _received(each: ReceivedReceipt, beside: str) -> Markup:
    parts = [
        tag("span", f"{status} {_TIMES} {count}", class_="count" if _is_right(each, status) else "count broken")
        for status, count in each.answered.items()
    ]
    answered = joined(parts, ", ") if parts else tag("span", "never tried: nothing was sent", class_="open")
    return tag("tr", tag("th", each.what, scope="row"), tag("td", beside), tag("td", answered))


def _is_right(each: ReceivedReceipt, status: str) -> bool:
    """Whether the check that it was tried for has anything against this answer."""
    return status.startswith("2") or (each.law == MALFORMED and status.startswith(("3", "4")))


def _row(met: Reached) -> Markup:
    said = _counted(dict(sorted(met.said.items()))) if met.times else tag("span", "never met", class_="open")
    return tag("tr", tag("th", met.step, scope="row"), tag("td", met.times, class_="number"), tag("td", said))
