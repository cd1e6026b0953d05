"""JSON to domain values and back; only this package knows the vendor's field names."""

from mock_server.wire.answers import answer_to, envelope, health_answer, message_view, submission_view
from mock_server.wire.receipts import receipt, status_answer, status_view, statuses_answer
from mock_server.wire.requests import decode_json, ignored_members, is_json, read_submission, webhook_secrets

__all__ = [
    "answer_to",
    "decode_json",
    "envelope",
    "health_answer",
    "ignored_members",
    "is_json",
    "message_view",
    "read_submission",
    "receipt",
    "status_answer",
    "status_view",
    "statuses_answer",
    "submission_view",
    "webhook_secrets",
]
