"""Can the number receive an SMS at all? (ERR-8, NUM-1)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import WRONG_NUMBER
from mock_server.domain.msisdn import LineType, line_type
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules.context import Context
from mock_server.domain.submission import Submission

_ERR_8 = documented("ERR-8")
_NUM_1 = assumed("NUM-1")


def reachability(submission: Submission, context: Context) -> Refused | None:
    """Refuse the scenario's unreachable numbers and, where it asks for that, what the numbering plan rules out."""
    number, policy = submission.destination, context.policy
    if policy.unreachable.covers(number):
        return Refused(WRONG_NUMBER, _ERR_8, reason=f"unreachable: {policy.unreachable.entry_for(number)}")
    if not policy.readings.numbering_plan:
        return None
    line = line_type(number)
    if line is LineType.REACHABLE:
        return None
    return Refused(WRONG_NUMBER, _NUM_1, reason=f"{number} is {line.value} in the numbering plan")
