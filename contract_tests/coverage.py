"""The checks and tests that exercise each requirement."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.contract.requirements import Requirement, load_requirements
from contract_tests.gateway.suite import all_checks
from contract_tests.model.universal_checks import UNIVERSAL_IDS

EVERY_ANSWER = "what is judged of every answer"


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One requirement with its checks and tests."""

    requirement: Requirement
    checks: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def exempt(self) -> str | None:
        """Why nothing needs to exercise it, if so."""
        if not self.requirement.observable:
            return f"not observable: {self.requirement.because}"
        return f"waits for {self.requirement.since}" if self.requirement.since is not None else None

    @property
    def covered(self) -> bool:
        """Whether something exercises it, or nothing needs to."""
        return bool(self.checks or self.tests) or self.exempt is not None

    def as_json(self) -> dict[str, Any]:
        """The row as plain values."""
        requirement = self.requirement
        return {
            "id": requirement.id,
            "grade": requirement.grade,
            "statement": requirement.statement,
            "default": requirement.default,
            "alternatives": [alternative.value for alternative in requirement.alternatives],
            "exempt": self.exempt,
            "checks": list(self.checks),
            "tests": list(self.tests),
        }


def coverage(tests: Path | None = None) -> tuple[list[CoverageRow], list[tuple[str, str]]]:
    """A row for each requirement, and every place that names an unknown id."""
    folder = tests or Path(__file__).parent.parent / "tests"
    named = [*_named_by_checks(), *_named_by_tests(folder)]
    known = {requirement.id for requirement in load_requirements()}
    rows = [
        CoverageRow(
            requirement,
            tuple(dict.fromkeys(where for kind, where, id_ in named if (kind, id_) == ("check", requirement.id))),
            tuple(dict.fromkeys(where for kind, where, id_ in named if (kind, id_) == ("test", requirement.id))),
        )
        for requirement in load_requirements()
    ]
    return rows, [(where, id_) for _, where, id_ in named if id_ not in known]


def _named_by_checks() -> Iterator[tuple[str, str, str]]:
    for each in all_checks():
        yield from (("check", each.name, id_) for id_ in each.ids)
    yield from (("check", EVERY_ANSWER, id_) for id_ in UNIVERSAL_IDS)


def _named_by_tests(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The ids of the marker `requirement`: on a test, a class, a module or a case."""
    for file in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node, name in _functions_and_module(tree):
            for id_ in _marked(node):
                yield "test", f"{file.relative_to(folder).as_posix()}::{name}", id_


def _functions_and_module(tree: ast.Module) -> Iterator[tuple[list[ast.expr], str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.decorator_list, node.name
    yield [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value], "*"


def _marked(nodes: list[ast.expr]) -> Iterator[str]:
    calls = (call for node in nodes for call in ast.walk(node) if isinstance(call, ast.Call))
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "requirement":
            yield from (a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def print_coverage(rows: list[CoverageRow]) -> None:
    """Print the table for people."""
    from rich.console import Console  # noqa: PLC0415 - only printing needs it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("requirement", "grade", "checks", "tests", "statement", title="The contract, and what exercises it")
    for row in rows:
        requirement = row.requirement
        said = " ".join(requirement.statement.split()) + (f"\n[{row.exempt}]" if row.exempt else "")
        state = "" if row.covered else "bold red"
        counts = (str(len(row.checks)), str(len(row.tests)))
        table.add_row(requirement.id, requirement.grade, *counts, Text(said), style=state)
    Console().print(table)
