"""The explanation of an answer: an exchange as the control API shows it, with the rules and the one that decided."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from mock_server import wire
from mock_server.domain.decision import Accepted, Drop, Intercepted, Objection, Refused
from mock_server.domain.flooding import Tally
from mock_server.domain.instants import Instant, rfc3339, whole_second_from
from mock_server.domain.message import Message
from mock_server.domain.requirements import Requirement
from mock_server.domain.secrets import Secrets
from mock_server.domain.urls import find_links
from mock_server.explanation.advice import advice
from mock_server.explanation.masking import masked, masked_within, readable
from mock_server.explanation.near import stubs_nearly_matched
from mock_server.explanation.rules import rules_asked, rules_view, stubs_asked
from mock_server.journal.exchange import Exchange
from mock_server.session.ports import StubStore

__all__ = [
    "ACCEPTED",
    "ANSWERED",
    "BUG",
    "DISCONNECTED",
    "DROPPED",
    "INTERCEPTED",
    "OPEN",
    "REFUSED",
    "explanation",
    "masked",
    "masked_within",
    "message",
    "summary",
]

ACCEPTED, DROPPED, REFUSED, INTERCEPTED = "accepted", "silently dropped", "refused", "intercepted"
ANSWERED, DISCONNECTED, BUG, OPEN = "answered", "disconnected", "bug", "open"

_OF_THE_GATEWAY = frozenset({"id", "provider", "acceptedAt", "account", "caller", "exchange"})

_NO_REASON: dict[str, Any] = {
    "persistence": None,
    "reason": None,
    "without_stub": None,
    "anti_flooding": None,
}


def summary(exchange: Exchange, secrets: Secrets) -> dict[str, Any]:
    """An exchange in a list: the request, the answer, and the rule that decided."""
    decision = exchange.decision
    return {
        "id": exchange.id,
        "at": rfc3339(exchange.at),
        "method": exchange.method,
        "path": readable(secrets.mask(exchange.path)),
        "operation": exchange.operation,
        "destination": masked(exchange.destination, secrets),
        "status": exchange.status,
        "outcome": outcome(exchange),
        **_deciding(exchange),
        # A stub decided, chose the delivery, or applied a fault.
        "forced": (decision is not None and decision.forced) or bool(exchange.stubs),
        "trouble": exchange.transport_effect,
        "stubs": list(exchange.stubs),
        "message_id": None
        if decision is None or isinstance(decision.verdict, Refused | Intercepted)
        else decision.verdict.message_id,
    }


def explanation(exchange: Exchange, secrets: Secrets, stubs: StubStore | None = None) -> dict[str, Any]:
    """Everything that is known of an exchange.

    `stubs`: those of its session; without them, stubs that nearly matched by their criteria are not shown.
    """
    asked = rules_asked(exchange, secrets)
    return {
        **summary(exchange, secrets),
        "caller": None if exchange.account is None else exchange.account.username,
        "advice": masked(advice(exchange, asked), secrets),
        **rules_view(exchange, asked, secrets),
        "stubs_nearly_matched": stubs_nearly_matched(exchange, stubs_asked(exchange), stubs, secrets),
        **_reasons(exchange, secrets),
        "request": _request(exchange, secrets),
        "response": {"status": exchange.status, "body": readable(secrets.mask(exchange.answer))},
        **_oddities(exchange, secrets),
        "bug": masked(exchange.bug, secrets),
    }


def message(kept: Message, secrets: Secrets) -> dict[str, Any]:
    """A message, with the one-time passwords and links in its text. Only what its sender wrote is masked."""
    from mock_server.domain.otp import find_otps  # noqa: PLC0415 - it takes a while, and many tests look at none

    view = message_without_finds(kept, secrets)
    text = str(view["text"])
    return {**view, "codes": find_otps(text), "links": find_links(text)}


def message_without_finds(kept: Message, secrets: Secrets) -> dict[str, Any]:
    """A message without one-time passwords and links, which take longer than all the rest."""
    view = wire.message_view(kept)
    return {name: value if name in _OF_THE_GATEWAY else masked_within(value, secrets) for name, value in view.items()}


def outcome(exchange: Exchange) -> str:
    """The outcome of an exchange, in one word."""
    if exchange.bug is not None:
        return BUG
    if exchange.disconnected:
        return DISCONNECTED
    if exchange.protocol_error is not None:
        return REFUSED
    if exchange.decision is None:
        return OPEN if exchange.status is None else ANSWERED
    verdict = exchange.decision.verdict
    if isinstance(verdict, Intercepted):
        return INTERCEPTED
    if isinstance(verdict, Refused):
        return REFUSED
    return ACCEPTED if isinstance(verdict, Accepted) else DROPPED


def _deciding(exchange: Exchange) -> dict[str, Any]:
    if exchange.protocol_error is not None:
        error = exchange.protocol_error
        return _rule(error.rule, error.requirement, error.error.code)
    decision = exchange.decision
    if decision is None:
        return _rule(None, None, None)
    verdict = decision.verdict
    return _rule(decision.rule, decision.requirement, verdict.error.code if isinstance(verdict, Refused) else None)


def _rule(name: str | None, requirement: Requirement | None, code: int | None) -> dict[str, Any]:
    return {
        "code": code,
        "rule": name,
        "requirement": requirement and requirement.id,
        "grade": requirement and requirement.grade.value,
    }


def _reasons(exchange: Exchange, secrets: Secrets) -> dict[str, Any]:
    decision = exchange.decision
    if decision is None:
        error = exchange.protocol_error
        return _NO_REASON if error is None else {**_NO_REASON, "reason": masked(error.details, secrets)}
    verdict = decision.verdict
    return {
        "persistence": verdict.error.persistence if isinstance(verdict, Refused) else None,
        "reason": masked(verdict.reason, secrets) if isinstance(verdict, Refused) else None,
        "without_stub": _without_stub(decision.natural, secrets) if decision.forced else None,
        "anti_flooding": None if decision.tally is None else _tally(decision.tally),
    }


def _without_stub(natural: Objection[Refused | Drop] | None, secrets: Secrets) -> dict[str, Any]:
    if natural is None:
        return {"outcome": ACCEPTED, **_rule(None, None, None), "reason": None}
    said = natural.said
    if isinstance(said, Drop):
        return {"outcome": DROPPED, **_rule(natural.rule, said.requirement, None), "reason": None}
    return {
        "outcome": REFUSED,
        **_rule(natural.rule, said.requirement, said.error.code),
        "reason": masked(said.reason, secrets),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "messages_to_destination": tally.volume,
        "room_again_at": _when(tally.volume_room_at or tally.volume_frees_at),
        "identical_texts": tally.duplicates,
        "identical_text_leaves_at": _when(tally.duplicates_room_at or tally.duplicates_frees_at),
    }


def _when(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(whole_second_from(instant))


def _request(exchange: Exchange, secrets: Secrets) -> dict[str, Any]:
    body, head = exchange.body, exchange.head
    return {
        "headers": None if head is None else _headers(secrets.mask(head)),
        **_body(secrets.mask(body) if body is not None and exchange.body_read else None),
        "body_length": exchange.body_length,
        "body_sha256": exchange.sha256 if exchange.body_read else None,
        "body_truncated": body is not None and exchange.body_cut,
        "evicted": body is None,
    }


def _headers(head: bytes) -> list[list[str]]:
    return [[readable(part) for part in line.split(b": ", 1)] for line in head.split(b"\r\n") if line]


def _body(body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {"body": None, "body_encoding": None}
    try:
        return {"body": body.decode(), "body_encoding": "utf-8"}
    except UnicodeDecodeError:
        return {"body": b64encode(body).decode(), "body_encoding": "base64"}


def _oddities(exchange: Exchange, secrets: Secrets) -> dict[str, list[str]]:
    if exchange.operation is None or not exchange.body:
        return {"unknown_fields": [], "duplicate_keys": []}
    found: dict[str, list[str]] = masked_within(wire.ignored_members(exchange.body, exchange.operation), secrets)
    return found
