"""Is the destination on the watchlist? (WL-1, WL-2)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import WATCHLISTED
from mock_server.domain.requirements import documented
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding, entries
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission

_WL_1 = documented("WL-1")


def watchlist(submission: Submission, context: Context) -> Refused | None:
    """Refuse a destination that an entry covers, as an exact number or a prefix."""
    number, listed = submission.destination, context.policy.watchlist
    if not listed.covers(number):
        return None
    return Refused(WATCHLISTED, _WL_1, reason=f"the destination is on the watchlist: {listed.entry_for(number)}")


def describe_watchlist(submission: Submission, context: Context) -> Finding:
    """Show the entry that covers the number."""
    number, listed = submission.destination, context.policy.watchlist
    entry = listed.entry_for(number)
    limit = entries(len(listed.entries), "the watchlist") if entry is None else f"on the watchlist: {entry}"
    remedy = "send to a number that no watchlist entry covers, or change `watchlist` of the scenario"
    return Finding(_WL_1, number, limit, remedy)


WATCHLIST: SubmissionRule = Rule("watchlist", watchlist, describe_watchlist, counts=True)
