"""May the caller use an administrator's operation? (ACC-2)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import BAD_CREDENTIALS, NOT_PRIVILEGED
from mock_server.domain.policy import Policy
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import AttemptRule, Rule
from mock_server.domain.submission import Attempt, Operation

_ACC_2 = assumed("ACC-2")


def privilege(attempt: Attempt, policy: Policy) -> Refused | None:
    """Refuse an account without the admin privilege as if its password were wrong, or with 403."""
    account = policy.accounts[attempt.username]
    if account.admin or attempt.operation is not Operation.ADMIN:
        return None
    error = NOT_PRIVILEGED if policy.readings.unprivileged_is_forbidden else BAD_CREDENTIALS
    return Refused(error, _ACC_2, reason=f"account {account.username!r} has no admin privilege")


def describe_privilege(attempt: Attempt, policy: Policy, _: Refused | None) -> Finding:
    """Show whether the caller is an administrator, and whether the operation requires one."""
    account = policy.accounts[attempt.username]
    saw = f"account {quoted(account.username)}, {'an' if account.admin else 'no'} administrator"
    for_admins = attempt.operation is Operation.ADMIN
    limit = "administrators only" if for_admins else "any account may use the services' operation"
    remedy = "use the services' operation, or an account with `admin: true` in the scenario"
    return Finding(_ACC_2, saw, limit, remedy)


PRIVILEGE: AttemptRule = Rule("privilege", privilege, describe_privilege, reads_body=False)
