"""Each rule of the gateway has a file, a place in the order, and tests of its own."""

from __future__ import annotations

import ast
import re

import pytest

from mock_server.domain.rules import ORDER
from tests.structure.project_sources import ROOT, modules

RULES = sorted(
    path.stem
    for path in (ROOT / "mock_server" / "domain" / "rules").glob("*.py")
    if path.stem not in {"__init__", "context"}
)
"""The rules by their files; `context` is what they ask, not a rule."""


def test_order_asks_every_rule_once() -> None:
    """ORD-1: a rule that has a file is asked, and what is asked has a file of its name."""
    assert sorted(ORDER) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_a_test_file_of_its_own(rule: str) -> None:
    """`tests/domain` has a file named after the rule, with at least one test in it."""
    named = re.compile(rf"tests/domain/(\w+/)*test_(rule_)?{rule}(_rule)?\.py")
    files = [module for module in modules("tests/domain") if named.fullmatch(module.path)]
    tests = [
        node.name
        for module in files
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]

    assert tests, f"tests/domain/test_{rule}.py is missing or holds no test"
