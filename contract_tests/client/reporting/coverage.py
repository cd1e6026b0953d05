"""How much of the contract a client has met: by code, status, what the gateway did, and field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from contract_tests.client.findings import ClientReport, Reached
from contract_tests.client.steps import BY_NAME, STEPS, Group, ScriptStep, Sees

MEANINGS: Mapping[str, str] = {
    Group.ACCEPTED: "The gateway takes the message.",
    Group.REFUSED: "The gateway refuses the message, and says why by a code.",
    Group.TRANSPORT: "The connection breaks, before or after the gateway has taken the message.",
    Group.PROXY: "Something between client and gateway answers in its place.",
    Group.ODD: "An answer that is no success, whatever it looks like.",
    Group.TOLERANCE: "A right answer in another dress.",
    Group.TIME: "No complete answer comes within the client's own time-out.",
}
"""What the groups of steps are, for somebody who has never seen them."""

NO_ANSWER = "none"
"""In the place of a status where no whole answer arrives."""

_Value = TypeVar("_Value", int, str)

_OF_FAULTS = {"html-page": "502"}
"""The status of faults whose name does not begin with it; those that change an answer leave it its own."""


@dataclass(frozen=True)
class Coverage:
    """How often each was met, those that were not at 0."""

    codes: Mapping[int, int]
    statuses: Mapping[str, int]
    """Of whole answers, as text; `NO_ANSWER` where there was none."""
    steps: tuple[tuple[str, tuple[Reached, ...]], ...]
    """By group."""
    fields: Mapping[str, int]

    @property
    def not_met(self) -> tuple[str, ...]:
        """The steps that never came."""
        return tuple(each.step for _, met in self.steps for each in met if not each.times)


def coverage_of(report: ClientReport) -> Coverage:
    """What a run came to."""
    groups: dict[str, list[Reached]] = {}
    for each in report.met:
        groups.setdefault(each.group, []).append(each)
    return Coverage(
        codes=_counted(report.met, code_of),
        statuses=_counted(report.met, status_of),
        steps=tuple((group, tuple(met)) for group, met in groups.items()),
        fields=report.fields,
    )


def status_of(step: ScriptStep) -> str:
    """The status that a client sees, as text."""
    if step.sees is not Sees.ANSWER:
        return NO_ANSWER
    then = step.then or {}
    if "refuse" in then:
        return "401" if then["refuse"] == 63 else "500"
    if "answer" in then:
        return str(then["answer"]["status"])
    fault = then.get("fault", "")
    kind = fault if isinstance(fault, str) else fault["kind"]
    kind = kind.removesuffix("-after")
    return kind if kind.isdigit() else _OF_FAULTS.get(kind, "200")


def code_of(step: ScriptStep) -> int | None:
    """The gateway's code in a refusal; `None` where there is none."""
    then = step.then or {}
    if "refuse" in then:
        return int(then["refuse"])
    if "answer" not in then or status_of(step) == "200":
        return None
    try:
        body: Any = json.loads(then["answer"]["body"])
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None


def _counted(met: Iterable[Reached], of: Callable[[ScriptStep], _Value | None]) -> dict[_Value, int]:
    found: Counter[_Value] = Counter()
    for step in STEPS:
        value = of(step)
        if value is not None:
            found[value] += 0
    for each in met:
        value = of(BY_NAME[each.step]) if each.step in BY_NAME else None
        if value is not None:
            found[value] += each.times
    return dict(sorted(found.items(), key=lambda pair: str(pair[0]).rjust(5)))
