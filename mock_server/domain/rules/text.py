"""Is there a text? (ERR-66, BAD-7)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import NO_TEXT
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.context import Context
from mock_server.domain.submission import Submission

_EMPTY = Refused(NO_TEXT, assumed("ERR-66"), reason="text is empty, null or missing")
_BLANK = Refused(NO_TEXT, assumed("BAD-7"), reason="text is white space only")


def text(submission: Submission, context: Context) -> Refused | None:
    """Refuse a missing or empty text; white space is a text unless BAD-7 is read otherwise."""
    if not submission.text:
        return _EMPTY
    if context.policy.readings.blank_text_is_empty and submission.text.isspace():
        return _BLANK
    return None
