"""Requirements and their grades."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mock_server.domain.requirements import Grade, Requirement, assumed, conflict, documented


@pytest.mark.parametrize(
    ("graded", "grade"),
    [(documented, "documented"), (conflict, "conflict"), (assumed, "assumed")],
)
def test_a_statement_carries_its_id_and_its_grade(graded: Callable[[str], Requirement], grade: str) -> None:
    """Each function gives the grade of its name, spelled as in the requirements file."""
    requirement = graded("AF-2")

    assert requirement == Requirement("AF-2", Grade(grade))
    assert requirement.grade == grade


def test_there_are_three_grades() -> None:
    """A vendor page states it, two pages disagree, or no page states it."""
    assert [grade.value for grade in Grade] == ["documented", "conflict", "assumed"]
