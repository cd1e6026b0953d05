"""Is a provider available? (PR-1, PR-2, ERR-64)."""

from __future__ import annotations

from mock_server.domain.decision import Refused
from mock_server.domain.errors import NO_PROVIDER
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import Instant
from mock_server.domain.policy import Policy
from mock_server.domain.requirements import documented
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import OfferRule, Rule

_PR_1 = documented("PR-1")
_UNAVAILABLE = Refused(NO_PROVIDER, _PR_1, reason="no provider is up")


def provider(offer: Offer, _: Tally) -> Refused | None:
    """Refuse when no provider is up."""
    return _UNAVAILABLE if offer.provider is None else None


def describe_provider(offer: Offer, _: Tally, policy: Policy, __: Instant) -> Finding:
    """Show the provider that would take the message, and the state of each."""
    states = ", ".join(f"{each.name} {'up' if each.up else 'down'}" for each in policy.providers)
    saw = "no provider that is up" if offer.provider is None else offer.provider
    remedy = "bring a provider up: change `providers` of the scenario"
    return Finding(_PR_1, saw, f"the first that is up of: {states or 'none'}", remedy)


PROVIDER: OfferRule = Rule("provider", provider, describe_provider, reads_body=False)
