"""How checks are written: a law with its judge, and what a case must have for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contract_tests.client.driver.calling import DriverFailure
from contract_tests.client.driver.protocol import Outcome, ReportedAccepted, ReportedFailed, ReportedRefused
from contract_tests.client.evidence import Evidence, Seen, SendAttempt
from contract_tests.client.findings import Breach, ClientCheck, Severity
from contract_tests.target.exchange import masked

Says = Iterator[str]
"""One sentence for each breach."""


def of_sends(
    id_: str, sentence: str, severity: Severity, ids: tuple[str, ...], judge: Callable[[SendAttempt, Seen], Says]
) -> ClientCheck:
    """A law for each request that is a send."""

    def judged(evidence: Evidence) -> Iterator[Breach]:
        for number, attempt in enumerate(evidence.attempts):
            for seen in attempt.sends:
                for said in judge(attempt, seen):
                    yield Breach(masked(said, attempt.intent.login), number, seen.exchange)

    return ClientCheck(
        id_, sentence, severity, ids, judged, lambda evidence: any(each.sends for each in evidence.attempts)
    )


def of_attempts(  # noqa: PLR0913, PLR0917 - the parts of a check
    id_: str,
    sentence: str,
    severity: Severity,
    ids: tuple[str, ...],
    judge: Callable[[SendAttempt], Says],
    reaches: Callable[[SendAttempt], bool] = lambda _: True,
) -> ClientCheck:
    """A law for each intent that `reaches` has something for."""

    def judged(evidence: Evidence) -> Iterator[Breach]:
        for number, attempt in enumerate(evidence.attempts):
            if reaches(attempt):
                for said in judge(attempt):
                    last = attempt.last
                    exchange = None if last is None else last.exchange
                    yield Breach(masked(said, attempt.intent.login), number, exchange)

    return ClientCheck(id_, sentence, severity, ids, judged, lambda evidence: any(map(reaches, evidence.attempts)))


def outcome(attempt: SendAttempt) -> Outcome | None:
    """What the client said; `None` where it gave no answer."""
    return None if isinstance(attempt.answer, DriverFailure) else attempt.answer


def told(answer: Outcome) -> str:
    """What a client said, in words."""
    if isinstance(answer, ReportedAccepted):
        return f"accepted as {answer.message_id or 'an empty id'}"
    return f"refused with {answer.code}" if isinstance(answer, ReportedRefused) else "failed"


def is_failed(answer: Outcome) -> bool:
    """Whether the client says that it does not know, or that nothing was sent."""
    return isinstance(answer, ReportedFailed)
