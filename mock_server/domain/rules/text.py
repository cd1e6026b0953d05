"""Is there a text? (ERR-66, BAD-7)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import NO_TEXT
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding, counted
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission

_ERR_66 = assumed("ERR-66")
_EMPTY = Refused(NO_TEXT, _ERR_66, reason="text is empty, null or missing")
_BLANK = Refused(NO_TEXT, assumed("BAD-7"), reason="text is white space only")


def text(submission: Submission, context: Context) -> Refused | None:
    """Refuse a missing or empty text and, under the alternative reading of BAD-7, one of white space only."""
    if not submission.text:
        return _EMPTY
    if context.policy.readings.blank_text_is_empty and submission.text.isspace():
        return _BLANK
    return None


def describe_text(submission: Submission, context: Context) -> Finding:
    """Show whether the text has characters that count."""
    found = submission.text
    saw = "no text" if not found else "white space only" if found.isspace() else counted(len(found), "character")
    strict = context.policy.readings.blank_text_is_empty
    limit = "at least one character" + (" that is not white space" if strict else "")
    return Finding(_ERR_66, saw, limit, f"give `text` {limit}")


TEXT: SubmissionRule = Rule("text", text, describe_text)
