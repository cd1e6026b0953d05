"""The form of requests: method, path, headers, credentials, JSON and schema (OP-1, OP-2, OP-8, REQ-1 to REQ-10)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from contract_tests.client.checks.builders import Sentences, attempt_check, outcome, report_text, send_check
from contract_tests.client.checks.check import Breach, ClientCheck, Severity
from contract_tests.client.checks.connections import lost_to_a_closed_connection
from contract_tests.client.driver.protocol import ReportedFailed
from contract_tests.client.play.evidence import Evidence, SeenRequest, SendAttempt
from contract_tests.contract.document import ADMIN_HEALTH, SERVICES_HEALTH
from contract_tests.target.exchange import NOT_JSON, masked

PATHS = {"admin": "/api/Admin/send", "services": "/api/Services/send"}

_HEALTH = (SERVICES_HEALTH, ADMIN_HEALTH)
"""A client may check the status first (OP-3, OP-4)."""

_INT32 = range(-(2**31), 2**31)


def _operation(attempt: SendAttempt, seen: SeenRequest) -> Sentences:
    wanted = PATHS[attempt.intent.operation]
    if seen.path != wanted:
        yield f"the requested operation is {attempt.intent.operation} ({wanted}), and POST {seen.path} was called"


def _target(attempt: SendAttempt) -> Sentences:
    for seen in attempt.exchanges:
        if not seen.is_send and not (seen.method == "POST" and seen.path in _HEALTH):
            yield f"{seen.method} {seen.path} was called; the send operations are POST {' or '.join(PATHS.values())}"
        elif "?" in seen.url:
            yield f"POST {seen.path} has a query, {seen.url.partition('?')[2][:80]!r}; the operation has none"


def _headers(_: SendAttempt, seen: SeenRequest) -> Sentences:
    said = seen.header("content-type")
    if said is None:
        yield "there is no Content-Type; it must be application/json"
    elif said.partition(";")[0].strip().lower() != "application/json":
        yield f"Content-Type is {said!r}; it must be application/json"
    accept = ", ".join(value for name, value in seen.headers if name.lower() == "accept")
    if accept and not any(each in accept.lower() for each in ("application/json", "*/*", "application/*")):
        yield f"Accept is {accept!r}, and the gateway answers with application/json"


def _basic(_: SendAttempt, seen: SeenRequest) -> Sentences:
    if seen.header("authorization") is None:
        yield "there is no Authorization header; HTTP Basic with username and password is required"
    elif seen.status in {401, 403} and seen.outcome == "refused" and seen.step.name != "refused 63":
        # The header is masked; the gateway's answer shows a wrong scheme or wrong credentials.
        if seen.requirement == "ERR-63a":
            yield "Authorization is not HTTP Basic: the gateway found no username and password in it"
        elif seen.requirement != "ACC-3":
            yield f"the gateway does not know the credentials in Authorization and answered {seen.status}"


def _json(_: SendAttempt, seen: SeenRequest) -> Sentences:
    if seen.json is NOT_JSON:
        yield f"the body is not JSON in UTF-8: {seen.body[:60]!r}"
    elif not isinstance(seen.json, dict):
        yield f"the body is JSON, but not an object: {seen.body[:60]!r}"


_SHAPES: dict[str, type] = {
    "destination": str, "text": str, "reference": dict, "attemptCount": object, "detailed": bool, "account": str,
    "lra": int, "businessRelationId": str, "webhook": dict,
}  # fmt: skip
_INNER: dict[str, dict[str, type]] = {
    "reference": {"service": str, "action": str, "key": str},
    "webhook": {"url": str, "authentication": dict},
    "authentication": {"type": str},
}
_ADMIN_ONLY = ("account", "lra")
_REQUIRED = ("destination", "text")
_NAMES = {str: "a string", dict: "an object", int: "an integer", bool: "a boolean"}


def _schema(_: SendAttempt, seen: SeenRequest) -> Sentences:
    if not isinstance(seen.json, dict):
        return
    for name in _REQUIRED:
        if seen.json.get(name) is None:
            yield f"{name} is {'null' if name in seen.json else 'missing'}, and it is required"
    for name, value in seen.json.items():
        if name in _ADMIN_ONLY and seen.path == PATHS["services"]:
            yield f"{name!r} is for administrators only, and {seen.path} has no such field"
        else:
            yield from _field(name, name, value, _SHAPES)
            if name in _INNER and isinstance(value, dict):
                yield from _inside(name, value)


def _inside(name: str, value: dict[str, Any]) -> Sentences:
    for inner, held in value.items():
        yield from _field(f"{name}.{inner}", inner, held, _INNER[name.rpartition(".")[2]])
        if inner in _INNER and isinstance(held, dict):
            yield from _inside(f"{name}.{inner}", held)
    given = {inner for inner, held in value.items() if held is not None}
    needed = "url" if name == "webhook" else "service" if given & {"action", "key"} else None
    if needed is not None and needed not in given:
        yield f"{name}.{needed} is {'null' if needed in value else 'missing'}, and it is required there"


def _field(path: str, name: str, value: Any, shapes: dict[str, type]) -> Sentences:
    if name not in shapes:
        yield f"{path!r} is not a field of the gateway"
    elif value is not None and shapes[name] is not object:
        yield from _typed(path, value, shapes[name])


def _typed(name: str, value: Any, kind: type) -> Sentences:
    right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if kind is int and isinstance(value, float) and value.is_integer():
        right = True
    if not right:
        yield f"{name} is {value!r:.60}, which is not {_NAMES[kind]}"
    elif name == "lra" and int(value) not in _INT32:
        yield f"lra is {value}, which is not a 32-bit integer"


def _escapes(evidence: Evidence) -> Iterator[Breach]:
    for number, (before, attempt) in enumerate(pairwise((None, *evidence.attempts))):
        # `tolerance.closed-connection` judges a message lost to a closed connection.
        lost = before is not None and attempt is not None and lost_to_a_closed_connection(before, attempt)
        if attempt is not None and not attempt.exchanges and not lost:
            yield from (Breach(masked(said, attempt.intent.login), number) for said in _never_called(attempt))


def _never_called(attempt: SendAttempt) -> Sentences:
    said = outcome(attempt)
    why = f" ({said.reason:.120})" if isinstance(said, ReportedFailed) else ""
    yield (
        f"the client received a message and the base URL {attempt.intent.base_url} and never called the gateway "
        f"there; it {report_text(said)}{why}"
    )


CHECKS: tuple[ClientCheck, ...] = (
    send_check(
        "request.operation", "The requested operation is the one that is called: the other one has other rights.",
        Severity.CRITICAL, ("OP-1", "OP-2"), _operation,
    ),
    attempt_check(
        "request.target", "Only the send operations are called, with POST and without a query.",
        Severity.MAJOR, ("OP-1", "OP-2", "BAD-5"), _target, lambda attempt: bool(attempt.exchanges),
    ),
    send_check(
        "request.headers",
        "The request declares JSON and accepts JSON; else a gateway may answer 415.",
        Severity.MAJOR, ("OP-8", "BAD-4"), _headers,
    ),
    send_check(
        "request.basic", "Every request carries HTTP Basic with the given credentials.",
        Severity.CRITICAL, ("ACC-1", "ACC-5", "OP-8"), _basic,
    ),
    send_check(
        "request.json", "The body is one JSON object in UTF-8; anything else is refused with 400.",
        Severity.CRITICAL, ("BAD-1",), _json,
    ),
    send_check(
        "request.schema", "Fields have their documented names and types; else they are refused or ignored.",
        Severity.MAJOR, (*(f"REQ-{number}" for number in (1, 2, 3, 6, 7, 8, 9, 10)), "BAD-2", "BAD-8"), _schema,
    ),
    ClientCheck(
        "driver.escape", "Every message is sent, and to the given gateway.",
        Severity.CRITICAL, ("OP-6",), _escapes, lambda _: True,
    ),
)  # fmt: skip
