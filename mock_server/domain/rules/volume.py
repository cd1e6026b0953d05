"""Has the destination had all it may get? (AF-2)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import FLOODED
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import rfc3339
from mock_server.domain.requirements import conflict

_AF_2 = conflict("AF-2")


def volume(offer: Offer, tally: Tally) -> Refused | None:
    """Refuse what comes after the last message that the window has room for."""
    limit = offer.limits.volume
    if tally.volume < limit:
        return None
    frees = f", room again at {rfc3339(tally.volume_frees_at)}" if tally.volume_frees_at is not None else ""
    return Refused(FLOODED, _AF_2, reason=f"{tally.volume} of {limit} messages to this destination{frees}")
