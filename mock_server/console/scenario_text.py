"""The view of the scenario as YAML: an editor with each mistake at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from starlette.responses import Response

from mock_server.console.page_request import PageRequest, Table
from mock_server.console.texts import Piece, pieces
from mock_server.control import BadScenarioError
from mock_server.scenario.problems import Problem

_MOST_PROBLEMS = 50
_AROUND = 3
"""Lines of context around a mistake."""
_BEFORE, _LONGEST = 80, 200
"""The part of a long line that is shown: characters before the mistake, and in all."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""The line ends of YAML."""
_WORD = re.compile(r"[^\s,\[\]{}]+|\S|\Z")


class ScenarioLine(NamedTuple):
    """A line with its mistake: the part before, the mistake, and the rest."""

    number: int
    before: tuple[Piece, ...]
    wrong: tuple[Piece, ...]
    after: tuple[Piece, ...]
    problems: tuple[Problem, ...]


async def _edit(page: PageRequest) -> Response:
    return _page(page, page.control.scenarios.text())


async def _save(page: PageRequest) -> Response:
    # Not trimmed, so that the lines keep their numbers.
    text = page.form.get("text", "").replace("\r\n", "\n")
    if page.field("began_with") != _mark_of(page.control.scenarios.text()):
        return _page(page, text, status=409, overtaken=True)
    try:
        page.control.scenarios.write(text)
    except BadScenarioError as error:
        return _page(page, text, error.problems, status=400)
    return page.redirect("/scenarios/edit", saved="yes")


def _page(
    page: PageRequest, text: str, found: tuple[Problem, ...] = (), *, status: int = 200, overtaken: bool = False
) -> Response:
    problems = [problem for problem in found if problem.line is not None][:_MOST_PROBLEMS]
    return page.render(
        "scenario_text",
        status=status,
        # A browser would replace the character too.
        text=text.replace("\0", "\ufffd"),
        began_with=_mark_of(page.control.scenarios.text()),
        overtaken=overtaken,
        saved=page.asked("saved") == "yes" and not found,
        problems=problems,
        more=len(found) - len(problems),
        excerpts=list(_excerpts(_BREAK.split(text), problems)),
        said=page.control.masked,
    )


def _mark_of(text: str) -> str:
    """A hash to detect that the scenario was changed meanwhile."""
    return sha256(text.encode()).hexdigest()[:16]


def _excerpts(lines: list[str], problems: Iterable[Problem]) -> Iterator[list[ScenarioLine]]:
    """The lines around the mistakes, in consecutive runs."""
    at: dict[int, list[Problem]] = {}
    for problem in problems:
        # A premature end is reported after the last line.
        at.setdefault(min(problem.line or 1, len(lines)), []).append(problem)
    run: list[ScenarioLine] = []
    near = {number for wrong in at for number in range(wrong - _AROUND, wrong + _AROUND + 1)}
    for number in sorted(near & set(range(1, len(lines) + 1))):
        if run and run[-1].number + 1 < number:
            yield run
            run = []
        run.append(_line(number, lines[number - 1], at.get(number, [])))
    if run:
        yield run


def _line(number: int, text: str, problems: list[Problem]) -> ScenarioLine:
    at = min((problems[0].column or 1) - 1, len(text)) if problems else 0
    begin = max(0, at - _BEFORE) if len(text) > _LONGEST else 0
    end = begin + _LONGEST
    word = _WORD.search(text, at, end)
    wrong = word.span() if problems and word else (begin, begin)
    before = ("…" if begin else "") + text[begin : wrong[0]]
    after = text[wrong[1] : end] + ("…" if end < len(text) else "")
    return ScenarioLine(
        number,
        tuple(pieces(before)),
        tuple(pieces(text[wrong[0] : wrong[1]])),
        tuple(pieces(after)),
        tuple(problems),
    )


SCENARIO_TEXT: Table = (("/scenarios/edit", {"GET": _edit, "POST": _save}),)
