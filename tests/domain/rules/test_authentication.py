"""The rule `authentication`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.domain.errors import (
    BAD_CREDENTIALS,
    NO_CREDENTIALS,
)
from mock_server.domain.policy import Account
from mock_server.domain.requirements import Requirement, assumed, documented
from mock_server.domain.rules.authentication import authentication
from mock_server.domain.submission import (
    BasicCredentials,
    Operation,
    Presented,
)
from tests.domain.asking import (
    ADMIN,
    CUSTOMER,
    FORMER,
    a_policy,
    an_attempt,
    assert_refused,
)
from tests.domain.rules.examples import NO_HEADER, WRONG_PASSWORD, DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "user 'admin', the right password", "one of 4 accounts", "sign in as an active account"),
    ({"said": WRONG_PASSWORD}, "wrong password for 'admin'", "active", "sign in as an active"),
    (
        {"said": NO_HEADER, "by": Presented.NOTHING},
        "no Basic credentials were presented",
        "active",
        "send the header `Authorization: Basic",
    ),
    ({"policy": {"accounts": {"admin": ADMIN}}}, "user 'admin'", "one of 1 account", "sign in"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return replace(attempt, password="wrong")


ACC_1 = documented("ACC-1")
ACC_5 = assumed("ACC-5")


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("account", [ADMIN, CUSTOMER], ids=lambda account: account.username)
def test_username_and_password_of_an_active_account_are_good(account: Account, operation: Operation) -> None:
    """ACC-1: an active account authenticates on both operations; privileges are checked later."""
    assert authentication(an_attempt(by=account, operation=operation), a_policy()) is None


@pytest.mark.requirement("ERR-63a", "ANS-4")
def test_a_missing_header_has_its_own_message() -> None:
    """ERR-63a: without an `Authorization` header the message says that it is missing."""
    said = authentication(an_attempt(by=Presented.NOTHING), a_policy())

    refused = assert_refused(said, NO_CREDENTIALS, assumed("ERR-63a"))
    assert refused.details is None


@pytest.mark.requirement("ERR-63b", "ACC-1", "ACC-5")
@pytest.mark.parametrize(
    ("by", "requirement", "reason"),
    [
        pytest.param(Presented.UNDECODABLE, ACC_5, "not decodable", id="undecodable"),
        pytest.param(BasicCredentials("nobody", "admin-secret"), ACC_1, "no account 'nobody'", id="unknown user"),
        pytest.param(BasicCredentials("", ""), ACC_1, "no account ''", id="empty user and password"),
        pytest.param(BasicCredentials("", "admin-secret"), ACC_1, "no account ''", id="empty user"),
        pytest.param(
            BasicCredentials("Admin", "admin-secret"), ACC_1, "no account 'Admin'", id="user in another case"
        ),
        pytest.param(
            BasicCredentials("admin ", "admin-secret"), ACC_1, "no account 'admin '", id="space after the user"
        ),
        pytest.param(BasicCredentials("admin", ""), ACC_1, "wrong password", id="empty password"),
        pytest.param(
            BasicCredentials("admin", "Admin-Secret"), ACC_1, "wrong password", id="password in another case"
        ),
        pytest.param(
            BasicCredentials("admin", "admin-secret "), ACC_1, "wrong password", id="space after the password"
        ),
        pytest.param(BasicCredentials("admin", "admin-secre"), ACC_1, "wrong password", id="password cut short"),
        pytest.param(BasicCredentials("admin", "admin-secret:"), ACC_1, "wrong password", id="a colon more"),
        pytest.param(BasicCredentials("admin", "customer-secret"), ACC_1, "wrong password", id="another's password"),
        pytest.param(FORMER, ACC_1, "not active", id="inactive account"),
        pytest.param(BasicCredentials("former", "wrong"), ACC_1, "wrong password", id="inactive, and wrong password"),
    ],
)
def test_wrong_credentials_of_any_kind_get_the_same_answer(
    by: Account | BasicCredentials | Presented, requirement: Requirement, reason: str
) -> None:
    """ERR-63b: unknown user, wrong password, inactive account, undecodable header: only the explanation differs."""
    refused = assert_refused(authentication(an_attempt(by=by), a_policy()), BAD_CREDENTIALS, requirement)

    assert refused.details is None
    assert reason in (refused.reason or "")


@pytest.mark.requirement("ERR-63b")
@pytest.mark.parametrize("by", [BasicCredentials("admin", "guessed-password"), FORMER], ids=["wrong", "inactive"])
def test_a_refusal_never_quotes_a_password(by: Account | BasicCredentials) -> None:
    """The explanation contains neither the presented nor the right password."""
    refused = authentication(an_attempt(by=by), a_policy())

    assert "guessed-password" not in repr(refused)
    assert "-secret" not in repr(refused)


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize("password", ["", "pass:word", ":", "пароль", "🔑"])
def test_any_password_that_the_account_has_is_good(password: str) -> None:
    """ACC-5: the first colon separates, so a password may contain colons and any other character."""
    account = Account("anna", password)

    assert authentication(an_attempt(by=account), a_policy(accounts={"anna": account})) is None
