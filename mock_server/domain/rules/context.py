"""What a rule may ask beside the submission itself."""

from __future__ import annotations

import msgspec

from mock_server.domain.policy import Account, Policy
from mock_server.domain.submission import Attempt, Operation, Submission


class Context(msgspec.Struct, frozen=True, gc=False):
    """The policy, who authenticated, and for whom the message goes out."""

    policy: Policy
    caller: Account
    sender: Account
    """The impersonated account where there is one, else the caller."""
    receivers: tuple[str, ...] = ()
    """Where the URLs of the session's own receivers begin."""
    unknown_account: str | None = None
    """An impersonated account that does not exist or is not active (ACC-3)."""


def context_of(attempt: Attempt, submission: Submission, policy: Policy) -> Context:
    """The context of an attempt whose credentials were found to be good.

    `account` means something on the administrators' operation only (ACC-4).
    """
    caller = policy.accounts[attempt.username]
    if submission.account is None or attempt.operation is not Operation.ADMIN:
        return Context(policy, caller, caller, attempt.receivers)
    account = policy.accounts.get(submission.account)
    if account is not None and account.active:
        return Context(policy, caller, account, attempt.receivers)
    if policy.readings.unknown_account_is_ignored:
        return Context(policy, caller, caller, attempt.receivers)
    return Context(policy, caller, caller, attempt.receivers, unknown_account=submission.account)
