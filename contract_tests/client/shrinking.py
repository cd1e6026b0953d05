"""The smallest case that still shows a breach: fewer messages, fewer and plainer steps, plainer fields.

Every round tries the same simplifications in the same order, keeps each that still breaks, and ends when a whole
round brings nothing, or when plays or seconds are used up. What is returned was seen to break, or is the case as it
was given. Every simplification makes a case smaller or plainer for good: no two of them undo each other.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contract_tests.client.cases import Case
from contract_tests.client.intents import SIMPLEST
from contract_tests.client.programs import simplest
from contract_tests.client.steps import ACCEPT, STEPS, ScriptStep

StillBreaks = Callable[[Case], Awaitable[bool]]

MOST_PLAYS = 300
MOST_SLOW_PLAYS = 12
"""Each costs the client's time-out in real seconds, and more where the client has none."""

_REQUIRED = ("destination", "text")
_PLAIN = {"lra": 1, "businessRelationId": "a"}
_NEEDED = ("service", "url")
"""Without these a reference and a webhook would be refused."""

_RANK = {step.name: nth for nth, step in enumerate(STEPS)}


async def shrunk(case: Case, still_breaks: StillBreaks, budget_s: float) -> Case:
    """The smallest case found within these seconds; none is begun after them, and one under way is waited for."""
    search = _ShrinkSearch(case, still_breaks, time.monotonic() + budget_s)
    while not search.over:
        before = search.best
        for simpler in (_fewer_messages, _fewer_steps, _plainer_steps, _fewer_members, _plainer_values):
            await search.descend(simpler)
        await search.shorten_texts()
        if search.best == before:
            break
    return search.best


@dataclass
class _ShrinkSearch:
    """The smallest case so far, and what may still be spent."""

    best: Case
    still_breaks: StillBreaks
    until: float
    tried: list[Case] = field(default_factory=list)
    slow_plays: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more may be tried."""
        return len(self.tried) >= MOST_PLAYS or time.monotonic() >= self.until

    async def breaks(self, case: Case) -> bool:
        """Try one case, if it may be tried and was not yet, and keep it where it breaks."""
        if self.over or case == self.best or case in self.tried:
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
        """Keep the first simplification that breaks, and begin again with it, until none does."""
        found = True
        while found and not self.over:
            found = False
            for case in simpler(self.best):
                found = await self.breaks(case)
                if found:
                    break

    async def shorten_texts(self) -> None:
        """Cut each text by halves, quarters … from its end and its beginning, then make its characters plain."""
        for nth, message in enumerate(self.best.messages):
            if message["text"] == SIMPLEST["text"]:
                continue
            size = len(message["text"]) // 2
            while size and not self.over:
                text = self.best.messages[nth]["text"]
                shorter = [cut for cut in (text[:-size], text[size:]) if cut]
                if not await self._first_of(nth, shorter):
                    size = min(size, len(text)) // 2
            await self._plain_characters(nth)

    async def _plain_characters(self, nth: int) -> None:
        """Runs of characters become `a`, long runs first."""
        size = len(self.best.messages[nth]["text"])
        while size and not self.over:
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
    """One message alone, half of them, then one less; each with its step first, for a step means its send."""
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


def _plainer_steps(case: Case) -> Iterator[Case]:
    """Each step as an acceptance, then as the first ones of its group."""
    for nth, step in enumerate(case.program):
        for other in _plainer_than(step):
            yield replace(case, program=(*case.program[:nth], other, *case.program[nth + 1 :]))


def _plainer_than(step: ScriptStep) -> Iterator[ScriptStep]:
    if step is ACCEPT:
        return
    yield ACCEPT
    alike = [other for other in STEPS if other.group is step.group and _RANK[other.name] < _RANK[step.name]]
    # A step that has to be waited for is tried in the place of none that has not.
    yield from [other for other in alike if step.slow or not other.slow][:2]


def _fewer_members(case: Case) -> Iterator[Case]:
    """Messages as plain as can be; else without one optional field, or one member of a reference or a webhook."""
    for nth, message in enumerate(case.messages):
        yield _with_message(case, nth, simplest(nth))
        yield _with_message(case, nth, {name: message[name] for name in _REQUIRED})
        for name, value in message.items():
            if name not in _REQUIRED:
                yield _with_message(case, nth, {key: each for key, each in message.items() if key != name})
            for member in value if isinstance(value, dict) and len(value) > 1 else ():
                if member not in _NEEDED:
                    rest = {key: each for key, each in value.items() if key != member}
                    yield _with_message(case, nth, {**message, name: rest})


def _plainer_values(case: Case) -> Iterator[Case]:
    """The plainest destination and text, and plain values in optional fields."""
    for nth, message in enumerate(case.messages):
        for name, value in message.items():
            for plain in _plain(name, value, nth):
                if plain != value:
                    yield _with_message(case, nth, {**message, name: plain})


def _plain(name: str, value: Any, nth: int) -> Iterator[Any]:
    """Plainer values of a member. What is not named here has one that is accepted, or means something by each."""
    if name in _REQUIRED:
        yield simplest(nth)[name]
    elif name == "reference":
        plain = {member: "AUTHENTICATION" if member == "service" else "a" for member in value}
        yield plain
        yield from ({**value, member: plain[member]} for member in value)
    elif name in _PLAIN:
        yield _PLAIN[name]


def _with_message(case: Case, nth: int, message: Mapping[str, Any]) -> Case:
    return replace(case, messages=(*case.messages[:nth], message, *case.messages[nth + 1 :]))
