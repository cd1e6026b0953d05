"""Every public module, class and function has a docstring."""

from __future__ import annotations

import ast

from tests.structure.project_sources import PACKAGES, Definition, Module, modules, public_definitions


def written() -> list[Module]:
    """All modules except empty ones, which only make a folder a package."""
    return [module for module in modules(*PACKAGES, "tests") if module.text.strip()]


def is_silent(node: ast.Module | Definition) -> bool:
    """Whether a docstring is missing or empty."""
    return not (ast.get_docstring(node) or "").strip()


def is_overload(node: Definition) -> bool:
    """Whether a function is only an overload."""
    return any(ast.unparse(each).endswith("overload") for each in node.decorator_list)


def test_modules_have_a_docstring() -> None:
    """Every module has a docstring."""
    assert [module.path for module in written() if is_silent(module.tree)] == []


def test_public_classes_and_functions_have_a_docstring() -> None:
    """Every public class and function has a docstring; that of a test states the law."""
    silent = [
        f"{module.path}:{each.lineno} {each.name}"
        for module in written()
        for each in public_definitions(module.tree)
        if is_silent(each) and not is_overload(each)
    ]

    assert silent == []
