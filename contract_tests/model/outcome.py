"""The expected answer: accepted, or refused with a catalogued code; and its readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from contract_tests.contract.readings import Readings


@dataclass(frozen=True, slots=True)
class ModelOutcome:
    """One answer that keeps the contract."""

    status: int
    code: int | None = None
    """`None` for an acceptance."""
    message: str | None = None
    """The exact text, where one code has several."""
    names: str | None = None
    """What `details` must name."""

    def __str__(self) -> str:
        """As text: `500 with code 56`."""
        return "200, accepted" if self.code is None else f"{self.status} with code {self.code}"


MALFORMED = 400
"""The code of what cannot be read, whatever the status that carries it."""

ACCEPTED = ModelOutcome(200)
NO_CREDENTIALS = ModelOutcome(401, 63, "Missing basic authentication header")
BAD_CREDENTIALS = ModelOutcome(401, 63, "Username or password not valid")


def refused(code: int) -> ModelOutcome:
    """A catalogued refusal of a well-formed request (ANS-3)."""
    return ModelOutcome(500, code)


def protocol(status: int) -> ModelOutcome:
    """An answer whose code is its HTTP status (BAD-4, BAD-5)."""
    return ModelOutcome(status, status)


Showing = tuple[tuple[str, str], ...]
"""The readings that an outcome is right under, as pairs of statement and value."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The right outcome under each reading of one requirement; `None` has the only one if there are no readings."""

    outcomes: tuple[tuple[str | None, ModelOutcome], ...]
    requirement: str | None = None

    def under(self, readings: Readings) -> list[tuple[ModelOutcome, Showing]]:
        """The outcomes that the known readings allow, each with the reading that it would show."""
        return [pair for value, outcome in self.outcomes for pair in self._shown(value, outcome, readings)]

    def _shown(
        self, value: str | None, outcome: ModelOutcome, readings: Readings
    ) -> Iterator[tuple[ModelOutcome, Showing]]:
        showing: Showing = ()
        if self.requirement is not None and value is not None:
            if value not in readings.of(self.requirement):
                return
            showing = ((self.requirement, value),)
        if outcome.code != MALFORMED:
            yield outcome, showing
            return
        for status in readings.of("BAD-1"):
            yield replace(outcome, status=int(status)), (*showing, ("BAD-1", status))


def just(outcome: ModelOutcome) -> Expected:
    """Right under every reading."""
    return Expected(((None, outcome),))


def by_reading(requirement: str, outcomes: Mapping[str, ModelOutcome]) -> Expected:
    """Right under one reading of a requirement."""
    return Expected(tuple(outcomes.items()), requirement)


def malformed(names: str | None = None) -> ModelOutcome:
    """The answer to an unreadable body; its status is a reading of BAD-1."""
    return ModelOutcome(MALFORMED, MALFORMED, None, names)
