"""A case that was played, told line by line: what the client sent and when, what it got, and what it said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from contract_tests.client.driver.calling import Answer, DriverFailure
from contract_tests.client.driver.protocol import ReportedAccepted, ReportedRefused
from contract_tests.client.evidence import MASK, Evidence, Seen, SendAttempt
from contract_tests.client.steps import Sees
from contract_tests.target.exchange import Login, Request, curl, masked

_LONGEST_SHOWN = 400
_MARGIN = " " * 9
"""As wide as a time."""

_OF_THE_LIBRARY = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})
"""What curl sets for itself."""


def transcript(evidence: Evidence | None) -> list[str]:
    """The lines for a failure; times count from the case's first request. No line shows the password."""
    if evidence is None:
        return []
    seen = [each for attempt in evidence.attempts for each in attempt.exchanges] + list(evidence.late)
    begin = min((at for at in map(_at, seen) if at is not None), default=None)
    found: list[str] = []
    for nth, attempt in enumerate(evidence.attempts, 1):
        found += _attempt(attempt, f"intent {nth} of {len(evidence.attempts)}", begin)
    if evidence.late:
        found.append("Afterwards, when the client had given its last answer:")
        login = evidence.attempts[-1].intent.login if evidence.attempts else None
        for each in evidence.late:
            found += _exchange(each, login, begin)
    return found


def on_one_line(text: str) -> str:
    """The text with everything escaped that would end a line or hide in it."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _attempt(attempt: SendAttempt, name: str, begin: datetime | None) -> Iterator[str]:
    intent = attempt.intent
    yield f"{name}, {intent.operation}: {_shortened(wanted(intent.message))}"
    if not attempt.exchanges:
        yield f"{_MARGIN}no request reached the gateway"
    for each in attempt.exchanges:
        yield from _exchange(each, intent.login, begin)
    word, *more = _said(attempt.answer).splitlines() or [""]
    late = f", which is after its limit of {intent.timeout_s:g} s" if attempt.seconds > intent.timeout_s else ""
    yield f"{_MARGIN}the client, {attempt.seconds:.3f} s after it was asked{late}: {masked(word, intent.login)}"
    yield from (f"{_MARGIN}  | {masked(line, intent.login)}" for line in more)


def wanted(message: Mapping[str, Any]) -> str:
    """What a caller wants, as JSON on one line."""
    return on_one_line(json.dumps(dict(message), ensure_ascii=False))


def _exchange(seen: Seen, login: Login | None, begin: datetime | None) -> Iterator[str]:
    at = _at(seen)
    time = _MARGIN if at is None or begin is None else f"{(at - begin).total_seconds():5.3f} s".ljust(len(_MARGIN))
    yield time + masked(_as_curl(seen, login), login)
    if seen.is_send:
        taken = "; it takes the message" if seen.message_id is not None else ""
        broken = "" if seen.step.sees is Sees.ANSWER else f"; the client sees {seen.step.sees.value}"
        # Left to itself it may refuse: then that is what it did.
        did = seen.step.name if seen.step.then is not None else seen.outcome
        yield f"{_MARGIN}the gateway: {did}{taken}{broken}"
    yield f"{_MARGIN}answered: {masked(_answer(seen), login)}"


def _as_curl(seen: Seen, login: Login | None) -> str:
    """The request as a command. The journal masks what was in `Authorization`: there the login was, or nothing."""
    given = seen.header("authorization")
    headers = tuple(
        (name, value)
        for name, value in seen.headers
        if name.lower() not in _OF_THE_LIBRARY and not (name.lower() == "authorization" and MASK in value)
    )
    known = login if given is not None and MASK in given else None
    return on_one_line(curl("", Request(seen.method, seen.url, headers, seen.body, known)))


def _answer(seen: Seen) -> str:
    if seen.status is None:
        return "nothing"
    kinds = [value for name, value in seen.answer_headers.items() if name.lower() == "content-type"]
    body = seen.answer.decode("utf-8", "backslashreplace")
    return f"{seen.status} {kinds[0] if kinds else 'without Content-Type'} {_shortened(on_one_line(body))}".rstrip()


def _said(answer: Answer) -> str:
    if isinstance(answer, DriverFailure):
        return f"{answer.said}\n{answer.last_lines}".rstrip()
    if isinstance(answer, ReportedAccepted):
        provider = "" if answer.provider is None else f", provider {on_one_line(answer.provider)}"
        return f"accepted, id {on_one_line(answer.message_id)}{provider}"
    if isinstance(answer, ReportedRefused):
        return f"refused with code {answer.code}"
    return f"failed: {on_one_line(answer.reason)}"


def _at(seen: Seen) -> datetime | None:
    try:
        return datetime.fromisoformat(seen.raw["startedDateTime"])
    except (KeyError, TypeError, ValueError):
        return None


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_SHOWN:
        return text
    return f"{text[:_LONGEST_SHOWN]}[...] ({len(text)} characters)"
