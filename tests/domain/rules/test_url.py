"""The rule `url`."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import (
    URL_DENIED,
)
from mock_server.domain.policy import Account, Readings
from mock_server.domain.requirements import documented
from mock_server.domain.rules import (
    context_of,
)
from mock_server.domain.rules.url import url
from tests.domain.asking import (
    ADMIN,
    CUSTOMER,
    LINKER,
    URL,
    a_context,
    a_policy,
    a_submission,
    an_attempt,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "no URL", "account 'admin' may not send URLs", "remove the URL"),
    ({"text": f"go {URL}", "by": LINKER}, f"'{URL}'", "account 'linker' may send URLs", "`urls: allowed`"),
    ({"text": URL, "account": "linker"}, f"'{URL}'", "account 'linker' may send URLs", "`urls: allowed`"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_fields(text=URL)


EXPLICIT_ONLY = Readings(bare_domains_are_urls=False)
WITH_URL = a_submission(text=f"Pay at {URL} now")


@pytest.mark.requirement("URL-1", "URL-2", "ERR-74")
@pytest.mark.parametrize("caller", [CUSTOMER, ADMIN], ids=lambda account: account.username)
def test_a_url_is_denied_unless_the_account_says_otherwise(caller: Account) -> None:
    """URL-1, URL-2: the permission is set per account; administrators do not have it by default."""
    refused = assert_refused(url(WITH_URL, a_context(caller=caller)), URL_DENIED, documented("URL-1"))

    assert refused.details is None
    assert refused.reason == f"account {caller.username!r} may not send URLs; found {URL!r}"


@pytest.mark.requirement("URL-1")
def test_an_account_with_the_permission_sends_urls() -> None:
    """URL-1: sending URLs is a permission of the account."""
    assert url(WITH_URL, a_context(caller=LINKER)) is None


@pytest.mark.requirement("URL-2")
@pytest.mark.parametrize(
    ("account", "allowed"), [("linker", True), ("customer", False), (None, False), ("nobody", False)]
)
def test_under_impersonation_the_impersonated_accounts_permission_counts(account: str | None, allowed: bool) -> None:
    """URL-2: not the caller's; if the account is unknown, the caller's permission counts."""
    submission = a_submission(text=URL, account=account)
    context = context_of(an_attempt(submission), submission, a_policy())

    assert (url(submission, context) is None) is allowed


@pytest.mark.requirement("URL-2")
def test_a_caller_with_the_permission_lends_it_to_nobody() -> None:
    """URL-2: an administrator who may send URLs cannot send them for an account that may not."""
    assert_refused(url(WITH_URL, a_context(caller=LINKER, sender=CUSTOMER)), URL_DENIED, documented("URL-1"))


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize(
    ("text", "wide", "narrow"),
    [
        ("https://example.com", False, False),
        ("www.example.com", False, False),
        ("example.com", False, True),
        ("пример.рф", False, True),
        ("例子。中国", False, True),
        ("anna@example.com", True, True),
        ("Hello. World", True, True),
        ("3.14", True, True),
    ],
)
def test_which_texts_are_denied_follows_the_reading_of_a_url(text: str, wide: bool, narrow: bool) -> None:
    """URL-3: a bare domain is denied by default and passes under the alternative; the rest is the same."""
    submission = a_submission(text=text)

    assert (url(submission, a_context(caller=CUSTOMER)) is None) is wide
    assert (url(submission, a_context(EXPLICIT_ONLY, caller=CUSTOMER)) is None) is narrow
