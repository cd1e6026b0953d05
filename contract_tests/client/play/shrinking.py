"""Shrink a case to the smallest one that still shows a breach: fewer messages, simpler steps, simpler fields.

Each round tries the same simplifications in the same order and keeps those that still break. Shrinking ends when a
round finds nothing, or when the budget of plays or seconds is used up. The result was observed to break, or is the
given case. No simplification undoes another one.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.cases import Case
from contract_tests.client.play.messages import SIMPLEST
from contract_tests.client.play.steps import ACCEPT, STEPS, ScriptStep

StillBreaks = Callable[[Case], Awaitable[bool]]

MOST_PLAYS = 300
MOST_SLOW_PLAYS = 12
"""Each takes the client's time-out in real seconds, or longer if the client has none."""

_REQUIRED = ("destination", "text")
_SIMPLE_VALUES = {"lra": 1, "businessRelationId": "a"}
_REQUIRED_INSIDE = ("service", "url")
"""Required members of a reference and of a webhook."""

_RANK = {step.name: nth for nth, step in enumerate(STEPS)}


async def shrink(case: Case, still_breaks: StillBreaks, budget_s: float) -> Case:
    """Return the smallest case found in `budget_s` seconds; no play starts later, and a started one is finished."""
    search = _ShrinkSearch(case, still_breaks, time.monotonic() + budget_s)
    while not search.exhausted:
        before = search.best
        for simpler in (_fewer_messages, _fewer_steps, _simpler_steps, _fewer_members, _simpler_values):
            await search.descend(simpler)
        await search.shorten_texts()
        if search.best == before:
            break
    return search.best


@dataclass
class _ShrinkSearch:
    """The smallest case so far, and the budget that is left."""

    best: Case
    still_breaks: StillBreaks
    until: float
    tried: list[Case] = field(default_factory=list)
    slow_plays: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether the budget is used up."""
        return len(self.tried) >= MOST_PLAYS or time.monotonic() >= self.until

    async def breaks(self, case: Case) -> bool:
        """Play a case, unless it was played before or the budget is used up, and keep it if it breaks."""
        if self.exhausted or case == self.best or case in self.tried:
            return False
        if case.slow and self.slow_plays >= MOST_SLOW_PLAYS:
            return False
        self.tried.append(case)
        self.slow_plays += case.slow
        if not await self.still_breaks(case):
            return False
        self.best = case
        return True

    async def descend(self, simpler: Callable[[Case], Iterator[Case]]) -> None:
        """Keep the first simplification that breaks and restart from it, until none breaks."""
        found = True
        while found and not self.exhausted:
            found = False
            for case in simpler(self.best):
                found = await self.breaks(case)
                if found:
                    break

    async def shorten_texts(self) -> None:
        """Cut halves, quarters … from both ends of each text, then replace its characters."""
        for nth, message in enumerate(self.best.messages):
            if message["text"] == SIMPLEST["text"]:
                continue
            size = len(message["text"]) // 2
            while size and not self.exhausted:
                text = self.best.messages[nth]["text"]
                shorter = [cut for cut in (text[:-size], text[size:]) if cut]
                if not await self._first_of(nth, shorter):
                    size = min(size, len(text)) // 2
            await self._simplify_characters(nth)

    async def _simplify_characters(self, nth: int) -> None:
        """Replace runs of characters with `a`, long runs first."""
        size = len(self.best.messages[nth]["text"])
        while size and not self.exhausted:
            for at in range(0, len(self.best.messages[nth]["text"]), size):
                text = self.best.messages[nth]["text"]
                await self._first_of(nth, [text[:at] + "a" * len(text[at : at + size]) + text[at + size :]])
            size //= 2

    async def _first_of(self, nth: int, texts: list[str]) -> bool:
        for text in texts:
            if await self.breaks(_with_message(self.best, nth, {**self.best.messages[nth], "text": text})):
                return True
        return False


def _fewer_messages(case: Case) -> Iterator[Case]:
    """One message alone, half of them, then one less; each first with the steps of its own messages."""
    size = len(case.messages)
    kept = [[nth] for nth in range(size)] if size > 2 else []
    kept += [list(range(size // 2)), list(range(size // 2, size))] if size > 3 else []
    kept += [[*range(nth), *range(nth + 1, size)] for nth in range(size)] if size > 1 else []
    for places in kept:
        messages = tuple(case.messages[nth] for nth in places)
        program = tuple(case.program[nth] for nth in places if nth < len(case.program))
        yield replace(case, messages=messages, program=program)
        yield replace(case, messages=messages)


def _fewer_steps(case: Case) -> Iterator[Case]:
    """No step, one step alone, half of them, then one less."""
    size = len(case.program)
    if size:
        yield replace(case, program=())
    if size > 1:
        yield from (replace(case, program=(step,)) for step in case.program)
        yield replace(case, program=case.program[: size // 2])
        yield from (replace(case, program=case.program[:nth] + case.program[nth + 1 :]) for nth in range(size))


def _simpler_steps(case: Case) -> Iterator[Case]:
    """Replace each step with an acceptance, then with the first steps of its group."""
    for nth, step in enumerate(case.program):
        for other in _simpler_than(step):
            yield replace(case, program=(*case.program[:nth], other, *case.program[nth + 1 :]))


def _simpler_than(step: ScriptStep) -> Iterator[ScriptStep]:
    if step is ACCEPT:
        return
    yield ACCEPT
    alike = [other for other in STEPS if other.group is step.group and _RANK[other.name] < _RANK[step.name]]
    # A fast step is never replaced with a slow one.
    yield from [other for other in alike if step.slow or not other.slow][:2]


def _fewer_members(case: Case) -> Iterator[Case]:
    """The simplest message, else without one optional field or one member of a reference or a webhook."""
    for nth, message in enumerate(case.messages):
        yield _with_message(case, nth, simplest(nth))
        yield _with_message(case, nth, {name: message[name] for name in _REQUIRED})
        for name, value in message.items():
            if name not in _REQUIRED:
                yield _with_message(case, nth, {key: each for key, each in message.items() if key != name})
            for member in value if isinstance(value, dict) and len(value) > 1 else ():
                if member not in _REQUIRED_INSIDE:
                    rest = {key: each for key, each in value.items() if key != member}
                    yield _with_message(case, nth, {**message, name: rest})


def _simpler_values(case: Case) -> Iterator[Case]:
    """The simplest destination and text, and simple values in optional fields."""
    for nth, message in enumerate(case.messages):
        for name, value in message.items():
            for simple in _simpler(name, value, nth):
                if simple != value:
                    yield _with_message(case, nth, {**message, name: simple})


def _simpler(name: str, value: Any, nth: int) -> Iterator[Any]:
    """Simpler values of a member; members without an entry here have none."""
    if name in _REQUIRED:
        yield simplest(nth)[name]
    elif name == "reference":
        simple = {member: "AUTHENTICATION" if member == "service" else "a" for member in value}
        yield simple
        yield from ({**value, member: simple[member]} for member in value)
    elif name in _SIMPLE_VALUES:
        yield _SIMPLE_VALUES[name]


def _with_message(case: Case, nth: int, message: Mapping[str, Any]) -> Case:
    return replace(case, messages=(*case.messages[:nth], message, *case.messages[nth + 1 :]))
