"""Render receipts and look-ups: the current status of a message (WH-2, MS-2, MS-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Change, Channel
from mock_server.domain.instants import rfc3339
from mock_server.domain.message import Message
from mock_server.domain.notification import UNKNOWN_STATUS
from mock_server.domain.segmentation import segmentation

_encode = msgspec.json.Encoder().encode


def status_view(message: Message, change: Change, provider_id: str) -> dict[str, Any]:
    """A message as receipts and the Message Status API show it (WH-2, MS-3)."""
    carrier = change.carrier
    provider = {"name": message.provider, "id": provider_id, "status": carrier.status, "code": carrier.code}
    if carrier.message is not None:
        provider["message"] = carrier.message
    reference = message.submission.reference
    given = {} if reference is None else msgspec.to_builtins(reference)
    view = {
        "id": message.id,
        "providerAcceptanceAt": rfc3339(message.accepted_at),
        "statusChangedAt": rfc3339(change.at),
        "reference": {name: value for name, value in given.items() if value is not None},
        "channel": message.plan.channel,
        "status": change.status,
        "provider": provider,
    }
    if message.plan.channel is Channel.SMS:
        view["sms"] = {"segments": segmentation(message.submission.text).segments}
    return view


def receipt(view: Mapping[str, Any], receipt_id: str, configuration_id: str, adversity: Adversity | None) -> bytes:
    """The body of a notification (WH-2), modified if an adversity requires it."""
    content: dict[str, Any] = {
        "id": receipt_id,
        "webhookConfigurationId": configuration_id,
        "type": "STATUS_UPDATE",
        "createdAt": view["statusChangedAt"],
        "message": view,
    }
    if adversity is Adversity.UNKNOWN_STATUS:
        content["message"] = {**view, "status": UNKNOWN_STATUS}
    elif adversity is Adversity.UNKNOWN_FIELDS:
        content = {
            **content,
            "traceId": receipt_id,
            "message": {**view, "cost": {"amount": "0.05", "currency": "EUR"}},
        }
    body = _encode(content)
    return body[: len(body) // 2] if adversity is Adversity.MALFORMED_JSON else body


def status_answer(view: Mapping[str, Any]) -> bytes:
    """The body of a look-up by id (MS-3)."""
    return _encode({"message": view})


def statuses_answer(views: Iterable[Mapping[str, Any]]) -> bytes:
    """The body of a look-up by number or reference, latest first (MS-2)."""
    return _encode({"messages": [{"message": view} for view in views]})
