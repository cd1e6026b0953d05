"""The policy of a scenario, and its defaults."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import MALFORMED, MALFORMED_AS_500
from mock_server.domain.flooding import Limits, WindowKind
from mock_server.domain.instants import HOUR
from mock_server.domain.policy import Account, Health, Overlong, Policy, Provider, Readings


@pytest.mark.requirement("PR-2")
@pytest.mark.parametrize(
    ("up", "chosen"),
    [
        pytest.param({}, None, id="no providers"),
        pytest.param({"PROVIDER1": True}, "PROVIDER1", id="the only one"),
        pytest.param({"PROVIDER1": True, "MITTO": True}, "PROVIDER1", id="the first of two"),
        pytest.param(
            {"MITTO": True, "PROVIDER1": True}, "MITTO", id="the first in the scenario's order, not of names"
        ),
        pytest.param({"PROVIDER1": False, "MITTO": True}, "MITTO", id="failover to the second"),
        pytest.param({"A": False, "B": False, "C": True, "D": True}, "C", id="failover to the third"),
        pytest.param({"PROVIDER1": False, "MITTO": False}, None, id="all down"),
    ],
)
def test_the_first_provider_that_is_up_takes_the_message(up: dict[str, bool], chosen: str | None) -> None:
    """PR-2: providers are tried in the scenario's order; the first that is up takes the message."""
    policy = Policy(providers=tuple(Provider(name, is_up) for name, is_up in up.items()))

    assert policy.provider() == chosen


@pytest.mark.requirement("BAD-1")
def test_a_malformed_request_is_400_unless_bad_1_is_read_the_other_way() -> None:
    """BAD-1: the default is HTTP 400, the alternative HTTP 500 with the same envelope."""
    assert Policy().malformed is MALFORMED
    assert Policy(readings=Readings(malformed_is_500=True)).malformed is MALFORMED_AS_500


@pytest.mark.requirement("ANS-2", "ANS-5", "NUM-1", "ACC-2", "ACC-3", "URL-3", "BAD-1", "BAD-3", "BAD-7", "AF-7")
def test_the_default_readings_are_those_of_the_requirements() -> None:
    """A scenario without `assume` takes the default of every switch."""
    assert Readings() == Readings(
        provider_null_when_not_detailed=False,
        challenge=True,
        numbering_plan=False,
        unprivileged_is_forbidden=False,
        unknown_account_is_ignored=False,
        bare_domains_are_urls=True,
        malformed_is_500=False,
        overlong=Overlong.MALFORMED,
        blank_text_is_empty=False,
        dropped_is_rejected=False,
    )


@pytest.mark.requirement("AF-1", "AF-2", "AF-4", "AF-5")
def test_the_default_limits_are_two_copies_and_150_messages_in_a_sliding_hour() -> None:
    """AF-1, AF-2, AF-4, AF-5: the numbers of the vendor's page; only messages that were handed over count."""
    assert Policy().limits == Limits(
        duplicates=2,
        duplicates_window=HOUR,
        volume=150,
        volume_window=HOUR,
        kind=WindowKind.SLIDING,
        count_attempts=False,
    )


@pytest.mark.requirement("ACC-1", "URL-2", "OP-9")
def test_an_account_is_active_and_may_nothing_special_unless_the_scenario_says_so() -> None:
    """ACC-1, URL-2: no admin privilege, no URLs. OP-9: all parts of the gateway are up."""
    account = Account("anna", "anna-secret")

    assert (account.active, account.admin, account.urls_allowed) == (True, False, False)
    assert Health() == Health(database=True, services=True, gateway=True)
    assert Provider("PROVIDER1").up


def test_an_account_hides_its_password() -> None:
    """`repr` leaves out the password, so that it never reaches a log."""
    account = Account("anna", "anna-secret", admin=True, active=False)

    assert repr(account) == "Account(username='anna', admin=True, active=False)"
    assert "anna-secret" not in f"{account} {Policy(accounts={'anna': account})!r}"
