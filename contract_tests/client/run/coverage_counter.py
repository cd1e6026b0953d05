"""Counts the steps and optional fields of a run, and what the client reported on each step."""

from __future__ import annotations

from collections import Counter

from contract_tests.client.driver.interface import summary_of
from contract_tests.client.play.evidence import Evidence
from contract_tests.client.play.steps import STEPS
from contract_tests.client.results import StepCount

_OPTIONAL = ("reference", "account", "lra", "businessRelationId", "detailed", "webhook")


class CoverageCounter:
    """Counts steps and fields over the cases of a run."""

    def __init__(self) -> None:
        self._said: dict[str, Counter[str]] = {step.name: Counter() for step in STEPS}
        self._fields: Counter[str] = Counter(dict.fromkeys(_OPTIONAL, 0))

    def take(self, evidence: Evidence) -> None:
        """Count one case."""
        for attempt in evidence.attempts:
            self._fields.update(name for name in _OPTIONAL if name in attempt.intent.message)
            for seen in attempt.sends:
                self._said[seen.step.name][summary_of(attempt.answer)] += 1

    def steps(self) -> tuple[StepCount, ...]:
        """The count of every step, 0 included."""
        return tuple(
            StepCount(step.name, step.group.value, self._said[step.name].total(), dict(self._said[step.name]))
            for step in STEPS
        )

    def fields(self) -> dict[str, int]:
        """How often each optional field was requested."""
        return dict(self._fields)
