"""Has the destination received this exact text as often as allowed? (AF-1)."""

from __future__ import annotations

from mock_server.domain.decision import Drop, quoted
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import Instant
from mock_server.domain.policy import Policy
from mock_server.domain.requirements import documented
from mock_server.domain.rules.finding import Count, Finding
from mock_server.domain.rules.rule import OfferRule, Rule

_AF_1 = documented("AF-1")
_DROP = Drop(_AF_1)


def duplicate(offer: Offer, tally: Tally) -> Drop | None:
    """Drop a copy silently when the window is full."""
    return _DROP if tally.duplicates >= offer.limits.duplicates else None


def describe_duplicate(offer: Offer, tally: Tally, policy: Policy, at: Instant) -> Finding:
    """Show how many copies of this text the window held, since when, and when it has room again."""
    limits = policy.limits
    count = Count(
        tally.duplicates,
        limits.duplicates,
        limits.duplicates_window,
        tally.duplicates_frees_at,
        tally.duplicates_room_at,
    )
    remedy = (
        f"{count.until_room(at)}; or send another text, or raise `anti_flooding.duplicates.limit` of the scenario"
    )
    return Finding(
        _AF_1, f"{quoted(offer.text)} through {offer.provider}", count.in_words("identical texts", at), remedy
    )


DUPLICATE: OfferRule = Rule("duplicate", duplicate, describe_duplicate)
