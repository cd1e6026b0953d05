"""Has the destination received as many messages as allowed? (AF-2)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import FLOODED
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import Instant, rfc3339, whole_second_from
from mock_server.domain.policy import Policy
from mock_server.domain.requirements import conflict
from mock_server.domain.rules.finding import Count, Finding
from mock_server.domain.rules.rule import OfferRule, Rule

_AF_2 = conflict("AF-2")


def volume(offer: Offer, tally: Tally) -> Refused | None:
    """Refuse a message when the window is full."""
    limit = offer.limits.volume
    if tally.volume < limit:
        return None
    room_at = tally.volume_room_at
    again = "" if room_at is None else f", room again at {rfc3339(whole_second_from(room_at))}"
    return Refused(FLOODED, _AF_2, reason=f"{tally.volume} of {limit} messages to this destination{again}")


def describe_volume(offer: Offer, tally: Tally, policy: Policy, at: Instant) -> Finding:
    """Show how many messages the window held, since when, and when it has room again."""
    limits = policy.limits
    count = Count(tally.volume, limits.volume, limits.volume_window, tally.volume_frees_at, tally.volume_room_at)
    limit = count.in_words("attempts" if limits.count_attempts else "messages", at)
    until = count.until_room(at) + (" (an attempt until then counts too)" if limits.count_attempts else "")
    remedy = f"{until}; or send to another number, or raise `anti_flooding.volume.limit` of the scenario"
    return Finding(_AF_2, offer.destination, limit, remedy)


VOLUME: OfferRule = Rule("volume", volume, describe_volume, reads_body=False)
