"""The rule `watchlist`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.domain.errors import (
    WATCHLISTED,
)
from mock_server.domain.msisdn import NumberList
from mock_server.domain.policy import Account
from mock_server.domain.requirements import documented
from mock_server.domain.rules.watchlist import watchlist
from tests.domain.asking import (
    ADMIN,
    CUSTOMER,
    LINKER,
    a_context,
    a_submission,
    assert_refused,
)
from tests.domain.rules.examples import EVERYBODY, DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "+447700900123", "the watchlist is empty", "change `watchlist`"),
    ({"policy": {"watchlist": NumberList(("+1*", "+2*"))}}, "+44", "2 entries, none covers it", "watch"),
    ({"policy": {"watchlist": NumberList(("+44*",))}}, "+44", "on the watchlist: +44*", "watchlist"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return replace(attempt, watchlist=EVERYBODY)


LISTED = NumberList(("+447700900061", "+447700901*"))


@pytest.mark.requirement("WL-1", "WL-2", "ERR-61")
@pytest.mark.parametrize(
    ("number", "entry"),
    [("+447700900061", "+447700900061"), ("+447700901000", "+447700901*"), ("+447700901", "+447700901*")],
)
def test_a_listed_destination_is_code_61(number: str, entry: str) -> None:
    """WL-1, WL-2: exact numbers and prefixes; the explanation shows the entry that covers the number."""
    said = watchlist(a_submission(destination=number), a_context(watchlist=LISTED))

    refused = assert_refused(said, WATCHLISTED, documented("WL-1"))
    assert refused.details is None
    assert refused.reason == f"the destination is on the watchlist: {entry}"


@pytest.mark.requirement("WL-2")
@pytest.mark.parametrize("number", ["+447700900062", "+4477009000610", "+44770090006", "+44770090", "+1447700901000"])
def test_a_destination_that_no_entry_covers_is_good(number: str) -> None:
    """WL-2: an exact entry is no prefix, and a prefix is no suffix."""
    assert watchlist(a_submission(destination=number), a_context(watchlist=LISTED)) is None


@pytest.mark.requirement("WL-2")
@pytest.mark.parametrize("caller", [ADMIN, CUSTOMER, LINKER], ids=lambda account: account.username)
def test_the_list_is_the_whole_gateways(caller: Account) -> None:
    """WL-1, WL-2: the watchlist applies to every account."""
    said = watchlist(a_submission(destination="+447700900061"), a_context(caller=caller, watchlist=LISTED))

    assert_refused(said, WATCHLISTED, documented("WL-1"))


@pytest.mark.requirement("WL-1")
def test_without_a_watchlist_no_number_is_refused() -> None:
    """WL-1: a scenario without entries blocks no number."""
    assert watchlist(a_submission(destination="+447700900061"), a_context()) is None
