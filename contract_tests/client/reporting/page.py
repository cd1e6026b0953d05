"""The report as one page that needs nothing else: no script, no font, no picture from elsewhere.

Everything that a client or a message said stands there as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from contract_tests.client.findings import Failure, Met, Report, Standing, Verdict
from contract_tests.client.reporting.console import counts, happened, remark_of, replay_command, statements

_STYLE = Path(__file__).with_name("page.css")
_SIGNS = {Verdict.KEPT: "✓", Verdict.BROKEN: "✗", Verdict.NOT_TESTABLE: "\N{EN DASH}", Verdict.NOT_REACHED: "○"}
_CLASSES = {
    Verdict.KEPT: "kept",
    Verdict.BROKEN: "broken",
    Verdict.NOT_TESTABLE: "open",
    Verdict.NOT_REACHED: "open",
}


def as_page(report: Report) -> str:
    """The page."""
    body = "\n".join((*_head(report), *_failures(report), *_checks(report), *_coverage(report), *_foot(report)))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(_verdict(report))}: {_text(report.client)}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _text(value: object) -> str:
    """A text of somebody else's: no markup, and nothing in it turns the direction of what follows."""
    shown = "".join(each if each.isprintable() or each == "\n" else f"\\u{ord(each):04x}" for each in str(value))
    return escape(shown)


def _verdict(report: Report) -> str:
    found = {0: "Keeps the contract", 1: "Breaks the contract", 2: "Nothing was judged"}
    return found[report.exit_code]


def _head(report: Report) -> Iterator[str]:
    tally = counts(report)
    state = "kept" if report.exit_code == 0 else "broken"
    yield f'<header class="{state}"><p class="product">SMS gateway contract · client report</p>'
    yield f"<h1>{_text(_verdict(report))}</h1><p><code>{_text(report.client)}</code></p>"
    yield '<ul class="tally">'
    for verdict, count in tally.items():
        yield f'<li class="{_CLASSES[verdict]}"><strong>{count}</strong> {_SIGNS[verdict]} {verdict.value}</li>'
    yield "</ul></header><main>"
    yield (
        "<p>A stand-in for the gateway accepted, refused, broke off and kept silent in "
        f"{report.cases} cases, and this client was judged by what reached it, and by what it made of the answers. "
        "A check that is <em>not reached</em> had no case that it looks at; one that is <em>not testable</em> needs "
        "something that the client was not given.</p>"
    )


def _failures(report: Report) -> Iterator[str]:
    broken = [each for each in report.standings if each.failure is not None]
    if not broken:
        return
    yield "<h2>What is broken</h2>"
    for standing in broken:
        if standing.failure is not None:
            yield from _failure(standing, standing.failure, report)


def _failure(standing: Standing, failure: Failure, report: Report) -> Iterator[str]:
    law = failure.check
    gap = ' <span class="tag">known gap</span>' if standing.known_gap else ""
    yield f'<article id="{_text(law.id)}"><h3>{_text(law.id)} <span class="tag">{law.severity.value}</span>{gap}</h3>'
    yield f'<p class="said">{_text(failure.breach.said)}</p>'
    yield f"<p><strong>Why it matters.</strong> {_text(law.sentence)}</p>"
    yield "<details open><summary>The smallest case that shows it</summary>"
    yield f"<pre>{_text(chr(10).join(happened(failure)))}</pre></details>"
    yield "<details><summary>What the gateway's documentation says</summary><ul>"
    yield from (f"<li>{_text(line)}</li>" for line in statements(law.requirements))
    yield "</ul></details>"
    if failure.replay is not None:
        yield f"<p>Play it again:</p><pre>{_text(replay_command(report, failure.replay))}</pre>"
    yield "</article>"


def _checks(report: Report) -> Iterator[str]:
    yield '<h2>Every check</h2><div class="wide"><table><caption>Checks with their verdicts</caption>'
    yield "<thead><tr><th>verdict</th><th>check</th><th>what is asked</th><th>cases</th></tr></thead><tbody>"
    for each in report.standings:
        name = _text(each.check.id)
        link = f'<a href="#{name}">{name}</a>' if each.failure else name
        remark = remark_of(each)
        yield (
            f'<tr><td class="{_CLASSES[each.verdict]}">{_SIGNS[each.verdict]} {each.verdict.value}</td><td>{link}<br>'
            f"<small>{each.check.severity.value}</small></td><td>{_text(each.check.sentence)}"
            + (f"<br><small>{_text(remark)}</small>" if remark else "")
            + f'</td><td class="number">{each.reached}</td></tr>'
        )
    yield "</tbody></table></div>"


def _coverage(report: Report) -> Iterator[str]:
    yield "<h2>How much of the contract this client has met</h2>"
    for group, met in groupby(report.met, key=lambda each: each.group):
        yield from _group(group, list(met))
    if report.fields:
        yield '<div class="wide"><table><caption>Optional fields that were asked for</caption><tbody>'
        for name, times in report.fields.items():
            yield f'<tr><th scope="row">{_text(name)}</th><td class="number">{_times(times)}</td></tr>'
        yield "</tbody></table></div>"


def _group(group: str, met: Iterable[Met]) -> Iterator[str]:
    yield f'<div class="wide"><table><caption>{_text(group)}</caption>'
    yield "<thead><tr><th>what the gateway did</th><th>met</th><th>what the client said</th></tr></thead><tbody>"
    for each in met:
        said = ", ".join(f"{word} \N{MULTIPLICATION SIGN} {count}" for word, count in sorted(each.said.items()))
        state = "" if each.times else ' class="open"'
        yield (
            f'<tr{state}><td>{_text(each.step)}</td><td class="number">{_times(each.times)}</td>'
            f"<td>{_text(said) or 'never met'}</td></tr>"
        )
    yield "</tbody></table></div>"


def _times(count: int) -> str:
    return str(count) if count else "0"


def _foot(report: Report) -> Iterator[str]:
    yield f"</main><footer><p>Seed {report.seed}, {report.cases} cases in {report.seconds:.1f} s. Repeat:</p>"
    yield f"<pre>{_text(report.command)}</pre></footer>"
