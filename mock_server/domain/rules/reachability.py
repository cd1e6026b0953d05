"""Can the number receive an SMS? (ERR-8, NUM-1)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import WRONG_NUMBER
from mock_server.domain.msisdn import LineType, line_type
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding, entries
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission

_ERR_8 = documented("ERR-8")
_NUM_1 = assumed("NUM-1")


def reachability(submission: Submission, context: Context) -> Refused | None:
    """Refuse the scenario's unreachable numbers and, with NUM-1, those that the numbering plan excludes."""
    number, policy = submission.destination, context.policy
    if policy.unreachable.covers(number):
        return Refused(
            WRONG_NUMBER, _ERR_8, reason=f"the destination is unreachable: {policy.unreachable.entry_for(number)}"
        )
    if not policy.readings.numbering_plan:
        return None
    line = line_type(number)
    if line is LineType.REACHABLE:
        return None
    return Refused(WRONG_NUMBER, _NUM_1, reason=f"{number} is {line.value} in the numbering plan")


def describe_reachability(submission: Submission, context: Context) -> Finding:
    """Show the entry that covers the number, or its line type in the numbering plan."""
    number, policy = submission.destination, context.policy
    entry = policy.unreachable.entry_for(number)
    if entry is not None:
        limit = f"unreachable: {entry}"
    else:
        limit = entries(len(policy.unreachable.entries), "the list of unreachable numbers")
        if policy.readings.numbering_plan:
            limit += f"; {line_type(number).value} in the numbering plan"
    remedy = "send to a number that can receive an SMS, or change `unreachable` of the scenario"
    if entry is None:
        remedy = "send to a number that is mobile in the numbering plan, or remove NUM-1 from `assume`"
    return Finding(_ERR_8, number, limit, remedy)


REACHABILITY: SubmissionRule = Rule("reachability", reachability, describe_reachability, counts=True)
