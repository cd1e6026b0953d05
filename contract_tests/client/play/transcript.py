"""The transcript of a played case: what the client sent and when, what it received, and what it reported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from contract_tests.client.driver.interface import Answer, DriverFailure
from contract_tests.client.driver.protocol import ReportedAccepted, ReportedRefused
from contract_tests.client.play.evidence import MASK, Evidence, SeenRequest, SendAttempt
from contract_tests.client.play.steps import Sees
from contract_tests.target.exchange import Login, Request, curl, masked

_LONGEST_SHOWN = 400
_MARGIN = " " * 9
"""The width of a time."""

_SET_BY_CURL = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})
"""Headers that curl sets by itself."""


def transcript(evidence: Evidence | None) -> list[str]:
    """The lines of a transcript; times count from the first request of the case. No line shows the password."""
    if evidence is None:
        return []
    seen = [each for attempt in evidence.attempts for each in attempt.exchanges] + list(evidence.late)
    start = min((at for at in map(_at, seen) if at is not None), default=None)
    found: list[str] = []
    for nth, attempt in enumerate(evidence.attempts, 1):
        found += _attempt(attempt, f"intent {nth} of {len(evidence.attempts)}", start)
    if evidence.late:
        found.append("After the last answer of the client:")
        login = evidence.attempts[-1].intent.login if evidence.attempts else None
        for each in evidence.late:
            found += _exchange(each, login, start)
    return found


def escaped_line(text: str) -> str:
    """Escape everything that is not printable, line breaks included."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _attempt(attempt: SendAttempt, name: str, start: datetime | None) -> Iterator[str]:
    intent = attempt.intent
    yield f"{name}, {intent.operation}: {_shortened(message_json(intent.message))}"
    if not attempt.exchanges:
        yield f"{_MARGIN}no request reached the gateway"
    for each in attempt.exchanges:
        yield from _exchange(each, intent.login, start)
    first, *more = _reported(attempt.answer).splitlines() or [""]
    late = f", later than its time-out of {intent.timeout_s:g} s" if attempt.seconds > intent.timeout_s else ""
    yield f"{_MARGIN}the client, after {attempt.seconds:.3f} s{late}: {masked(first, intent.login)}"
    yield from (f"{_MARGIN}  | {masked(line, intent.login)}" for line in more)


def message_json(message: Mapping[str, Any]) -> str:
    """The message as JSON on one line."""
    return escaped_line(json.dumps(dict(message), ensure_ascii=False))


def _exchange(seen: SeenRequest, login: Login | None, start: datetime | None) -> Iterator[str]:
    at = _at(seen)
    time = _MARGIN if at is None or start is None else f"{(at - start).total_seconds():5.3f} s".ljust(len(_MARGIN))
    yield time + masked(_as_curl(seen, login), login)
    if seen.is_send:
        taken = "; it accepts the message" if seen.message_id is not None else ""
        broken = "" if seen.step.sees is Sees.ANSWER else f"; the client sees {seen.step.sees.value}"
        # Without a stub the gateway may also refuse.
        action = seen.step.name if seen.step.then is not None else seen.outcome
        yield f"{_MARGIN}the gateway: {action}{taken}{broken}"
    yield f"{_MARGIN}answered: {masked(_answer(seen), login)}"


def _as_curl(seen: SeenRequest, login: Login | None) -> str:
    """The request as a curl command, with the login if `Authorization` held it; the journal masks it."""
    given = seen.header("authorization")
    headers = tuple(
        (name, value)
        for name, value in seen.headers
        if name.lower() not in _SET_BY_CURL and not (name.lower() == "authorization" and MASK in value)
    )
    known = login if given is not None and MASK in given else None
    return escaped_line(curl("", Request(seen.method, seen.url, headers, seen.body, known)))


def _answer(seen: SeenRequest) -> str:
    if seen.status is None:
        return "nothing"
    kinds = [value for name, value in seen.answer_headers.items() if name.lower() == "content-type"]
    body = seen.answer.decode("utf-8", "backslashreplace")
    return f"{seen.status} {kinds[0] if kinds else 'without Content-Type'} {_shortened(escaped_line(body))}".rstrip()


def _reported(answer: Answer) -> str:
    if isinstance(answer, DriverFailure):
        return f"{answer.said}\n{answer.last_lines}".rstrip()
    if isinstance(answer, ReportedAccepted):
        provider = "" if answer.provider is None else f", provider {escaped_line(answer.provider)}"
        return f"accepted, id {escaped_line(answer.message_id)}{provider}"
    if isinstance(answer, ReportedRefused):
        return f"refused with code {answer.code}"
    return f"failed: {escaped_line(answer.reason)}"


def _at(seen: SeenRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(seen.raw["startedDateTime"])
    except (KeyError, TypeError, ValueError):
        return None


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_SHOWN:
        return text
    return f"{text[:_LONGEST_SHOWN]}[...] ({len(text)} characters)"
