"""Whatever a reader may use says what it is."""

from __future__ import annotations

import ast

from tests.structure.project_sources import PACKAGES, Definition, Module, modules, public_definitions


def written() -> list[Module]:
    """All modules but those that are empty, and only make a folder a package."""
    return [module for module in modules(*PACKAGES, "tests") if module.text.strip()]


def is_silent(node: ast.Module | Definition) -> bool:
    """Whether a docstring is missing or empty."""
    return not (ast.get_docstring(node) or "").strip()


def is_overload(node: Definition) -> bool:
    """Whether a function only declares one of several signatures."""
    return any(ast.unparse(each).endswith("overload") for each in node.decorator_list)


def test_modules_have_a_docstring() -> None:
    """Every module says what it holds."""
    assert [module.path for module in written() if is_silent(module.tree)] == []


def test_public_classes_and_functions_have_a_docstring() -> None:
    """Every public class and function explains itself; a test's docstring is the law it holds."""
    silent = [
        f"{module.path}:{each.lineno} {each.name}"
        for module in written()
        for each in public_definitions(module.tree)
        if is_silent(each) and not is_overload(each)
    ]

    assert silent == []
