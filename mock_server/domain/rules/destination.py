"""Is the destination a valid number? (REQ-1, NUM-1, ERR-56, BAD-7)."""

from __future__ import annotations

import re

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import INVALID_NUMBER
from mock_server.domain.msisdn import LineType, NumberFault, fault_of, line_type
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission

_REQ_1 = documented("REQ-1")
_BAD_2 = assumed("BAD-2")
_BAD_7 = assumed("BAD-7")
_NUM_1 = assumed("NUM-1")

_PUNCTUATION = re.compile(r"[\s().\-/]+")


def destination(submission: Submission, context: Context) -> Refused | None:
    """Refuse what does not match the E.164 pattern, or starts with an unassigned calling code."""
    number = submission.destination
    fault = fault_of(number)
    if fault is NumberFault.SYNTAX:
        return _malformed(number)
    if fault is NumberFault.CALLING_CODE:
        return Refused(INVALID_NUMBER, _NUM_1, reason=f"no country calling code is assigned to {number}")
    if context.policy.readings.numbering_plan and line_type(number) is LineType.IMPOSSIBLE:
        return Refused(INVALID_NUMBER, _NUM_1, reason=f"the numbering plan has no numbers like {number}")
    return None


def _malformed(number: str) -> Refused:
    if not number:
        return Refused(INVALID_NUMBER, _BAD_2, reason="destination is empty, null, missing or not a string")
    if number != number.strip():
        return Refused(INVALID_NUMBER, _BAD_7, reason=f"white space around {quoted(number)}")
    return Refused(
        INVALID_NUMBER, _REQ_1, reason=f"{quoted(number)} is not a plus and 7 to 15 digits, the first not 0"
    )


def describe_destination(submission: Submission, context: Context) -> Finding:
    """Show the number as it was sent, and the expected form."""
    number = submission.destination
    limit = "a plus and 7 to 15 digits, a country calling code that is assigned first"
    if context.policy.readings.numbering_plan:
        limit += ", possible in the numbering plan"
    return Finding(_REQ_1, quoted(number) if number else "no number", limit, _remedy(number))


def _remedy(number: str) -> str:
    """How to correct an invalid number."""
    fault = fault_of(number)
    if fault is None:
        return "send to a number that is possible in the numbering plan, or remove NUM-1 from the scenario's `assume`"
    if fault is NumberFault.CALLING_CODE:
        return "begin with the calling code of a country, such as +39 or +44"
    corrected = re.sub(r"\A\+*(?:00)?", "+", _PUNCTUATION.sub("", number))
    if number.strip().startswith(("+", "00")) and fault_of(corrected) is None:
        return f"write it as {corrected}"
    if number.isascii() and number.isdigit():
        return "add a plus and the country code, such as +39…"
    return "give `destination` as a string of a plus, the country code and digits, such as +393401234567"


DESTINATION: SubmissionRule = Rule("destination", destination, describe_destination)
