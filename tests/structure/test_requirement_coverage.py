"""Every observable requirement has a test, and tests name no unknown requirement."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from contract_tests.contract.requirements import Requirement, load_requirements
from tests.structure.project_sources import marked_requirements, modules

KNOWN = {requirement.id: requirement for requirement in load_requirements()}
DUE = [requirement for requirement in KNOWN.values() if requirement.observable and requirement.since is None]
GRADES = ("documented", "conflict", "assumed")


def grades_given() -> Iterator[tuple[str, str, str]]:
    """Where the code names a requirement: place, id, and the grade given."""
    for module in modules("mock_server"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GRADES:
                place = f"{module.path}:{node.lineno}"
                yield place, ast.literal_eval(node.args[0]), node.func.id


@pytest.mark.parametrize("requirement", DUE, ids=lambda requirement: requirement.id)
def test_observable_requirement_is_named_by_a_test(requirement: Requirement) -> None:
    """A requirement that an answer can show has at least one test marked with its id."""
    assert requirement.id in marked_requirements("tests"), (
        f"no test is marked requirement({requirement.id!r}): {requirement.statement}"
    )


def test_markers_name_known_requirements() -> None:
    """A marker with a misspelled or computed id proves nothing."""
    assert {id_: sorted(files) for id_, files in marked_requirements("tests").items() if id_ not in KNOWN} == {}


def test_code_grades_requirements_as_the_list_does() -> None:
    """The grade of a requirement in code is that of the list of requirements."""
    given = list(grades_given())
    wrong = [
        f"{place}: {id_} is {KNOWN[id_].grade if id_ in KNOWN else 'unknown'}, not {grade}"
        for place, id_, grade in given
        if id_ not in KNOWN or KNOWN[id_].grade != grade
    ]

    assert given, "the code names no statement at all"
    assert wrong == []
