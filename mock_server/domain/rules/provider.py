"""Is there a provider to take the message? (PR-1, PR-2, ERR-64)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import NO_PROVIDER
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.requirements import documented

_UNAVAILABLE = Refused(NO_PROVIDER, documented("PR-1"), reason="no provider is up")


def provider(offer: Offer, _: Tally) -> Refused | None:
    """Refuse where failover has run out of providers."""
    return _UNAVAILABLE if offer.provider is None else None
