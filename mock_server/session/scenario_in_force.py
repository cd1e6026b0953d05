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
    """The scenario in force, the one to return to on reset, and how often a tester changed the session."""

    __slots__ = ("_created_with", "_longest_plan", "_policy", "_revision", "_scenario", "_secrets")

    def __init__(self, scenario: Scenario, secrets: Secrets) -> None:
        self._created_with = scenario
        self._scenario = scenario
        self._secrets = secrets
        self._policy: Policy
        self._longest_plan: Duration = 0
        self._revision = 0

    @property
    def scenario(self) -> Scenario:
        """The scenario in force."""
        return self._scenario

    @property
    def created_with(self) -> Scenario:
        """The scenario that a reset restores."""
        return self._created_with

    @property
    def policy(self) -> Policy:
        """The scenario, compiled to what the rules ask."""
        return self._policy

    @property
    def secrets(self) -> Secrets:
        """The secrets of every scenario that was in force: the journal may still hold them."""
        return self._secrets

    @property
    def longest_plan(self) -> Duration:
        """An upper bound of the time between an acceptance and the last change of its message."""
        return self._longest_plan

    @property
    def revision(self) -> int:
        """How often a tester changed the session; with the journal it tells pages whether to refresh."""
        return self._revision

    def use(self, scenario: Scenario) -> StubTable:
        """Follow another scenario; its stubs."""
        found = compiled(scenario)
        self._scenario, self._policy = scenario, found.policy
        self.extend_longest_plan(found.longest_plan)
        self._secrets = self._secrets.and_those(found.secrets)
        return found.stubs

    def replace_creation(self, scenario: Scenario) -> Scenario:
        """Return to another scenario on reset; that scenario with the session's seed and clock."""
        self._created_with = self.with_creation_settings(scenario)
        return self._created_with

    def with_creation_settings(self, scenario: Scenario) -> Scenario:
        """The scenario with the seed and the clock that the session was created with."""
        created = self._created_with
        if (scenario.seed, scenario.clock) == (created.seed, created.clock):
            return scenario
        return scenario.model_copy(update={"seed": created.seed, "clock": created.clock})

    def allow_plan(self, plan: Plan | None) -> None:
        """Take a plan into account that a stub may give."""
        if plan is not None and plan.steps:
            self.extend_longest_plan(plan.steps[-1].after)

    def extend_longest_plan(self, duration: Duration) -> None:
        """Raise the upper bound of the time between an acceptance and its message's last change."""
        self._longest_plan = max(self._longest_plan, duration)

    def touch(self) -> None:
        """Count a change made by a tester."""
        self._revision += 1
