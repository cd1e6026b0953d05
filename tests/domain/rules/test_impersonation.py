"""The rule `impersonation`."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import (
    BAD_CREDENTIALS,
)
from mock_server.domain.policy import Readings
from mock_server.domain.requirements import assumed
from mock_server.domain.rules import (
    context_of,
)
from mock_server.domain.rules.impersonation import impersonation
from mock_server.domain.submission import (
    Operation,
)
from tests.domain.asking import (
    a_policy,
    a_submission,
    an_attempt,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "nobody to send for", "an active account", "omit `account`"),
    ({"account": "customer"}, "to send for 'customer'", "an active account", "omit"),
    ({"account": "admin"}, "to send for 'admin'", "an active account", "omit"),
    ({"account": "nobody"}, "to send for 'nobody', unknown", "an active account", "omit"),
    ({"account": "former"}, "to send for 'former', not active", "an active account", "omit"),
    (
        {"account": "nobody", "readings": Readings(unknown_account_is_ignored=True)},
        "to send for 'nobody', ignored (ACC-3)",
        "an active account",
        "omit",
    ),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_fields(account="nobody")


@pytest.mark.requirement("REQ-7", "ACC-3")
@pytest.mark.parametrize("account", [None, "customer", "linker", "admin"])
def test_an_active_account_or_none_is_good(account: str | None) -> None:
    """REQ-7: an administrator may name any active account, its own, or none."""
    submission = a_submission(account=account)

    assert impersonation(submission, context_of(an_attempt(submission), submission, a_policy())) is None


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize("account", ["nobody", "former", "", "Customer", " customer"])
def test_an_unknown_or_inactive_account_is_answered_like_bad_credentials(account: str) -> None:
    """ACC-3: the same 401 and code 63 as for bad credentials; an empty name is unknown."""
    submission = a_submission(account=account)

    said = impersonation(submission, context_of(an_attempt(submission), submission, a_policy()))

    refused = assert_refused(said, BAD_CREDENTIALS, assumed("ACC-3"))
    assert refused.details is None
    assert repr(account) in (refused.reason or "")


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize("account", ["nobody", "former", ""])
def test_under_the_other_reading_such_an_account_is_ignored(account: str) -> None:
    """ACC-3, the alternative: sent as the caller."""
    submission = a_submission(account=account)
    policy = a_policy(Readings(unknown_account_is_ignored=True))

    assert impersonation(submission, context_of(an_attempt(submission), submission, policy)) is None


@pytest.mark.requirement("ACC-4")
def test_on_the_services_operation_the_account_is_ignored() -> None:
    """ACC-4: `account` is not read there, so an unknown one is no error."""
    submission = a_submission(account="nobody")
    attempt = an_attempt(submission, operation=Operation.SERVICES)

    assert impersonation(submission, context_of(attempt, submission, a_policy())) is None
