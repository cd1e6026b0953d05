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
    """Refuse a missing or empty text; white space is a text unless BAD-7 is read otherwise."""
    if not submission.text:
        return _EMPTY
    if context.policy.readings.blank_text_is_empty and submission.text.isspace():
        return _BLANK
    return None


def describe_text(submission: Submission, context: Context) -> Finding:
    """Tell whether there is anything in the text."""
    found = submission.text
    saw = "no text" if not found else "white space only" if found.isspace() else counted(len(found), "character")
    strict = context.policy.readings.blank_text_is_empty
    limit = "one character at least" + (" that is no white space" if strict else "")
    return Finding(_ERR_66, saw, limit, f"give `text` {limit}")


TEXT: SubmissionRule = Rule("text", text, describe_text)
