"""Each rule of the gateway has a file, a place in the order, and tests of its own."""

from __future__ import annotations

import ast
import re

import pytest

from mock_server.domain import findings
from mock_server.domain.rules import ATTEMPT_RULES, OFFER_RULES, ORDER, SUBMISSION_RULES
from tests.structure.project_sources import ROOT, modules

RULES = sorted(
    path.stem
    for path in (ROOT / "mock_server" / "domain" / "rules").glob("*.py")
    if path.stem not in {"__init__", "context", "finding"}
)
"""The rules by their files; `context` is what they ask and `finding` what they found: no rules."""


def test_order_asks_every_rule_once() -> None:
    """ORD-1: a rule that has a file is asked, and what is asked has a file of its name."""
    assert sorted(ORDER) == RULES


def test_every_rule_has_a_describer_beside_it() -> None:
    """A rule that cannot say what it saw leaves its answer unexplained: `describe_…` stands in its file."""
    stages = (
        (ATTEMPT_RULES, findings.OF_ATTEMPTS),
        (SUBMISSION_RULES, findings.OF_SUBMISSIONS),
        (OFFER_RULES, findings.OF_OFFERS),
    )
    for rules, describers in stages:
        names = [rule.__name__ for rule in rules]
        assert list(describers) == names
        for rule in rules:
            describer = describers[rule.__name__]
            assert (describer.__module__, describer.__name__) == (rule.__module__, f"describe_{rule.__name__}")


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
