"""Which parts of the contract a client has met in a run, and what it said to each."""

from __future__ import annotations

from collections import Counter

from contract_tests.client.driver.calling import Answer, DriverFailure
from contract_tests.client.driver.protocol import ReportedAccepted, ReportedRefused
from contract_tests.client.evidence import Evidence
from contract_tests.client.findings import Reached
from contract_tests.client.steps import STEPS

_OPTIONAL = ("reference", "account", "lra", "businessRelationId", "detailed", "webhook")


class Meetings:
    """Counts what each case came to."""

    def __init__(self) -> None:
        self._said: dict[str, Counter[str]] = {step.name: Counter() for step in STEPS}
        self._fields: Counter[str] = Counter(dict.fromkeys(_OPTIONAL, 0))

    def take(self, evidence: Evidence) -> None:
        """Count one case."""
        for attempt in evidence.attempts:
            self._fields.update(name for name in _OPTIONAL if name in attempt.intent.message)
            for seen in attempt.sends:
                self._said[seen.step.name][said(attempt.answer)] += 1

    def steps(self) -> tuple[Reached, ...]:
        """Every step, those that were never met included."""
        return tuple(
            Reached(step.name, step.group.value, self._said[step.name].total(), dict(self._said[step.name]))
            for step in STEPS
        )

    def fields(self) -> dict[str, int]:
        """How often each optional field was asked for."""
        return dict(self._fields)


def said(answer: Answer) -> str:
    """A client's answer in a word or two."""
    if isinstance(answer, DriverFailure):
        return f"no answer: {answer.kind.value}"
    if isinstance(answer, ReportedAccepted):
        return "accepted"
    return f"refused {answer.code}" if isinstance(answer, ReportedRefused) else "failed"
