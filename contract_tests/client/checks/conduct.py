"""Reading tolerantly, giving up in time, keeping secrets, and speaking the driver's protocol."""

from __future__ import annotations

from contract_tests.client.checks.making import Says, of_attempts, outcome, told
from contract_tests.client.checks.outcomes import WRONG_TYPE, accepted_as, shown
from contract_tests.client.driver.calling import DriverFailure
from contract_tests.client.driver.protocol import FailureKind, ReportedAccepted, ReportedFailed, ReportedRefused
from contract_tests.client.evidence import MASK, SendAttempt
from contract_tests.client.findings import ClientCheck, Severity
from contract_tests.client.steps import Group
from contract_tests.target.exchange import masked

_ALWAYS_MASKED = frozenset({"authorization", "proxy-authorization", "x-api-key", "cookie", "x-mock-control-token"})
"""Headers that the journal never shows, whatever stands in them."""


def _in_another_dress(attempt: SendAttempt) -> bool:
    last = attempt.last
    return last is not None and last.step.group is Group.TOLERANCE and last.step.name != WRONG_TYPE


def _tolerant(attempt: SendAttempt) -> Says:
    said = outcome(attempt)
    if said is None:
        yield f"the client gave no answer, and {shown(attempt.last)}"
    elif accepted_as(attempt.last) is not None and not isinstance(said, ReportedAccepted):
        yield f"the client said {told(said)}, and {shown(attempt.last)}: that is an acceptance, in another dress"


def _met_wrong_type(attempt: SendAttempt) -> bool:
    return attempt.last is not None and attempt.last.step.name == WRONG_TYPE


def _wrong_type(attempt: SendAttempt) -> Says:
    said = outcome(attempt)
    if said is None or isinstance(said, ReportedRefused):
        word = "gave no answer" if said is None else f"said {told(said)}"
        yield f"the client {word}, and a right acceptance came as text/html: accepted and failed are both right"


def _made_to_wait(attempt: SendAttempt) -> bool:
    return any(seen.step.slow for seen in attempt.sends)


def _gives_up(attempt: SendAttempt) -> Says:
    silent = isinstance(attempt.answer, DriverFailure) and attempt.answer.kind is FailureKind.SILENT
    if silent or attempt.seconds > attempt.deadline:
        limit = attempt.intent.timeout_s
        yield (
            f"the client was given {limit:g} s, and had not given up after {attempt.deadline:g} s while "
            f"{' and '.join(seen.step.name for seen in attempt.sends if seen.step.slow)}"
        )


def _secret_in_request(attempt: SendAttempt) -> Says:
    spellings = (MASK, *attempt.intent.login.spellings)
    wanted = str(attempt.intent.message)
    for seen in attempt.exchanges:
        places = {"the URL": seen.url, "the body": seen.body.decode(errors="replace")}
        places |= {f"the header {n}": v for n, v in seen.headers if n.lower() not in _ALWAYS_MASKED}
        for place, text in places.items():
            if any(each in text and each not in wanted for each in spellings):
                yield f"the password stands in {place}; it belongs into Authorization, which proxies do not log"


def _secret_in_output(attempt: SendAttempt) -> Says:
    answer = attempt.answer
    said = answer.reason if isinstance(answer, ReportedFailed) else ""
    places = {
        "standard output": attempt.printed.stdout.decode(errors="replace"),
        "standard error": attempt.printed.stderr.decode(errors="replace"),
        "the reason that it gives": said,
    }
    for place, text in places.items():
        if any(each in text for each in attempt.intent.login.spellings):
            yield f"the password stands in {place}: logs are read by many"


def _protocol(attempt: SendAttempt) -> Says:
    answer = attempt.answer
    if not isinstance(answer, DriverFailure):
        return
    if answer.kind is FailureKind.SILENT and _made_to_wait(attempt):
        return
    lines = f" It last said: {answer.last_lines.splitlines()[-1]:.200}" if answer.last_lines.strip() else ""
    yield masked(f"{answer.said}{lines}", attempt.intent.login)


CHECKS: tuple[ClientCheck, ...] = (
    of_attempts(
        "tolerance.answers", "A right answer is understood in another dress: gateways grow, proxies rewrite.",
        Severity.MAJOR, ("ANS-1", "ANS-2", "ANS-3"), _tolerant, _in_another_dress,
    ),
    of_attempts(
        "tolerance.content-type", "A right acceptance under a wrong type is accepted or failed, and no refusal.",
        Severity.MINOR, ("ANS-1",), _wrong_type, _met_wrong_type,
    ),
    of_attempts(
        "time.gives-up", "A client gives up within its own time-out, headers, body and drip included.",
        Severity.MAJOR, ("PR-1",), _gives_up, _made_to_wait,
    ),
    of_attempts(
        "secrets.request", "The password travels in Authorization only: what else carries it is logged everywhere.",
        Severity.CRITICAL, ("ACC-1", "ACC-5"), _secret_in_request, lambda attempt: bool(attempt.exchanges),
    ),
    of_attempts(
        "secrets.output", "The password is in no log, no output and no error.",
        Severity.CRITICAL, ("ACC-1",), _secret_in_output,
    ),
    of_attempts(
        "driver.protocol", "The client answers each message once, and lives on.",
        Severity.MAJOR, ("OP-1",), _protocol,
    ),
)  # fmt: skip
