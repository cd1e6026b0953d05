"""Views of what follows an acceptance."""

from __future__ import annotations

from typing import Any

from mock_server.domain.delivery import Change
from mock_server.domain.instants import rfc3339
from mock_server.domain.secrets import Secrets
from mock_server.explanation import masked
from mock_server.gateway.scheduler import Fired
from mock_server.journal.webhook_attempts import WebhookAttempt
from mock_server.session.receivers import Received


def change(each: Change) -> dict[str, Any]:
    """A past or planned status change of a message."""
    return {
        "at": rfc3339(each.at),
        "status": each.status,
        "provider": {"code": each.carrier.code, "status": each.carrier.status, "message": each.carrier.message},
        "forced": each.forced,
    }


def attempt(each: WebhookAttempt, secrets: Secrets) -> dict[str, Any]:
    """One POST of a receipt with its answer; texts of sender and receiver are masked."""
    answered = each.answered
    webhook = each.message.submission.webhook
    return {
        "id": each.id,
        "at": rfc3339(each.at),
        "message_id": each.message.id,
        "url": webhook and masked(webhook.url, secrets),
        "status": each.status,
        "attempt": each.try_,
        "outcome": each.outcome,
        "request": {"content_type": each.content_type, "body": _text(each.body, secrets)},
        "answer": None
        if answered is None
        else {
            "status": answered.status,
            "error": masked(answered.error, secrets),
            "body": _text(answered.body, secrets),
            "duration_ms": round(answered.wall_seconds * 1000, 1),
        },
        "next_try_at": None if each.next_try_at is None else rfc3339(each.next_try_at),
    }


def fired(each: Fired, secrets: Secrets) -> dict[str, Any]:
    """A line of an advance's log."""
    destination = masked(each.message.submission.destination, secrets)
    line = {"at": rfc3339(each.at), "message_id": each.message.id, "destination": destination}
    if isinstance(each.what, Change):
        return {**line, "event": "status", "status": each.what.status, "forced": each.what.forced}
    shown = attempt(each.what, secrets)
    told = {name: shown[name] for name in ("status", "attempt", "outcome", "next_try_at")}
    return {**line, "event": "webhook", "webhook": shown["id"], **told, "answer": shown["answer"]}


def received(each: Received, secrets: Secrets) -> dict[str, Any]:
    """A notification as a receiver got it, with passwords masked."""
    content_type, body = masked(each.content_type, secrets), _text(each.body, secrets)
    return {"at": rfc3339(each.at), "content_type": content_type, "body": body, "answer": each.answer}


def _text(raw: bytes, secrets: Secrets) -> str:
    return secrets.mask(raw).decode(errors="backslashreplace")
