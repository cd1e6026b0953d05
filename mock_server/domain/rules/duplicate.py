"""Has the destination had this very text often enough? (AF-1)."""

from __future__ import annotations

from mock_server.domain.decision import Drop
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.requirements import documented

_DROP = Drop(documented("AF-1"))


def duplicate(offer: Offer, tally: Tally) -> Drop | None:
    """Drop silently what comes after the last copy that the window has room for."""
    return _DROP if tally.duplicates >= offer.limits.duplicates else None
