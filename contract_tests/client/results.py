"""The results of a run: each check with its verdict and its failure, and the report of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contract_tests.client.checks.check import Breach, CheckSpec
from contract_tests.client.play.cases import Case
from contract_tests.client.play.evidence import Evidence


class ClientVerdict(StrEnum):
    """The result of a check over the whole run."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_TESTABLE = "not testable"
    """It needs something that the client was not given, such as a webhook."""
    NOT_REACHED = "not reached"
    """No case of the run contained what the check judges."""


@dataclass(frozen=True)
class ClientFailure:
    """A breach with the smallest case that shows it."""

    check: CheckSpec
    breach: Breach
    evidence: Evidence | None = None
    """Of the shrunk case; `None` where no send is at fault."""
    replay: str | None = None
    """The file that replays it."""
    lines: tuple[str, ...] = ()
    """What happened, where there is no evidence for a transcript."""

    @property
    def case(self) -> Case | None:
        """The shrunk case."""
        return None if self.evidence is None else self.evidence.case


@dataclass(frozen=True)
class ClientStanding:
    """A check with its verdict over the whole run."""

    check: CheckSpec
    verdict: ClientVerdict
    reached: int = 0
    """Cases that the check judged."""
    broken: int = 0
    """Cases that broke it."""
    why: str = ""
    """Why it is not testable."""
    failure: ClientFailure | None = None
    known_gap: bool = False


@dataclass(frozen=True)
class StepCount:
    """How often a step was applied to a send, and what the client reported: `accepted`, `refused 61`, `failed`."""

    step: str
    group: str
    times: int
    said: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ReceivedReceipt:
    """One kind of receipt, or one order of the race, that was posted to the client's receiver."""

    check: str
    """The check that it was posted for, such as `receipts.race`."""
    what: str
    answered: Mapping[str, int] = field(default_factory=dict)
    """How often the receiver answered with each status, as text; `none` where no answer came."""
    said: str = ""
    """In a race: what the client reported of the send."""


@dataclass(frozen=True)
class ClientReport:
    """Everything about one run."""

    client: str
    """The command, or the name of the callable."""
    operation: str
    seed: int
    cases: int
    seconds: float
    standings: tuple[ClientStanding, ...]
    steps: tuple[StepCount, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict)
    """How often each optional field of a send was requested."""
    receipts: tuple[ReceivedReceipt, ...] = ()
    """Everything that was posted to the client's receiver, and every race; empty without a receiver."""
    command: str = ""
    """The command that repeats the run."""
    closed_gaps: tuple[str, ...] = ()
    """Known gaps that the client keeps; they must be removed from the list."""

    @property
    def exit_code(self) -> int:
        """0: nothing new is broken; 1: something is, or a known gap is closed; 2: no case was played."""
        if not self.cases:
            return 2
        broken = any(each.verdict is ClientVerdict.BROKEN and not each.known_gap for each in self.standings)
        return 1 if broken or self.closed_gaps else 0
