"""Read a scenario and say everything that is wrong with it at once.

Each problem reads `file:line:column: path: sentence`. An unknown key stands where the key stands, a bad value where
the value stands, a missing key where its mapping begins. Passwords are never repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec
from pydantic import ValidationError

from mock_server.scenario import checks, pydantic_errors, yaml_reader
from mock_server.scenario.model import Scenario
from mock_server.scenario.problems import Flaw, Problem, ScenarioError, dotted
from mock_server.scenario.stub_model import StubPart
from mock_server.scenario.yaml_reader import Mark, Node, UnreadableError

__all__ = [
    "Problem",
    "Scenario",
    "ScenarioError",
    "load_scenario",
    "parse_scenario",
    "patched",
    "scenario_of",
    "stub_part",
    "with_creation_settings",
]

_MOST_TOLD: Final = 1000
"""Mistakes that get a sentence: to guess what each key may have meant takes its time, and nobody reads them all."""

LARGEST_FILE: Final = 16 * 1024 * 1024
CREATION_KEYS: Final = ("seed", "clock")
"""Keys that are settled when a session is created."""

FIXED_AT_CREATION: Final = "belongs to the session's creation; create or reset a session to change it"


def load_scenario(path: Path) -> Scenario:
    """Read and judge a file.

    Raises:
        ScenarioError: it cannot be read, or something is wrong with it.
    """
    raw = _bytes_of(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = raw.count(b"\n", 0, error.start) + 1, error.start - raw.rfind(b"\n", 0, error.start)
        raise _one(str(path), "this is not UTF-8; save the file as UTF-8", (line, column)) from None
    return parse_scenario(text, str(path))


def parse_scenario(
    text: str, name: str, prepared: Callable[[Node], Iterable[tuple[Mark, Flaw]]] | None = None
) -> Scenario:
    """Judge a YAML text; `name` is what its problems call the file.

    `prepared` may change the tree before it is judged, and has flaws of its own to tell.

    Raises:
        ScenarioError: something is wrong with it.
    """
    try:
        root, found = yaml_reader.read(text)
    except UnreadableError as error:
        raise _one(name, error.sentence, error.mark) from None
    if root is None or root.value is None:
        raise _one(name, "the file is empty; a scenario is at least 'version: 1'", (1, 1))
    if not isinstance(root.value, dict):
        raise _one(name, "a scenario is a mapping (key: value); it begins with 'version: 1'", root.mark)
    if prepared is not None:
        found += prepared(root)
    scenario, flaws = _judged(root.plain())
    problems = [_problem(name, flaw, root, mark) for mark, flaw in found]
    problems += [_problem(name, flaw, root) for flaw in flaws]
    if scenario is None or problems:
        raise ScenarioError(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
    return scenario


def scenario_of(value: object, name: str) -> Scenario:
    """Judge a decoded JSON value; its problems carry a path and no line.

    Raises:
        ScenarioError: something is wrong with it.
    """
    if not isinstance(value, Mapping):
        raise _one(name, "a scenario is an object; it holds at least 'version': 1")
    scenario, flaws = _judged(value)
    if scenario is None or flaws:
        raise ScenarioError(_problem(name, flaw) for flaw in flaws)
    return scenario


def stub_part(value: object, channel: str = "SMS") -> StubPart:
    """Judge one stub as a scenario's would be; the paths of its problems begin at the stub itself.

    Raises:
        ScenarioError: something is wrong with it.
    """
    try:
        scenario = scenario_of({"version": 1, "delivery": {"channel": channel}, "stubs": [value]}, "stub")
    except ScenarioError as error:
        raise ScenarioError(
            msgspec.structs.replace(each, path=each.path.removeprefix("stubs[0]").removeprefix("."))
            for each in error.problems
        ) from None
    return scenario.stubs[0]


def with_creation_settings(scenario: Scenario, settings: Mapping[str, object], name: str) -> Scenario:
    """The scenario with this seed and this clock. Only these two are judged: no other part depends on them.

    Raises:
        ScenarioError: one of them is wrong.
    """
    judged = scenario_of({"version": 1, **settings}, name)
    return scenario.model_copy(update={key: getattr(judged, key) for key in settings})


def patched(
    scenario: Scenario, parts: Mapping[str, object], name: str, *, fixed_because: str = FIXED_AT_CREATION
) -> Scenario:
    """The scenario with whole top-level parts replaced, judged again as a whole; seed and clock are fixed.

    Raises:
        ScenarioError: a part is wrong, contradicts another, or belongs to the session's creation.
    """
    fixed = [Problem(name, None, None, key, fixed_because) for key in CREATION_KEYS if key in parts]
    changed = {key: part for key, part in parts.items() if key not in CREATION_KEYS}
    # What is not touched is good as it is: only what the new parts could contradict is looked at again.
    near = checks.interdependent(changed)
    document = {"version": 1, **scenario.document(only=near), **changed}
    judged, flaws = _judged(document)
    if judged is None or flaws or fixed:
        raise ScenarioError((*fixed, *(_problem(name, flaw) for flaw in flaws)))
    return scenario.model_copy(update={key: getattr(judged, key) for key in changed})


def _judged(document: object) -> tuple[Scenario | None, list[Flaw]]:
    flaws: list[Flaw] = list(checks.flaws_of(document)) if isinstance(document, Mapping) else []
    try:
        return Scenario.model_validate(document), flaws
    except ValidationError as error:
        found = error.errors(include_url=False)
        told = [pydantic_errors.flaw_of(detail) for detail in found[:_MOST_TOLD]]
        if len(found) > _MOST_TOLD:
            told.append(Flaw((), f"{len(found) - _MOST_TOLD:,} further mistakes are not told"))
        return None, [*told, *flaws]


def _problem(name: str, flaw: Flaw, root: Node | None = None, mark: Mark | None = None) -> Problem:
    sentence = flaw.sentence
    if flaw.other is not None:
        sentence = sentence.replace("{other}", _spot(flaw.other, root))
    if root is None:
        return Problem(name, None, None, dotted(flaw.path), sentence)
    line, column = mark or root.mark_of(flaw.path, at_key=flaw.at_key)
    return Problem(name, line, column, dotted(flaw.path), sentence)


def _spot(path: Iterable[str | int], root: Node | None) -> str:
    path = tuple(path)
    if root is None:
        return dotted(path)
    line, column = root.mark_of(path)
    return f"{dotted(path)} at {line}:{column}"


def _one(name: str, sentence: str, mark: Mark | None = None) -> ScenarioError:
    line, column = mark or (None, None)
    return ScenarioError([Problem(name, line, column, "", sentence)])


def _bytes_of(path: Path) -> bytes:
    name = str(path)
    try:
        if path.is_dir():
            raise _one(name, "this is a directory; name a file")
        if path.exists() and not path.is_file():
            raise _one(name, "this is not a regular file")
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _one(name, "there is no such file") from None
    except PermissionError:
        raise _one(name, "this file may not be read") from None
    except (OSError, ValueError) as error:
        raise _one(name, f"this file cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > LARGEST_FILE:
        raise _one(name, f"this file holds more than {LARGEST_FILE // 2**20} MiB; no scenario does")
    return raw
