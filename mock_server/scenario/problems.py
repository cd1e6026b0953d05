"""Problems of a scenario, and how they are worded.

A `Flaw` has a path in the document, a `Problem` a position in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

Path: TypeAlias = tuple[str | int, ...]
"""The path to a value: keys and list indexes."""

_LONGEST_VALUE: Final = 60


class Flaw(msgspec.Struct, frozen=True):
    """A mistake at a path."""

    path: Path
    sentence: str
    at_key: bool = False
    """The mistake is in the key, not in its value."""
    other: Path | None = None
    """A second path, which the sentence refers to as `{other}`."""


class Problem(msgspec.Struct, frozen=True):
    """A mistake at a position in a file; lines and columns count from 1."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        """`file:line:column: path: sentence`, without the parts that are unknown."""
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ScenarioError(Exception):
    """An invalid scenario; `problems` has all of its mistakes."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """Format a path: `accounts[0].urls`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in path)
    return text.removeprefix(".")


def _key(key: str) -> str:
    """A key verbatim, or quoted and shortened if it is long or unprintable."""
    return key if key.isprintable() and len(key) <= _LONGEST_VALUE else shown(key)


def shown(value: object) -> str:
    """A value as text for a sentence, shortened to fit on a line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        text = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
        return f"'{text}'" if text.isprintable() else json.dumps(text)
    if value is None or isinstance(value, bool | int | float):
        text = json.dumps(value)
        return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
    return f"a {type(value).__name__}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` with the most similar known word, or nothing if none is similar."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed for mistakes only

    by_fold = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(word.casefold()[:_LONGEST_VALUE], by_fold, n=1, cutoff=0.6)
    return f"; did you mean '{by_fold[near[0]]}'?" if near else ""
