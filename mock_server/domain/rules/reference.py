"""Is the reference service one of the gateway's? (REQ-3, REQ-4, ERR-59)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import INVALID_SERVICE
from mock_server.domain.requirements import documented
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission

_REQ_3 = documented("REQ-3")


def reference(submission: Submission, context: Context) -> Refused | None:
    """Refuse an action or key without a service, and a service that is not in the list."""
    given = submission.reference
    if given is None:
        return None
    if given.service is None:
        if given.action is None and given.key is None:
            return None
        return Refused(INVALID_SERVICE, _REQ_3, reason="reference.action or reference.key without reference.service")
    if given.service in context.policy.services:
        return None
    known = ", ".join(sorted(context.policy.services)) or "none"
    return Refused(INVALID_SERVICE, _REQ_3, reason=f"service {quoted(given.service)} is not one of: {known}")


def describe_reference(submission: Submission, context: Context) -> Finding:
    """Show the service, and the known services."""
    known = ", ".join(sorted(context.policy.services)) or "none"
    given = submission.reference
    if given is not None and given.service is not None:
        saw = f"service {quoted(given.service)}"
    elif given is not None and (given.action is not None or given.key is not None):
        saw = "an action or a key without a service"
    else:
        saw = "no reference"
    remedy = f"name one of {known} as `reference.service`, or change `services` of the scenario"
    return Finding(_REQ_3, saw, f"one of: {known}", remedy)


REFERENCE: SubmissionRule = Rule("reference", reference, describe_reference, counts=True)
