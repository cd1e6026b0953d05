"""Each rule has a file, a place in the order, and tests of its own."""

from __future__ import annotations

import ast
import re

import pytest

from mock_server.domain import errors
from mock_server.domain.errors import CATALOGUE as CODES
from mock_server.domain.errors import ErrorCode
from mock_server.domain.rules import CATALOGUE, ORDER
from tests.structure.project_sources import ROOT, modules
from tests.structure.recipes import text_of

ERRORS = "mock_server/domain/errors.py"

RULES = sorted(
    path.stem
    for path in (ROOT / "mock_server" / "domain" / "rules").glob("*.py")
    if path.stem not in {"__init__", "context", "finding", "rule"}
)
"""The rules by their files; the other files are shared by all rules."""


def test_order_asks_every_rule_once() -> None:
    """ORD-1: every file of a rule is in the catalogue, and every rule of the catalogue has a file of its name."""
    forgotten = [
        f"mock_server/domain/rules/__init__.py: add the rule of {name}.py" for name in RULES if name not in ORDER
    ]
    homeless = [
        f"mock_server/domain/rules/{name}.py: define the rule {name!r}" for name in ORDER if name not in RULES
    ]

    assert forgotten + homeless == []
    assert len(ORDER) == len(set(ORDER))


def test_a_rule_is_defined_whole_in_its_own_file() -> None:
    """The functions of a rule are defined in its own file, as `<name>` and `describe_<name>`."""
    defined = [
        (each.ask.__module__, each.ask.__name__, each.describe.__module__, each.describe.__name__)
        for each in CATALOGUE
    ]

    package = "mock_server.domain.rules"
    assert defined == [(f"{package}.{name}", name, f"{package}.{name}", f"describe_{name}") for name in ORDER]


@pytest.mark.parametrize("error", CODES, ids=lambda error: error.message)
def test_a_code_names_its_rules(error: ErrorCode) -> None:
    """Below each refusal of the catalogue are the rules that give it, in their order."""
    name = next(name for name, each in vars(errors).items() if each is error)
    giving = [rule for rule in ORDER if re.search(rf"\b{name}\b", text_of(f"mock_server/domain/rules/{rule}.py"))]
    sentence = f"{'Rules' if len(giving) > 1 else 'Rule'}: {', '.join(giving)}."

    assert re.search(rf'^{name} = .*\n"""{sentence}"""$', text_of(ERRORS), re.MULTILINE), (
        f'{ERRORS}: write below {name}: """{sentence}"""'
    )


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

    assert tests, f"tests/domain/rules/test_{rule}.py is missing or holds no test: write the laws of the rule there"
