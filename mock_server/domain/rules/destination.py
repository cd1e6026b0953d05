"""Is the destination a number? (REQ-1, NUM-1, ERR-56, BAD-7)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import INVALID_NUMBER
from mock_server.domain.msisdn import LineType, NumberFault, fault_of, line_type
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules.context import Context
from mock_server.domain.submission import Submission

_REQ_1 = documented("REQ-1")
_BAD_2 = assumed("BAD-2")
_BAD_7 = assumed("BAD-7")
_NUM_1 = assumed("NUM-1")


def destination(submission: Submission, context: Context) -> Refused | None:
    """Refuse what breaks the E.164 pattern or starts with a calling code that nobody was assigned."""
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
