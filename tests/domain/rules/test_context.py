"""The context of the rules: caller and sender."""

from __future__ import annotations

import pytest

from mock_server.domain.policy import Account, Readings
from mock_server.domain.rules import context_of
from mock_server.domain.submission import Operation
from tests.domain.asking import ADMIN, CUSTOMER, LINKER, a_policy, a_submission, an_attempt

IGNORED = Readings(unknown_account_is_ignored=True)
REFUSED = Readings()


@pytest.mark.requirement("REQ-7", "ACC-3", "ACC-4")
@pytest.mark.parametrize(
    ("caller", "operation", "account", "readings", "sender", "unknown"),
    [
        pytest.param(ADMIN, Operation.ADMIN, None, REFUSED, ADMIN, None, id="no account named"),
        pytest.param(ADMIN, Operation.ADMIN, "linker", REFUSED, LINKER, None, id="another account"),
        pytest.param(ADMIN, Operation.ADMIN, "admin", REFUSED, ADMIN, None, id="its own account"),
        pytest.param(ADMIN, Operation.ADMIN, "linker", IGNORED, LINKER, None, id="another, unknown ones ignored"),
        pytest.param(ADMIN, Operation.ADMIN, "nobody", REFUSED, ADMIN, "nobody", id="unknown"),
        pytest.param(ADMIN, Operation.ADMIN, "former", REFUSED, ADMIN, "former", id="inactive"),
        pytest.param(ADMIN, Operation.ADMIN, "", REFUSED, ADMIN, "", id="empty name"),
        pytest.param(ADMIN, Operation.ADMIN, "nobody", IGNORED, ADMIN, None, id="unknown, ignored"),
        pytest.param(ADMIN, Operation.ADMIN, "former", IGNORED, ADMIN, None, id="inactive, ignored"),
        pytest.param(ADMIN, Operation.SERVICES, "linker", REFUSED, ADMIN, None, id="services' operation, admin"),
        pytest.param(CUSTOMER, Operation.SERVICES, "linker", REFUSED, CUSTOMER, None, id="services' operation"),
        pytest.param(CUSTOMER, Operation.SERVICES, "nobody", REFUSED, CUSTOMER, None, id="services', unknown"),
        pytest.param(CUSTOMER, Operation.SERVICES, None, REFUSED, CUSTOMER, None, id="services', no account named"),
    ],
)
def test_the_sender_is_the_impersonated_account_else_the_caller(
    caller: Account,
    operation: Operation,
    account: str | None,
    readings: Readings,
    sender: Account,
    unknown: str | None,
) -> None:
    """REQ-7, ACC-3, ACC-4: an existing account is impersonated on the administrators' operation."""
    submission = a_submission(account=account)
    policy = a_policy(readings)

    context = context_of(an_attempt(submission, by=caller, operation=operation), submission, policy)

    assert context.policy is policy
    assert context.caller is caller
    assert context.sender is sender
    assert context.unknown_account == unknown
