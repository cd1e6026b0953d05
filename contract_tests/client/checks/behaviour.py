"""Tolerant reading, time-outs, secrets, and the driver protocol."""

from __future__ import annotations

from contract_tests.client.checks.builders import Sentences, attempt_check, outcome, report_text
from contract_tests.client.checks.check import ClientCheck, Severity
from contract_tests.client.checks.outcomes import WRONG_TYPE, accepted_as, answer_text
from contract_tests.client.driver.interface import DriverFailure
from contract_tests.client.driver.protocol import FailureKind, ReportedAccepted, ReportedFailed, ReportedRefused
from contract_tests.client.play.evidence import MASK, SendAttempt
from contract_tests.client.play.steps import Group
from contract_tests.target.exchange import masked

_ALWAYS_MASKED = frozenset({"authorization", "proxy-authorization", "x-api-key", "cookie", "x-mock-control-token"})
"""Headers that the journal masks completely."""


def _in_unusual_form(attempt: SendAttempt) -> bool:
    last = attempt.last
    return last is not None and last.step.group is Group.TOLERANCE and last.step.name != WRONG_TYPE


def _tolerant(attempt: SendAttempt) -> Sentences:
    said = outcome(attempt)
    if said is None:
        yield f"the client gave no answer, and {answer_text(attempt.last)}"
    elif accepted_as(attempt.last) is not None and not isinstance(said, ReportedAccepted):
        yield f"the client {report_text(said)}, and {answer_text(attempt.last)}: that is a valid acceptance"


def _had_wrong_type(attempt: SendAttempt) -> bool:
    return attempt.last is not None and attempt.last.step.name == WRONG_TYPE


def _wrong_type(attempt: SendAttempt) -> Sentences:
    said = outcome(attempt)
    if said is None or isinstance(said, ReportedRefused):
        yield f"the client {report_text(said)} on an acceptance of type text/html; report it as accepted or failed"


def _had_to_wait(attempt: SendAttempt) -> bool:
    return any(seen.step.slow for seen in attempt.sends)


def _gives_up(attempt: SendAttempt) -> Sentences:
    silent = isinstance(attempt.answer, DriverFailure) and attempt.answer.kind is FailureKind.SILENT
    if silent or attempt.seconds > attempt.deadline:
        limit = attempt.intent.timeout_s
        yield (
            f"the client was given a time-out of {limit:g} s and had not given up after {attempt.deadline:g} s, on "
            f"{' and '.join(seen.step.name for seen in attempt.sends if seen.step.slow)}"
        )


def _secret_in_request(attempt: SendAttempt) -> Sentences:
    spellings = (MASK, *attempt.intent.login.spellings)
    wanted = str(attempt.intent.message)
    for seen in attempt.exchanges:
        places = {"the URL": seen.url, "the body": seen.body.decode(errors="replace")}
        places |= {f"the header {n}": v for n, v in seen.headers if n.lower() not in _ALWAYS_MASKED}
        for place, text in places.items():
            if any(each in text and each not in wanted for each in spellings):
                yield f"the password is in {place}; it belongs in Authorization, which proxies do not log"


def _secret_in_output(attempt: SendAttempt) -> Sentences:
    answer = attempt.answer
    reason = answer.reason if isinstance(answer, ReportedFailed) else ""
    places = {
        "standard output": attempt.printed.stdout.decode(errors="replace"),
        "standard error": attempt.printed.stderr.decode(errors="replace"),
        "the reported reason": reason,
    }
    for place, text in places.items():
        if any(each in text for each in attempt.intent.login.spellings):
            yield f"the password is in {place}; many people read logs"


def _protocol(attempt: SendAttempt) -> Sentences:
    answer = attempt.answer
    if not isinstance(answer, DriverFailure):
        return
    if answer.kind is FailureKind.SILENT and _had_to_wait(attempt):
        return
    lines = f" Its last output: {answer.last_lines.splitlines()[-1]:.200}" if answer.last_lines.strip() else ""
    yield masked(f"{answer.said}{lines}", attempt.intent.login)


CHECKS: tuple[ClientCheck, ...] = (
    attempt_check(
        "tolerance.answers", "A valid answer in an unusual form is understood: gateways add fields, proxies rewrite.",
        Severity.MAJOR, ("ANS-1", "ANS-2", "ANS-3"), _tolerant, _in_unusual_form,
    ),
    attempt_check(
        "tolerance.content-type",
        "A valid acceptance with a wrong content type is reported as accepted or failed, never as refused.",
        Severity.MINOR, ("ANS-1",), _wrong_type, _had_wrong_type,
    ),
    attempt_check(
        "time.gives-up", "A client gives up within its time-out, even if headers or body arrive slowly.",
        Severity.MAJOR, ("PR-1",), _gives_up, _had_to_wait,
    ),
    attempt_check(
        "secrets.request", "The password is sent in Authorization only: everything else is logged on the way.",
        Severity.CRITICAL, ("ACC-1", "ACC-5"), _secret_in_request, lambda attempt: bool(attempt.exchanges),
    ),
    attempt_check(
        "secrets.output", "The password is in no log, no output and no error.",
        Severity.CRITICAL, ("ACC-1",), _secret_in_output,
    ),
    attempt_check(
        "driver.protocol", "The client answers each message once and keeps running.",
        Severity.MAJOR, ("OP-1",), _protocol,
    ),
)  # fmt: skip
