"""What a rule may use in addition to the submission."""

from __future__ import annotations

import msgspec

from mock_server.domain.policy import Account, Policy
from mock_server.domain.submission import Attempt, Operation, Submission


class Context(msgspec.Struct, frozen=True, gc=False):
    """The policy, the account that authenticated, and the account that the message is sent for."""

    policy: Policy
    caller: Account
    sender: Account
    """The impersonated account, or the caller if there is none."""
    receivers: tuple[str, ...] = ()
    """The prefixes of the URLs of the session's own receivers."""
    unknown_account: str | None = None
    """An impersonated account that does not exist or is not active (ACC-3)."""


def context_of(attempt: Attempt, submission: Submission, policy: Policy) -> Context:
    """The context of an attempt that the rule `authentication` passed.

    `account` is read on the administrators' operation only (ACC-4).
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
