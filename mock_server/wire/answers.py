"""Render answers: acceptances, refusals, health checks, and messages as the control API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mock_server.domain.decision import Accepted, Decision, Intercepted, Refused, SilentlyDropped
from mock_server.domain.errors import ErrorCode
from mock_server.domain.instants import rfc3339
from mock_server.domain.message import Message
from mock_server.domain.policy import Health
from mock_server.domain.submission import Submission

_ACCEPTED = "0: Accepted for delivery"
_VERSION_NUMBER = "27.1.0.2"

_encode = msgspec.json.Encoder().encode


def answer_to(decision: Decision, *, provider_null: bool = False) -> tuple[int, bytes]:
    """HTTP status and body of a decision (ANS-1 to ANS-4); `provider_null` is the alternative reading of ANS-2."""
    verdict = decision.verdict
    assert not isinstance(verdict, Intercepted), "an intercepted request has no answer from the gateway"  # noqa: S101
    if isinstance(verdict, Refused):
        return verdict.error.status, envelope(verdict.error, verdict.details)
    return 200, _acceptance(verdict, detailed=decision.detailed, provider_null=provider_null)


def _acceptance(verdict: Accepted | SilentlyDropped, *, detailed: bool, provider_null: bool) -> bytes:
    if detailed:
        return _encode({"message": _ACCEPTED, "provider": verdict.provider, "id": verdict.message_id})
    if provider_null:
        return _encode({"message": _ACCEPTED, "provider": None, "id": verdict.message_id})
    return _encode({"message": _ACCEPTED, "id": verdict.message_id})


def envelope(error: ErrorCode, details: object = None) -> bytes:
    """The body of every refusal (ANS-3)."""
    return _encode({"code": error.code, "message": error.message, "details": details})


def health_answer(health: Health) -> bytes:
    """The body of both health checks (OP-5, OP-9)."""
    down = [part for part, up in (("database", health.database), ("services", health.services)) if not up]
    if not health.gateway:
        down.append("gateway")
    return _encode(
        {
            "globalStatus": not down,
            "dbStatus": health.database,
            "servicesStatus": health.services,
            "errorMessage": f"Not available: {', '.join(down)}" if down else "",
            "versionNumber": _VERSION_NUMBER,
        }
    )


def submission_view(submission: Submission) -> dict[str, Any]:
    """A submission with the vendor's field names; members that the client left out are `None`."""
    reference, webhook = submission.reference, submission.webhook
    return {
        "destination": submission.destination,
        "text": submission.text,
        "account": submission.account,
        "lra": submission.lra,
        "businessRelationId": submission.business_relation_id,
        "detailed": submission.detailed,
        "reference": None if reference is None else msgspec.to_builtins(reference),
        "webhook": None
        if webhook is None
        else {"url": webhook.url, "authentication": {"type": webhook.authentication}},
    }


def message_view(message: Message) -> Mapping[str, Any]:
    """A message as the control API shows it: the vendor's field names, accounts and time of acceptance."""
    submission = submission_view(message.submission)
    return {
        "id": message.id,
        "destination": submission["destination"],
        "text": submission["text"],
        "provider": message.provider,
        "acceptedAt": rfc3339(message.accepted_at),
        "account": message.sender,
        "caller": message.caller,
        "lra": submission["lra"],
        "businessRelationId": submission["businessRelationId"],
        "detailed": submission["detailed"],
        "reference": submission["reference"],
        "webhook": submission["webhook"],
        "forced": message.forced,
        "exchange": message.exchange,
    }
