"""One name, one class: the glossary lists the names that classes share, each with a reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.structure.project_sources import ROOT, pages, project_files

GLOSSARY = "docs/glossary.md"
Places = Mapping[str, tuple[str, ...]]
"""For each name the files that define a class of that name, sorted; a file with two of them is listed twice."""


class SharedName(NamedTuple):
    """A row of the table of shared names."""

    name: str
    where: tuple[str, ...]
    reason: str


def defined() -> Places:
    """The classes of every Python file of the project, those within functions and classes too."""
    found: dict[str, list[str]] = {}
    for path in project_files():
        if path.endswith(".py"):
            for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append(path)
    return {name: tuple(sorted(paths)) for name, paths in found.items()}


def shared_names(page: str) -> list[SharedName]:
    """The rows of the table below the heading `Shared names`."""
    _, _, section = page.partition("\n## Shared names\n")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*?) *\|$", section.partition("\n## ")[0], re.MULTILINE)
    return [SharedName(name, tuple(sorted(re.findall(r"`([^`]+)`", where))), reason) for name, where, reason in rows]


def faults(classes: Places, allowed: list[SharedName]) -> list[str]:
    """A sentence for each name that is shared without a row, and for each row that is wrong or needless."""
    rows = {row.name: row for row in allowed}
    unexcused = [
        f"{paths[-1]}: rename class {name}, which {paths[0]} has too, or say why both need it in {GLOSSARY}"
        for name, paths in sorted(classes.items())
        if len(paths) > 1 and name not in rows
    ]
    needless = [
        f"{GLOSSARY}: delete the row of {row.name}: its classes do not share a name any more"
        for row in allowed
        if len(classes.get(row.name, ())) < 2
    ]
    misplaced = [
        f"{GLOSSARY}: write in the row of {row.name}: {', '.join(classes[row.name])}"
        for row in allowed
        if len(classes.get(row.name, ())) > 1 and classes[row.name] != row.where
    ]
    unreasoned = [
        f"{GLOSSARY}: say in the row of {row.name} why its classes share it" for row in allowed if not row.reason
    ]
    return unexcused + needless + misplaced + unreasoned


def test_no_two_classes_share_a_name_but_those_of_the_glossary() -> None:
    """A reader who finds a name finds one class, or the reason why there are two."""
    assert faults(defined(), shared_names(pages()[GLOSSARY])) == []


def test_the_table_has_a_row_for_each_name() -> None:
    """A table that is not read would excuse nothing, and a row twice would excuse more than it says."""
    names = [row.name for row in shared_names(pages()[GLOSSARY])]

    assert names == sorted(set(names))
    assert "Message" in names


ROW = SharedName("Twin", ("a.py", "b.py"), "both are needed")


@pytest.mark.parametrize(
    ("classes", "row", "told"),
    [
        pytest.param({"Twin": ("a.py", "b.py")}, ROW, None, id="allowed"),
        pytest.param({"Twin": ("a.py", "b.py")}, None, "b.py: rename class Twin, which a.py has too", id="no row"),
        pytest.param({"Twin": ("a.py", "a.py")}, None, "a.py: rename class Twin", id="twice in a file"),
        pytest.param({"Twin": ("a.py",)}, ROW, "docs/glossary.md: delete the row of Twin", id="one class left"),
        pytest.param({}, ROW, "docs/glossary.md: delete the row of Twin", id="no class left"),
        pytest.param(
            {"Twin": ("a.py", "b.py", "c.py")},
            ROW,
            "docs/glossary.md: write in the row of Twin: a.py, b.py, c.py",
            id="a third class",
        ),
        pytest.param(
            {"Twin": ("a.py", "b.py")},
            ROW._replace(reason=""),
            "docs/glossary.md: say in the row of Twin why",
            id="no reason",
        ),
    ],
)
def test_each_fault_is_told_with_its_file(classes: Places, row: SharedName | None, told: str | None) -> None:
    """The sentence names the file to edit."""
    found = faults(classes, [] if row is None else [row])

    assert len(found) == (0 if told is None else 1)
    assert all(said.startswith(told or "") for said in found)


def test_a_row_without_a_reason_is_read() -> None:
    """It has to be found in order to be told."""
    page = "\n## Shared names\n\n| name | where | reason |\n|---|---|---|\n| `Twin` | `a.py`, `b.py` |  |\n"

    assert shared_names(page) == [ROW._replace(reason="")]
