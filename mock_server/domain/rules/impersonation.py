"""Does the impersonated account exist? (REQ-7, ACC-3)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import BAD_CREDENTIALS
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission

_ACC_3 = assumed("ACC-3")


def impersonation(_: Submission, context: Context) -> Refused | None:
    """Refuse an unknown or inactive account in the same way as bad credentials."""
    if context.unknown_account is None:
        return None
    return Refused(
        BAD_CREDENTIALS, _ACC_3, reason=f"account {quoted(context.unknown_account)} is unknown or not active"
    )


def describe_impersonation(submission: Submission, context: Context) -> Finding:
    """Show the account that the message is sent for."""
    asked, unknown = submission.account, context.unknown_account
    saw = "nobody to send for" if asked is None else f"to send for {quoted(asked)}"
    if unknown is not None:
        saw += ", unknown" if unknown not in context.policy.accounts else ", not active"
    elif asked is not None and asked != context.sender.username:
        saw += ", ignored (ACC-3)"
    remedy = "omit `account`, or name an active account of the scenario"
    return Finding(_ACC_3, saw, "an active account, where one is named", remedy)


IMPERSONATION: SubmissionRule = Rule("impersonation", impersonation, describe_impersonation, counts=True)
