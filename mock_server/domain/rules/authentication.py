"""Is the caller an active account, by HTTP Basic with its password? (ACC-1, ACC-5, ERR-63a, ERR-63b)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import BAD_CREDENTIALS, NO_CREDENTIALS
from mock_server.domain.policy import Policy
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules.finding import Finding, counted
from mock_server.domain.rules.rule import AttemptRule, Rule
from mock_server.domain.submission import Attempt, Presented

_MISSING = Refused(NO_CREDENTIALS, assumed("ERR-63a"), reason="no Basic credentials were presented")
_UNDECODABLE = Refused(BAD_CREDENTIALS, assumed("ACC-5"), reason="the header is not decodable Basic")
_ACC_1 = documented("ACC-1")


def authentication(attempt: Attempt, policy: Policy) -> Refused | None:
    """Refuse a missing header with one message of code 63, and wrong or inactive credentials with the other."""
    credentials = attempt.credentials
    if isinstance(credentials, Presented):
        return _MISSING if credentials is Presented.NOTHING else _UNDECODABLE
    account = policy.accounts.get(credentials.username)
    if account is None:
        return Refused(BAD_CREDENTIALS, _ACC_1, reason=f"no account {quoted(credentials.username)}")
    if account.password != credentials.password:
        return Refused(BAD_CREDENTIALS, _ACC_1, reason=f"wrong password for {quoted(credentials.username)}")
    if not account.active:
        return Refused(BAD_CREDENTIALS, _ACC_1, reason=f"account {quoted(credentials.username)} is not active")
    return None


def describe_authentication(attempt: Attempt, policy: Policy, said: Refused | None) -> Finding:
    """Show the user and what is wrong, never the password."""
    saw = f"user {quoted(attempt.username)}, the right password" if said is None else said.reason
    remedy = (
        "sign in as an active account, with its password, or change `accounts` of the scenario"
        if said is None or said.requirement == _ACC_1
        else "send the header `Authorization: Basic <username:password in Base64>`"
    )
    limit = f"active, with its password, and one of {counted(len(policy.accounts), 'account')}"
    return Finding(_ACC_1, saw, limit, remedy)


AUTHENTICATION: AttemptRule = Rule("authentication", authentication, describe_authentication, reads_body=False)
