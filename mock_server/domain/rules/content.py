"""Does the body hold a submission? (BAD-1, BAD-2, BAD-4, BAD-5)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, ErrorCode
from mock_server.domain.policy import Policy
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import AttemptRule, Rule
from mock_server.domain.submission import Attempt, Unreadable

_BAD_1 = assumed("BAD-1")
_REMEDIES: dict[ErrorCode, str] = {
    UNSUPPORTED_MEDIA_TYPE: "send the header `Content-Type: application/json`",
    TOO_LARGE: "send a body of at most 1 MiB",
}
_REMEDY = "send a JSON object whose members have the types of the contract"


def content(attempt: Attempt, policy: Policy) -> Refused | None:
    """Refuse a body that holds no submission; `details` says what is wrong and where."""
    unreadable = attempt.content
    if not isinstance(unreadable, Unreadable):
        return None
    error = policy.malformed if unreadable.error is MALFORMED else unreadable.error
    return Refused(error, unreadable.requirement, details=unreadable.details, reason=unreadable.details)


def describe_content(_: Attempt, __: Policy, said: Refused | None) -> Finding:
    """Show what is wrong with the body, and where."""
    saw = "a submission" if said is None else said.details
    limit = "a JSON object of at most 1 MiB, its members of the right types, sent as JSON"
    return Finding(_BAD_1, saw, limit, _REMEDY if said is None else _REMEDIES.get(said.error, _REMEDY))


CONTENT: AttemptRule = Rule("content", content, describe_content, reads_body=False)
