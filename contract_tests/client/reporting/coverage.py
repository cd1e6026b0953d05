"""How much of the contract a run covered: refusal codes, statuses, steps of the gateway, and fields."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from contract_tests.client.play.steps import BY_NAME, STEPS, Group, ScriptStep, Sees
from contract_tests.client.results import ClientReport, StepCount

MEANINGS: Mapping[str, str] = {
    Group.ACCEPTED: "The gateway accepts the message.",
    Group.REFUSED: "The gateway refuses the message with a code.",
    Group.TRANSPORT: "The connection breaks, before or after the gateway has accepted the message.",
    Group.PROXY: "A proxy between client and gateway answers in its place.",
    Group.ODD: "An answer that is not a success, even if it resembles one.",
    Group.TOLERANCE: "A valid answer in an unusual form.",
    Group.TIME: "No complete answer comes within the client's time-out.",
}
"""Explanations of the groups of steps, for new readers."""

NO_ANSWER = "none"
"""In place of a status if no complete answer arrives."""

_Value = TypeVar("_Value", int, str)

_FAULT_STATUSES = {"html-page": "502"}
"""The status of faults whose name does not contain it; faults that change an answer keep its status."""


@dataclass(frozen=True)
class Coverage:
    """How often each part occurred, including those that never did."""

    codes: Mapping[int, int]
    statuses: Mapping[str, int]
    """Of complete answers, as text; `NO_ANSWER` for none."""
    steps: tuple[tuple[str, tuple[StepCount, ...]], ...]
    """By group."""
    fields: Mapping[str, int]

    @property
    def not_met(self) -> tuple[str, ...]:
        """The steps that never occurred."""
        return tuple(each.step for _, steps in self.steps for each in steps if not each.times)


def coverage_of(report: ClientReport) -> Coverage:
    """The coverage of a run."""
    groups: dict[str, list[StepCount]] = {}
    for each in report.steps:
        groups.setdefault(each.group, []).append(each)
    return Coverage(
        codes=_counted(report.steps, code_of),
        statuses=_counted(report.steps, status_of),
        steps=tuple((group, tuple(steps)) for group, steps in groups.items()),
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
    return kind if kind.isdigit() else _FAULT_STATUSES.get(kind, "200")


def code_of(step: ScriptStep) -> int | None:
    """The gateway's code in a refusal; `None` if there is none."""
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


def _counted(counts: Iterable[StepCount], of: Callable[[ScriptStep], _Value | None]) -> dict[_Value, int]:
    found: Counter[_Value] = Counter()
    for step in STEPS:
        value = of(step)
        if value is not None:
            found[value] += 0
    for each in counts:
        value = of(BY_NAME[each.step]) if each.step in BY_NAME else None
        if value is not None:
            found[value] += each.times
    return dict(sorted(found.items(), key=lambda pair: str(pair[0]).rjust(5)))
