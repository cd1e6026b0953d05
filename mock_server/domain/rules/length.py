"""Is the text too long? (REQ-2, BAD-3)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import NO_TEXT
from mock_server.domain.policy import Overlong, Policy
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.finding import Finding, counted
from mock_server.domain.rules.rule import AttemptRule, Rule
from mock_server.domain.submission import Attempt, Submission

LONGEST_TEXT = 1600
"""Unicode code points."""

_BAD_3 = assumed("BAD-3")


def length(attempt: Attempt, policy: Policy) -> Refused | None:
    """Refuse a text of more than 1600 code points as malformed or as empty, or accept it, by the reading of BAD-3."""
    submission = attempt.content
    if not isinstance(submission, Submission) or len(submission.text) <= LONGEST_TEXT:
        return None
    reading = policy.readings.overlong
    if reading is Overlong.ACCEPTED:
        return None
    said = f"text: {len(submission.text)} characters; at most {LONGEST_TEXT} are allowed"
    if reading is Overlong.NO_TEXT:
        return Refused(NO_TEXT, _BAD_3, reason=said)
    return Refused(policy.malformed, _BAD_3, details=said, reason=said)


def describe_length(attempt: Attempt, policy: Policy, _: Refused | None) -> Finding:
    """Show the number of characters."""
    saw = counted(len(attempt.content.text), "character") if isinstance(attempt.content, Submission) else None
    accepted = policy.readings.overlong is Overlong.ACCEPTED
    limit = "any length (BAD-3 is read as `accepted`)" if accepted else f"at most {LONGEST_TEXT} characters"
    remedy = f"send a text of at most {LONGEST_TEXT} characters, or `assume: {{BAD-3: accepted}}` in the scenario"
    return Finding(_BAD_3, saw, limit, remedy)


LENGTH: AttemptRule = Rule("length", length, describe_length)
