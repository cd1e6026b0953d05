"""The project's own files, parsed for the structure tests."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
"""The root of the checkout."""

PACKAGES = ("mock_server", "contract_tests")

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """A Python file: its path below the checkout, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file below these folders of the checkout, sorted by path."""
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(_module(path) for path in found)


def definitions(tree: ast.AST) -> Iterator[Definition]:
    """Every class and function at any depth."""
    return (node for node in ast.walk(tree) if isinstance(node, Definition))


def public_definitions(node: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """The public classes and functions: neither they nor what contains them start with an underscore."""
    for each in node.body:
        if isinstance(each, Definition) and not each.name.startswith("_"):
            yield each
            if isinstance(each, ast.ClassDef):
                yield from public_definitions(each)


@cache
def marked_requirements(*folders: str) -> dict[str, set[str]]:
    """For each id in a `pytest.mark.requirement(…)` below these folders, the files that mark it.

    An argument that is not a string literal is kept as source text, which matches no requirement.
    """
    found: dict[str, set[str]] = {}
    for module in modules(*folders):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.requirement"):
                for argument in node.args:
                    found.setdefault(_literal(argument), set()).add(module.path)
    return found


def pages() -> dict[str, str]:
    """README, CONTRIBUTING, every page of the documentation, and the READMEs of examples and benchmarks, by path."""
    readmes = [ROOT / "benchmarks/README.md", ROOT / "examples/README.md"]
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")), *readmes]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def headings(page: str) -> list[str]:
    """The headings of a page in order, without their marks. A comment in a block of code is not a heading."""
    outside = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^#+ +(.+?) *$", outside, flags=re.MULTILINE)


def project_files() -> list[str]:
    """Every file of the project: tracked by git or not ignored; in an archive, all but build output."""
    if not (ROOT / ".git").exists():
        made = (".venv", "build", "dist", "__pycache__")
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return sorted(str(path) for path in found if not any(part in made or "cache" in part for part in path.parts))
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(str(path.relative_to(ROOT)), text, ast.parse(text, filename=str(path)))


def _literal(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return ast.unparse(argument)
