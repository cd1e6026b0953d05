"""What is wrong with a scenario, and how a person is told.

A `Flaw` is found by path; a `Problem` says where in the file that is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys and places in lists."""

_LONGEST_VALUE: Final = 60


class Flaw(msgspec.Struct, frozen=True):
    """One thing that is wrong, by path."""

    path: Path
    sentence: str
    at_key: bool = False
    """The key itself is wrong, not its value."""
    other: Path | None = None
    """A second place that the sentence speaks of, as `{other}`."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong, by position; lines and columns count from 1."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        """`file:line:column: path: sentence`, without what is not known."""
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ScenarioError(Exception):
    """A scenario that cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """A path as a person writes it: `accounts[0].urls`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in path)
    return text.removeprefix(".")


def _key(key: str) -> str:
    """A key as it stands, unless a line of text could not hold it."""
    return key if key.isprintable() and len(key) <= _LONGEST_VALUE else shown(key)


def shown(value: object) -> str:
    """A value as it stands in the file, cut short: never more of it than a line holds."""
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
    """`; did you mean 'x'?` for the known word that is nearest, nothing where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    by_fold = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(word.casefold()[:_LONGEST_VALUE], by_fold, n=1, cutoff=0.6)
    return f"; did you mean '{by_fold[near[0]]}'?" if near else ""
