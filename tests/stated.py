"""The refusals as `contract_tests/requirements.yaml` states them, for comparison with other statements."""

from __future__ import annotations

import re
from typing import NamedTuple

from contract_tests.contract.requirements import load_requirements


class StatedRefusal(NamedTuple):
    """A refusal of the vendor's catalogue."""

    code: int
    status: int
    message: str
    requirement: str
    grade: str


def stated_refusals() -> tuple[StatedRefusal, ...]:
    """The refusal of every ERR requirement, in order. Each names HTTP status, code, and message in backquotes."""
    return tuple(
        StatedRefusal(
            _number(r"code (\d+)", each.statement),
            _number(r"HTTP (\d+)", each.statement),
            _found(r"message `([^`]+)`", each.statement),
            each.id,
            each.grade,
        )
        for each in load_requirements()
        if each.id.startswith("ERR-")
    )


def _number(pattern: str, statement: str) -> int:
    return int(_found(pattern, statement))


def _found(pattern: str, statement: str) -> str:
    found = re.search(pattern, statement)
    assert found is not None, f"contract_tests/requirements.yaml: {statement!r} does not state {pattern!r}"
    return found[1]
