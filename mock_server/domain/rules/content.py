"""Can a submission be read from the body at all? (BAD-1, BAD-2, BAD-4, BAD-5)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import MALFORMED
from mock_server.domain.policy import Policy
from mock_server.domain.submission import Attempt, Unreadable


def content(attempt: Attempt, policy: Policy) -> Refused | None:
    """Refuse a body that holds no submission, saying what is wrong and where."""
    unreadable = attempt.content
    if not isinstance(unreadable, Unreadable):
        return None
    error = policy.malformed if unreadable.error is MALFORMED else unreadable.error
    return Refused(error, unreadable.requirement, details=unreadable.details, reason=unreadable.details)
