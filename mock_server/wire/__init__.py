"""JSON to domain and back: the only place that knows the vendor's field names."""

from mock_server.wire.answering import answer_to, envelope, health_answer, message_view, submission_view
from mock_server.wire.reading import decoded, is_json, oddities, read_submission, webhook_secrets
from mock_server.wire.receipts import receipt, status_answer, status_view, statuses_answer

__all__ = [
    "answer_to",
    "decoded",
    "envelope",
    "health_answer",
    "is_json",
    "message_view",
    "oddities",
    "read_submission",
    "receipt",
    "status_answer",
    "status_view",
    "statuses_answer",
    "submission_view",
    "webhook_secrets",
]
