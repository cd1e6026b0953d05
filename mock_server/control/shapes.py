"""How the control API shows what follows an acceptance."""

from __future__ import annotations

from typing import Any

from mock_server.attempts import WebhookAttempt
from mock_server.domain.delivery import Change
from mock_server.domain.instants import rfc3339
from mock_server.receivers import Received
from mock_server.timeline import Fired


def change(each: Change) -> dict[str, Any]:
    """A status that a message took or is going to take."""
    return {
        "at": rfc3339(each.at),
        "status": each.status,
        "provider": {"code": each.carrier.code, "status": each.carrier.status, "message": each.carrier.message},
        "forced": each.forced,
    }


def attempt(each: WebhookAttempt) -> dict[str, Any]:
    """One POST of a receipt, with its answer."""
    answered = each.answered
    webhook = each.message.submission.webhook
    return {
        "id": each.id,
        "at": rfc3339(each.at),
        "message_id": each.message.id,
        "url": webhook and webhook.url,
        "status": each.status,
        "attempt": each.try_,
        "outcome": each.outcome,
        "request": {"content_type": each.content_type, "body": each.body.decode(errors="backslashreplace")},
        "answer": None
        if answered is None
        else {
            "status": answered.status,
            "error": answered.error,
            "body": answered.body.decode(errors="backslashreplace"),
            "duration_ms": round(answered.wall_seconds * 1000, 1),
        },
        "next_try_at": None if each.next_try_at is None else rfc3339(each.next_try_at),
    }


def fired(each: Fired) -> dict[str, Any]:
    """A line of an advance's log."""
    line = {"at": rfc3339(each.at), "message_id": each.message.id, "destination": each.message.submission.destination}
    if isinstance(each.what, Change):
        return {**line, "event": "status", "status": each.what.status, "forced": each.what.forced}
    shown = attempt(each.what)
    told = {name: shown[name] for name in ("status", "attempt", "outcome", "next_try_at")}
    return {**line, "event": "webhook", "webhook": shown["id"], **told, "answer": shown["answer"]}


def received(each: Received) -> dict[str, Any]:
    """A notification as a receiver got it."""
    body = each.body.decode(errors="backslashreplace")
    return {"at": rfc3339(each.at), "content_type": each.content_type, "body": body, "answer": each.answer}
