"""The scenario that a session follows, and what is derived from it."""

from __future__ import annotations

from mock_server.domain.delivery import Plan
from mock_server.domain.instants import Duration
from mock_server.domain.policy import Policy
from mock_server.domain.secrets import Secrets
from mock_server.domain.stub import StubTable
from mock_server.scenario.compile import compiled
from mock_server.scenario.model import Scenario


class ScenarioInForce:
    """The scenario in force, the one that a reset restores, and how often a tester changed the session.

    The attributes are for reading; the methods change them. `use` is called before the first read of `policy`.
    """

    __slots__ = ("created_with", "longest_plan", "policy", "revision", "scenario", "secrets")

    policy: Policy
    """The scenario, compiled to what the rules ask."""
    secrets: Secrets
    """The secrets of every scenario that was in force: the journal may still hold them."""
    longest_plan: Duration
    """An upper bound of the time between an acceptance and the last change of its message."""
    revision: int
    """How often a tester changed the session; with the journal it tells pages whether to refresh."""

    def __init__(self, scenario: Scenario, secrets: Secrets) -> None:
        self.created_with = scenario
        self.scenario = scenario
        self.secrets = secrets
        self.longest_plan = 0
        self.revision = 0

    def use(self, scenario: Scenario) -> StubTable:
        """Follow another scenario; its stubs."""
        found = compiled(scenario)
        self.scenario, self.policy = scenario, found.policy
        self.extend_longest_plan(found.longest_plan)
        self.secrets = self.secrets.union(found.secrets)
        return found.stubs

    def replace_creation(self, scenario: Scenario) -> Scenario:
        """Return to another scenario on reset; that scenario with the session's seed and clock."""
        self.created_with = self.with_creation_settings(scenario)
        return self.created_with

    def with_creation_settings(self, scenario: Scenario) -> Scenario:
        """The scenario with the seed and the clock that the session was created with."""
        created = self.created_with
        if (scenario.seed, scenario.clock) == (created.seed, created.clock):
            return scenario
        return scenario.model_copy(update={"seed": created.seed, "clock": created.clock})

    def allow_plan(self, plan: Plan | None) -> None:
        """Take a plan into account that a stub may give."""
        if plan is not None and plan.steps:
            self.extend_longest_plan(plan.steps[-1].after)

    def extend_longest_plan(self, duration: Duration) -> None:
        """Raise the upper bound of the time between an acceptance and its message's last change."""
        self.longest_plan = max(self.longest_plan, duration)

    def touch(self) -> None:
        """Count a change made by a tester."""
        self.revision += 1
