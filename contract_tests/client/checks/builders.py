"""Helpers to define checks that judge each send or each attempt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contract_tests.client.checks.check import Breach, ClientCheck, Severity
from contract_tests.client.driver.interface import DriverFailure
from contract_tests.client.driver.protocol import Outcome, ReportedAccepted, ReportedFailed, ReportedRefused
from contract_tests.client.play.evidence import Evidence, SeenRequest, SendAttempt
from contract_tests.target.exchange import masked

Sentences = Iterator[str]
"""One sentence per breach."""


def send_check(
    id_: str,
    sentence: str,
    severity: Severity,
    ids: tuple[str, ...],
    judge: Callable[[SendAttempt, SeenRequest], Sentences],
) -> ClientCheck:
    """Define a check that judges each send request."""

    def judged(evidence: Evidence) -> Iterator[Breach]:
        for number, attempt in enumerate(evidence.attempts):
            for seen in attempt.sends:
                for said in judge(attempt, seen):
                    yield Breach(masked(said, attempt.intent.login), number, seen.exchange)

    return ClientCheck(
        id_, sentence, severity, ids, judged, lambda evidence: any(each.sends for each in evidence.attempts)
    )


def attempt_check(  # noqa: PLR0913, PLR0917 - the members of a check
    id_: str,
    sentence: str,
    severity: Severity,
    ids: tuple[str, ...],
    judge: Callable[[SendAttempt], Sentences],
    reaches: Callable[[SendAttempt], bool] = lambda _: True,
) -> ClientCheck:
    """Define a check that judges each attempt that `reaches` selects."""

    def judged(evidence: Evidence) -> Iterator[Breach]:
        for number, attempt in enumerate(evidence.attempts):
            if reaches(attempt):
                for said in judge(attempt):
                    last = attempt.last
                    exchange = None if last is None else last.exchange
                    yield Breach(masked(said, attempt.intent.login), number, exchange)

    return ClientCheck(id_, sentence, severity, ids, judged, lambda evidence: any(map(reaches, evidence.attempts)))


def outcome(attempt: SendAttempt) -> Outcome | None:
    """What the client reported; `None` if it gave no answer."""
    return None if isinstance(attempt.answer, DriverFailure) else attempt.answer


def outcome_text(answer: Outcome) -> str:
    """A client's report in words."""
    if isinstance(answer, ReportedAccepted):
        return f"accepted as {answer.message_id or 'an empty id'}"
    return f"refused with {answer.code}" if isinstance(answer, ReportedRefused) else "failed"


def report_text(said: Outcome | None) -> str:
    """What a client reported, as the predicate of a sentence."""
    return "gave no answer" if said is None else f"reported {outcome_text(said)}"


def is_failed(answer: Outcome) -> bool:
    """Whether the client reports that the message was not sent or that its fate is unknown."""
    return isinstance(answer, ReportedFailed)
