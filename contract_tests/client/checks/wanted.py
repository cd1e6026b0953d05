"""What the caller wanted is what arrived (REQ-1 to REQ-10)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from contract_tests.client.checks.making import Says, of_sends
from contract_tests.client.evidence import Seen, SendAttempt
from contract_tests.client.findings import ClientCheck, Severity


def _sent(seen: Seen) -> Mapping[str, Any]:
    return seen.json if isinstance(seen.json, dict) else {}


def _destination(attempt: SendAttempt, seen: Seen) -> Says:
    wanted, sent = attempt.intent.message["destination"], _sent(seen).get("destination")
    if isinstance(seen.json, dict) and sent != wanted:
        yield f"the destination {wanted!r} arrived as {sent!r:.60}"


def _text(attempt: SendAttempt, seen: Seen) -> Says:
    wanted, sent = attempt.intent.message["text"], _sent(seen).get("text")
    if not isinstance(seen.json, dict) or sent == wanted:
        return
    if not isinstance(sent, str):
        yield f"the text arrived as {sent!r:.60}"
        return
    at = next(number for number, (one, other) in enumerate(zip_longest(wanted, sent)) if one != other)
    there = f"U+{ord(wanted[at]):04X}" if at < len(wanted) else "its end"
    came = f"U+{ord(sent[at]):04X}" if at < len(sent) else "the end"
    lengths = f"{len(wanted)} code points were wanted and {len(sent)} arrived"
    yield f"the text differs at code point {at}: {there} was wanted and {came} arrived; {lengths}"


def _reference(attempt: SendAttempt, seen: Seen) -> Says:
    wanted = attempt.intent.message.get("reference")
    sent = _sent(seen).get("reference")
    if not isinstance(seen.json, dict):
        return
    for name in ("service", "action", "key"):
        one = (wanted or {}).get(name)
        other = sent.get(name) if isinstance(sent, dict) else None
        if one != other:
            yield f"reference.{name} {_was(one)} wanted, and {_was(other)} sent"


def _was(value: object) -> str:
    return "was not" if value is None else f"{value!r:.60} was"


_FIELDS = ("account", "lra", "businessRelationId", "detailed")
_ADMIN_ONLY = ("account", "lra")


def _fields(attempt: SendAttempt, seen: Seen) -> Says:
    if not isinstance(seen.json, dict):
        return
    for name in _FIELDS:
        if name in _ADMIN_ONLY and attempt.intent.operation == "services":
            continue
        wanted, sent = attempt.intent.message.get(name), _sent(seen).get(name)
        # Not to ask for details is the same as to say so.
        if name == "detailed" and not wanted and not sent:
            continue
        if wanted != sent or isinstance(wanted, bool) != isinstance(sent, bool):
            yield f"{name} {_was(wanted)} wanted, and {_was(sent)} sent"
    yield from _webhook(attempt.intent.message.get("webhook"), seen.json.get("webhook"))


def _webhook(wanted: object, sent: object) -> Says:
    for name in ("url", "authentication"):
        one, other = _webhook_part(wanted, name), _webhook_part(sent, name)
        if one != other:
            yield f"webhook.{name} {_was(one)} wanted, and {_was(other)} sent"


def _webhook_part(webhook: object, name: str) -> object:
    found = webhook.get(name) if isinstance(webhook, dict) else None
    # No authentication, and one without a type, are the one type that there is (REQ-10).
    if name == "authentication" and isinstance(webhook, dict) and found in (None, {}, {"type": None}):
        return {"type": "NONE"}
    return found


CHECKS: tuple[ClientCheck, ...] = (
    of_sends(
        "wanted.destination", "The number that was wanted is the one that is sent to, sign for sign.",
        Severity.CRITICAL, ("REQ-1",), _destination,
    ),
    of_sends(
        "wanted.text", "The text arrives code point by code point: nothing is cut, folded, escaped or lost.",
        Severity.CRITICAL, ("REQ-2",), _text,
    ),
    of_sends(
        "wanted.reference",
        "The reference arrives as it was given, empty strings included: it finds the message again.",
        Severity.MAJOR, ("REQ-3",), _reference,
    ),
    of_sends(
        "wanted.fields", "Every other field arrives as it was given, 0 and empty strings included.",
        Severity.CRITICAL, ("REQ-6", "REQ-7", "REQ-8", "REQ-9", "REQ-10"), _fields,
    ),
)  # fmt: skip
