"""The implementations of a session's state that the contract tests run on; a shared store is one more row."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from mock_server.adapters.memory_state import MemoryStates
from mock_server.domain.secrets import Secrets
from mock_server.journal.journal import Bounds
from mock_server.journal.raw_budget import RawBudget
from mock_server.scenario.loader import scenario_of
from mock_server.session.state import State

MOST = 3
"""Messages, exchanges and attempts that a state of these tests keeps, so that short sequences evict."""

Create = Callable[[], State]


def _memory() -> State:
    bounds = Bounds(exchanges=MOST, messages=MOST)
    scenario = scenario_of({"version": 1, "seed": 7}, "test")
    return MemoryStates(bounds, RawBudget(bounds.bytes), Secrets()).create(scenario)


IMPLEMENTATIONS: dict[str, Create] = {"memory": _memory}

on_each_implementation = pytest.mark.parametrize("create", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)


def play(machine: Callable[[State], RuleBasedStateMachine], create: Create) -> None:
    """Play sequences of a machine's verbs, each on a fresh state."""

    def fresh() -> RuleBasedStateMachine:
        return machine(create())

    # Any function that makes a machine is accepted; the annotation names only classes.
    factory = cast("type[RuleBasedStateMachine]", fresh)
    run_state_machine_as_test(factory, settings=settings(max_examples=80, stateful_step_count=20, deadline=None))
