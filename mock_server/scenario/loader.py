"""Load a scenario and report all of its problems at once.

Each problem has the form `file:line:column: path: sentence`. The position of an unknown key is the key, of an invalid
value the value, of a missing key the start of its mapping. Passwords are never repeated.
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

_MAX_REPORTED: Final = 1000
"""Mistakes reported in full: the search for similar keys takes time, and nobody reads that many."""

LARGEST_FILE: Final = 16 * 1024 * 1024
CREATION_KEYS: Final = ("seed", "clock")
"""Keys that are fixed when a session is created."""

FIXED_AT_CREATION: Final = "is fixed when a session is created; create or reset a session to change it"


def load_scenario(path: Path) -> Scenario:
    """Load a scenario file.

    Raises:
        ScenarioError: it cannot be read, or is invalid.
    """
    raw = _bytes_of(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = raw.count(b"\n", 0, error.start) + 1, error.start - raw.rfind(b"\n", 0, error.start)
        raise _one(str(path), "this is not UTF-8; save the file as UTF-8", (line, column)) from None
    return parse_scenario(text, str(path))


def parse_scenario(
    text: str, name: str, prepare: Callable[[Node], Iterable[tuple[Mark, Flaw]]] | None = None
) -> Scenario:
    """Load a scenario from YAML text; `name` is the file name in its problems.

    `prepare` may change the tree before validation and return flaws of its own.

    Raises:
        ScenarioError: it is invalid.
    """
    try:
        root, found = yaml_reader.read(text)
    except UnreadableError as error:
        raise _one(name, error.sentence, error.mark) from None
    if root is None or root.value is None:
        raise _one(name, "the file is empty; a scenario is at least 'version: 1'", (1, 1))
    if not isinstance(root.value, dict):
        raise _one(name, "a scenario is a mapping (key: value); it begins with 'version: 1'", root.mark)
    if prepare is not None:
        found += prepare(root)
    scenario, flaws = _validated(root.plain())
    problems = [_problem(name, flaw, root, mark) for mark, flaw in found]
    problems += [_problem(name, flaw, root) for flaw in flaws]
    if scenario is None or problems:
        raise ScenarioError(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
    return scenario


def scenario_of(value: object, name: str) -> Scenario:
    """Load a scenario from a decoded JSON value; its problems have paths but no lines.

    Raises:
        ScenarioError: it is invalid.
    """
    if not isinstance(value, Mapping):
        raise _one(name, "a scenario is an object; it holds at least 'version': 1")
    scenario, flaws = _validated(value)
    if scenario is None or flaws:
        raise ScenarioError(_problem(name, flaw) for flaw in flaws)
    return scenario


def stub_part(value: object, channel: str = "SMS") -> StubPart:
    """Validate a single stub like one of a scenario; the paths of its problems are relative to the stub.

    Raises:
        ScenarioError: it is invalid.
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
    """The scenario with another seed and clock. Only these two are validated, since no other part depends on them.

    Raises:
        ScenarioError: one of them is invalid.
    """
    validated = scenario_of({"version": 1, **settings}, name)
    return scenario.model_copy(update={key: getattr(validated, key) for key in settings})


def patched(
    scenario: Scenario, parts: Mapping[str, object], name: str, *, fixed_because: str = FIXED_AT_CREATION
) -> Scenario:
    """The scenario with some top-level parts replaced; seed and clock cannot be.

    Raises:
        ScenarioError: a part is invalid, contradicts another, or is fixed at the session's creation.
    """
    fixed = [Problem(name, None, None, key, fixed_because) for key in CREATION_KEYS if key in parts]
    changed = {key: part for key, part in parts.items() if key not in CREATION_KEYS}
    # Unchanged parts are valid: only those that the new parts could contradict are validated again.
    related = checks.interdependent(changed)
    document = {"version": 1, **scenario.document(only=related), **changed}
    validated, flaws = _validated(document)
    if validated is None or flaws or fixed:
        raise ScenarioError((*fixed, *(_problem(name, flaw) for flaw in flaws)))
    return scenario.model_copy(update={key: getattr(validated, key) for key in changed})


def _validated(document: object) -> tuple[Scenario | None, list[Flaw]]:
    flaws: list[Flaw] = list(checks.flaws_of(document)) if isinstance(document, Mapping) else []
    try:
        return Scenario.model_validate(document), flaws
    except ValidationError as error:
        found = error.errors(include_url=False)
        reported = [pydantic_errors.flaw_of(detail) for detail in found[:_MAX_REPORTED]]
        if len(found) > _MAX_REPORTED:
            reported.append(Flaw((), f"{len(found) - _MAX_REPORTED:,} further mistakes are not shown"))
        return None, [*reported, *flaws]


def _problem(name: str, flaw: Flaw, root: Node | None = None, mark: Mark | None = None) -> Problem:
    sentence = flaw.sentence
    if flaw.other is not None:
        sentence = sentence.replace("{other}", _location(flaw.other, root))
    if root is None:
        return Problem(name, None, None, dotted(flaw.path), sentence)
    line, column = mark or root.mark_of(flaw.path, at_key=flaw.at_key)
    return Problem(name, line, column, dotted(flaw.path), sentence)


def _location(path: Iterable[str | int], root: Node | None) -> str:
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
        raise _one(name, "there is no permission to read this file") from None
    except (OSError, ValueError) as error:
        raise _one(name, f"this file cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > LARGEST_FILE:
        raise _one(name, f"this file is larger than {LARGEST_FILE // 2**20} MiB, the limit for a scenario")
    return raw
