"""What a run finds: checks with their verdicts, breaches with the smallest case that shows each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contract_tests.client.cases import Case
from contract_tests.client.evidence import Evidence


class Severity(StrEnum):
    """How much a breach costs whoever runs the client."""

    CRITICAL = "critical"
    """Wrong messages, messages twice, money, or secrets in the open."""
    MAJOR = "major"
    """A wrong word to the caller, or a client that hangs."""
    MINOR = "minor"
    """Bad manners."""


class ClientVerdict(StrEnum):
    """How a check stands with the client."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_TESTABLE = "not testable"
    """It needs something that the client was not given, such as a webhook."""
    NOT_REACHED = "not reached"
    """No case of the run came to what it looks at."""


@dataclass(frozen=True)
class Breach:
    """One breach of a check in one case."""

    said: str
    """One sentence, with what was seen and what would have been right; secrets masked."""
    attempt: int = 0
    """Which intent of the case, counted from 0."""
    exchange: str | None = None


Judge = Callable[[Evidence], Iterator[Breach]]
"""Every breach in a case; none where it is kept."""

Reaches = Callable[[Evidence], bool]
"""Whether a case has anything that the check looks at."""


@dataclass(frozen=True)
class ClientLaw:
    """One law for clients."""

    id: str
    """Such as `resend.unknown-fate`; stable, for `--known-gaps`."""
    sentence: str
    """What a client has to do, and why it matters."""
    severity: Severity
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class ClientCheck(ClientLaw):
    """A law that cases are judged by."""

    judge: Judge = field(repr=False)
    reaches: Reaches = field(repr=False)


@dataclass(frozen=True)
class ClientFailure:
    """A breach with the smallest case that shows it."""

    check: ClientLaw
    breach: Breach
    evidence: Evidence | None = None
    """Of the shrunk case; `None` where no send is at fault."""
    replay: str | None = None
    """The file that plays it again."""
    lines: tuple[str, ...] = ()
    """What happened, where there is no evidence to tell it from."""

    @property
    def case(self) -> Case | None:
        """The shrunk case."""
        return None if self.evidence is None else self.evidence.case


@dataclass(frozen=True)
class ClientStanding:
    """A check with its verdict over the whole run."""

    check: ClientLaw
    verdict: ClientVerdict
    reached: int = 0
    """Cases that had something for it."""
    broken: int = 0
    """Cases that broke it."""
    why: str = ""
    """Why it is not testable."""
    failure: ClientFailure | None = None
    known_gap: bool = False


@dataclass(frozen=True)
class Reached:
    """How often a step was met by the client, and how often it said `accepted`, `refused 61`, `failed` then."""

    step: str
    group: str
    times: int
    said: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ReceivedReceipt:
    """One kind of receipt, or one order of a race, that was tried on the client's receiver."""

    law: str
    """The check that it was tried for, such as `receipts.race`."""
    what: str
    answered: Mapping[str, int] = field(default_factory=dict)
    """How often the receiver answered with which status, as text; `none` where no answer came."""
    said: str = ""
    """In a race: what the client told its caller of the send."""


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
    met: tuple[Reached, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict)
    """How often each optional field of a send was asked for."""
    receipts: tuple[ReceivedReceipt, ...] = ()
    """Of a client that takes them: everything that was posted, and every race."""
    command: str = ""
    """What repeats the run."""
    closed_gaps: tuple[str, ...] = ()
    """Known gaps that the client keeps: the list has to be shortened."""

    @property
    def exit_code(self) -> int:
        """0: nothing new is broken; 1: something is, or a known gap is closed; 2: no case was played."""
        if not self.cases:
            return 2
        broken = any(each.verdict is ClientVerdict.BROKEN and not each.known_gap for each in self.standings)
        return 1 if broken or self.closed_gaps else 0
