"""The rule `privilege`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.domain.errors import (
    BAD_CREDENTIALS,
    NOT_PRIVILEGED,
)
from mock_server.domain.policy import Account, Readings
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.privilege import privilege
from mock_server.domain.submission import (
    Operation,
)
from tests.domain.asking import (
    ACCOUNTS,
    ADMIN,
    CUSTOMER,
    LINKER,
    a_policy,
    an_attempt,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "account 'admin', an administrator", "administrators only", "`admin: true`"),
    ({"by": CUSTOMER, "operation": Operation.SERVICES}, "'customer', no admin", "any account", "services"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return replace(attempt, caller=ACCOUNTS["customer"])


@pytest.mark.requirement("ACC-2", "OP-1", "OP-2")
@pytest.mark.parametrize(
    ("account", "operation"),
    [(ADMIN, Operation.ADMIN), (ADMIN, Operation.SERVICES), (CUSTOMER, Operation.SERVICES)],
    ids=["admin on Admin", "admin on Services", "customer on Services"],
)
@pytest.mark.parametrize("readings", [Readings(), Readings(unprivileged_is_forbidden=True)], ids=["401", "403"])
def test_only_the_administrators_operation_asks_for_the_privilege(
    account: Account, operation: Operation, readings: Readings
) -> None:
    """ACC-2: an administrator may use both operations, any account the services' operation."""
    assert privilege(an_attempt(by=account, operation=operation), a_policy(readings)) is None


@pytest.mark.requirement("ACC-2")
@pytest.mark.parametrize("account", [CUSTOMER, LINKER], ids=lambda account: account.username)
def test_an_account_without_the_privilege_is_answered_as_if_its_password_were_wrong(account: Account) -> None:
    """ACC-2: 401, code 63, `Username or password not valid`."""
    refused = assert_refused(privilege(an_attempt(by=account), a_policy()), BAD_CREDENTIALS, assumed("ACC-2"))

    assert refused.details is None
    assert account.username in (refused.reason or "")


@pytest.mark.requirement("ACC-2")
def test_under_the_other_reading_it_is_forbidden() -> None:
    """ACC-2, the alternative: HTTP 403 with the same envelope."""
    policy = a_policy(Readings(unprivileged_is_forbidden=True))

    assert_refused(privilege(an_attempt(by=CUSTOMER), policy), NOT_PRIVILEGED, assumed("ACC-2"))
