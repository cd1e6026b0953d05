"""The reader of ``requirements.yaml``: the known facts about the gateway, one graded statement per id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args

import yaml

Grade = Literal["documented", "conflict", "assumed"]
Switch = int | str

_GRADES = get_args(Grade)
_REQUIRED = {"id", "grade", "page", "statement", "default", "alternatives"}
_KEYS = _REQUIRED | {"since", "observable", "because"}


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of a requirement, and the value of the scenario key ``assume`` that selects it."""

    value: Switch
    statement: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One statement about the gateway.

    ``default`` names the reading we take and is ``None`` exactly where the grade is documented. It is a value of the
    scenario key ``assume`` only where there are ``alternatives``.
    """

    id: str
    grade: Grade
    page: tuple[str, ...]
    statement: str
    default: Switch | None
    alternatives: tuple[Alternative, ...]
    since: str | None = None
    observable: bool = True
    because: str | None = None

    @property
    def switch_values(self) -> tuple[Switch, ...]:
        """Every value that ``assume`` takes for this id, the default first; empty if there are no alternatives."""
        if self.default is None or not self.alternatives:
            return ()
        return (self.default, *(alternative.value for alternative in self.alternatives))


@cache
def load_requirements() -> tuple[Requirement, ...]:
    """The project's own requirements, in the order of the file."""
    return parse_requirements(files("contract_tests").joinpath("requirements.yaml").read_text(encoding="utf-8"))


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """Parse requirements from YAML; ``ValueError`` says which entry is wrong and why."""
    try:
        # The loader is a CSafeLoader: it builds plain values only.
        document = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"The requirements are not readable YAML: {error}") from error
    if not isinstance(document, list) or not document:
        raise ValueError("The requirements must be a list with at least one entry.")
    requirements = tuple(_requirement(entry, position) for position, entry in enumerate(document, start=1))
    seen: set[str] = set()
    for requirement in requirements:
        if requirement.id in seen:
            raise ValueError(f"Requirement {requirement.id}: the id is used twice.")
        seen.add(requirement.id)
    return requirements


class _UniqueKeys(yaml.CSafeLoader):
    """A loader that refuses duplicate keys: YAML would silently use the last one, which hides a mistake."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    "while reading a mapping", node.start_mark, f"the key {key!r} stands there twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def _requirement(entry: object, position: int) -> Requirement:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
        raise ValueError(f"Entry {position} of the requirements has no id.")
    where = f"Requirement {entry['id']}"
    _check_keys(entry, _KEYS, _REQUIRED, where)
    requirement = Requirement(
        id=entry["id"],
        grade=_grade(entry["grade"], where),
        page=_pages(entry["page"], where),
        statement=_sentence(entry["statement"], "statement", where),
        default=None if entry["default"] is None else _switch(entry["default"], "default", where),
        alternatives=_alternatives(entry["alternatives"], where),
        since=_sentence(entry["since"], "since", where) if "since" in entry else None,
        observable=_boolean(entry.get("observable", True), "observable", where),
        because=_sentence(entry["because"], "because", where) if "because" in entry else None,
    )
    _check_consistency(requirement, where)
    return requirement


def _check_keys(entry: dict[Any, Any], allowed: set[str], required: set[str], where: str) -> None:
    unknown = [key for key in entry if key not in allowed]
    if unknown:
        raise ValueError(f"{where}: unknown key {unknown[0]!r}; allowed are {', '.join(sorted(allowed))}.")
    missing = sorted(required - entry.keys())
    if missing:
        raise ValueError(f"{where}: the key {missing[0]!r} is missing.")


def _check_consistency(requirement: Requirement, where: str) -> None:
    if (requirement.default is None) != (requirement.grade == "documented"):
        raise ValueError(
            f"{where}: a documented statement has no default, and any other names the reading we take; "
            f"this one is {requirement.grade} with the default {requirement.default!r}."
        )
    if requirement.grade == "documented" and requirement.alternatives:
        raise ValueError(f"{where}: a documented statement leaves no alternatives.")
    values = requirement.switch_values
    if len(set(values)) != len(values):
        raise ValueError(f"{where}: the values {values!r} of its switch are not all different.")
    if requirement.observable == (requirement.because is not None):
        raise ValueError(f"{where}: 'because' stands exactly where 'observable' is false.")


def _grade(value: object, where: str) -> Grade:
    if value not in _GRADES:
        raise ValueError(f"{where}: unknown grade {value!r}; allowed are {', '.join(_GRADES)}.")
    return cast("Grade", value)


def _pages(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise ValueError(f"{where}: 'page' is a list of page names, or null where there is none.")
    return tuple(_sentence(page, "page", where) for page in value)


def _sentence(value: object, key: str, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}: {key!r} must be a text that is not empty, not {value!r}.")
    return value


def _boolean(value: object, key: str, where: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where}: {key!r} must be true or false, not {value!r}.")  # noqa: TRY004
    return value


def _switch(value: object, key: str, where: str) -> Switch:
    # A bare `null` or `no` in YAML is not a string: a switch value that looks like one must be quoted.
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise ValueError(f"{where}: {key!r} must be a whole number or a text that is not empty, not {value!r}.")
    return value


def _alternatives(value: object, where: str) -> tuple[Alternative, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{where}: 'alternatives' is a list of value and statement, empty where there are none.")
    keys = {"value", "statement"}
    for item in value:
        _check_keys(item, keys, keys, f"{where}, alternatives")
    return tuple(
        Alternative(_switch(item["value"], "value", where), _sentence(item["statement"], "statement", where))
        for item in value
    )
