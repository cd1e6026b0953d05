"""The requested message is the one that arrives (REQ-1 to REQ-10)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from contract_tests.client.checks.builders import Sentences, send_check
from contract_tests.client.checks.check import ClientCheck, Severity
from contract_tests.client.play.evidence import SeenRequest, SendAttempt


def _sent(seen: SeenRequest) -> Mapping[str, Any]:
    return seen.json if isinstance(seen.json, dict) else {}


def _destination(attempt: SendAttempt, seen: SeenRequest) -> Sentences:
    wanted, sent = attempt.intent.message["destination"], _sent(seen).get("destination")
    if isinstance(seen.json, dict) and sent != wanted:
        yield f"the destination {wanted!r} arrived as {sent!r:.60}"


def _text(attempt: SendAttempt, seen: SeenRequest) -> Sentences:
    wanted, sent = attempt.intent.message["text"], _sent(seen).get("text")
    if not isinstance(seen.json, dict) or sent == wanted:
        return
    if not isinstance(sent, str):
        yield f"the text arrived as {sent!r:.60}"
        return
    at = next(number for number, (one, other) in enumerate(zip_longest(wanted, sent)) if one != other)
    there = f"U+{ord(wanted[at]):04X}" if at < len(wanted) else "the end"
    came = f"U+{ord(sent[at]):04X}" if at < len(sent) else "the end"
    lengths = f"{len(wanted)} code points were requested and {len(sent)} arrived"
    yield f"the text differs at code point {at}: {there} was requested and {came} arrived; {lengths}"


def _reference(attempt: SendAttempt, seen: SeenRequest) -> Sentences:
    wanted = attempt.intent.message.get("reference")
    sent = _sent(seen).get("reference")
    if not isinstance(seen.json, dict):
        return
    for name in ("service", "action", "key"):
        one = (wanted or {}).get(name)
        other = sent.get(name) if isinstance(sent, dict) else None
        if one != other:
            yield f"reference.{name} {_was(one)} requested, and {_was(other)} sent"


def _was(value: object) -> str:
    return "was not" if value is None else f"{value!r:.60} was"


_FIELDS = ("account", "lra", "businessRelationId", "detailed")
_ADMIN_ONLY = ("account", "lra")


def _fields(attempt: SendAttempt, seen: SeenRequest) -> Sentences:
    if not isinstance(seen.json, dict):
        return
    for name in _FIELDS:
        if name in _ADMIN_ONLY and attempt.intent.operation == "services":
            continue
        wanted, sent = attempt.intent.message.get(name), _sent(seen).get(name)
        # `detailed: false` is the same as no `detailed`.
        if name == "detailed" and not wanted and not sent:
            continue
        if wanted != sent or isinstance(wanted, bool) != isinstance(sent, bool):
            yield f"{name} {_was(wanted)} requested, and {_was(sent)} sent"
    yield from _webhook(attempt.intent.message.get("webhook"), seen.json.get("webhook"))


def _webhook(wanted: object, sent: object) -> Sentences:
    for name in ("url", "authentication"):
        one, other = _webhook_part(wanted, name), _webhook_part(sent, name)
        if one != other:
            yield f"webhook.{name} {_was(one)} requested, and {_was(other)} sent"


def _webhook_part(webhook: object, name: str) -> object:
    found = webhook.get(name) if isinstance(webhook, dict) else None
    # No authentication and one without a type both mean NONE (REQ-10).
    if name == "authentication" and isinstance(webhook, dict) and found in (None, {}, {"type": None}):
        return {"type": "NONE"}
    return found


CHECKS: tuple[ClientCheck, ...] = (
    send_check(
        "wanted.destination", "The destination arrives exactly as requested.",
        Severity.CRITICAL, ("REQ-1",), _destination,
    ),
    send_check(
        "wanted.text", "The text arrives code point by code point: nothing is cut, folded, escaped or lost.",
        Severity.CRITICAL, ("REQ-2",), _text,
    ),
    send_check(
        "wanted.reference",
        "The reference arrives as requested, empty strings included: callers look messages up by it.",
        Severity.MAJOR, ("REQ-3",), _reference,
    ),
    send_check(
        "wanted.fields", "Every other field arrives as requested, 0 and empty strings included.",
        Severity.CRITICAL, ("REQ-6", "REQ-7", "REQ-8", "REQ-9", "REQ-10"), _fields,
    ),
)  # fmt: skip
