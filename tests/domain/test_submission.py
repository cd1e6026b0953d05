"""Submissions, credentials and attempts."""

from __future__ import annotations

import pytest

from mock_server.domain.submission import BasicCredentials, Presented, Reference, Submission, Webhook
from tests.domain.asking import ADMIN, an_attempt


@pytest.mark.requirement("REQ-6", "REQ-10", "BAD-2", "BAD-8")
def test_absent_members_have_the_documented_defaults() -> None:
    """REQ-6, REQ-10, BAD-8: `detailed` is false, authentication is NONE, everything else is absent."""
    assert Submission() == Submission(
        destination="",
        text="",
        reference=None,
        detailed=False,
        account=None,
        lra=None,
        business_relation_id=None,
        webhook=None,
    )
    assert Webhook() == Webhook(url=None, authentication="NONE")
    assert Reference() == Reference(service=None, action=None, key=None)


def test_credentials_show_the_user_and_hide_the_password() -> None:
    """Secrets stay out: a password never reaches a log through `repr` or `str`."""
    credentials = BasicCredentials("admin", "admin-secret")

    assert repr(credentials) == "BasicCredentials(username='admin', password=…)"
    assert "admin-secret" not in f"{credentials} {credentials!r} {an_attempt(by=credentials)!r}"


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize("presented", list(Presented))
def test_an_attempt_without_usable_credentials_has_no_user(presented: Presented) -> None:
    """ACC-5: without authentication, the username is empty."""
    assert an_attempt(by=presented).username == ""


@pytest.mark.requirement("ACC-5")
def test_an_attempt_with_credentials_has_their_user() -> None:
    """ACC-5: the user is that of the credentials, before the password is checked."""
    assert an_attempt(by=ADMIN).username == "admin"
    assert an_attempt(by=BasicCredentials("nobody", "x")).username == "nobody"
