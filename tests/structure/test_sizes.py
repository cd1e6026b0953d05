"""Limits on the length of modules and functions."""

from __future__ import annotations

import ast

from tests.structure.project_sources import PACKAGES, Module, definitions, modules

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40


def judged() -> list[Module]:
    """The modules with a limit: the packages and the helpers of the tests. A test module may list many cases."""
    return [*modules(*PACKAGES), *(module for module in modules("tests") if "/test_" not in module.path)]


def lengths_of_functions(module: Module) -> dict[str, int]:
    """The number of lines of each function, from `def` to its end."""
    return {
        f"{module.path}:{each.lineno} {each.name}": (each.end_lineno or 0) - each.lineno + 1
        for each in definitions(module.tree)
        if not isinstance(each, ast.ClassDef)
    }


def test_modules_have_at_most_300_lines() -> None:
    """A module has at most 300 lines."""
    lengths = {module.path: len(module.text.splitlines()) for module in judged()}

    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_functions_have_at_most_40_lines() -> None:
    """A function has at most 40 lines."""
    lengths = {name: lines for module in judged() for name, lines in lengths_of_functions(module).items()}

    assert lengths, "no function was found"
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
