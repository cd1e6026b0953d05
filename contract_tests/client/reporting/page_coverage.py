"""The part of the page that shows how much of the contract a client has met, and what it has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contract_tests.client.findings import Met, Report
from contract_tests.client.reporting.coverage import MEANINGS, coverage_of
from contract_tests.client.reporting.markup import Content, Markup, joined, table, tag

_TIMES = "\N{MULTIPLICATION SIGN}"


def coverage(report: Report) -> Iterator[Markup]:
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


def _group(group: str, met: Iterable[Met]) -> Markup:
    each = list(met)
    count = sum(bool(one.times) for one in each)
    return tag(
        "details",
        tag("summary", tag("b", group), f": {count} of {len(each)} met. ", MEANINGS.get(group)),
        table(f"The group {group}", ("the gateway", "met", "what the client told its caller"), map(_row, each)),
        open=count < len(each),
    )


def _row(met: Met) -> Markup:
    said = _counted(dict(sorted(met.said.items()))) if met.times else tag("span", "never met", class_="open")
    return tag("tr", tag("th", met.step, scope="row"), tag("td", met.times, class_="number"), tag("td", said))
