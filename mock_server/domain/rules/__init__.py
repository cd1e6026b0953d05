"""The order of checks (ORD-1): the first rule that fires answers.

Three tuples, because each stage knows more than the one before: an attempt that may not even hold a submission,
a submission with the accounts behind it, and an offer to the provider with what the windows counted.
"""

from __future__ import annotations

from collections.abc import Callable

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.policy import Policy
from mock_server.domain.rules.authentication import authentication
from mock_server.domain.rules.content import content
from mock_server.domain.rules.context import Context, context_of
from mock_server.domain.rules.destination import destination
from mock_server.domain.rules.duplicate import duplicate
from mock_server.domain.rules.impersonation import impersonation
from mock_server.domain.rules.length import length
from mock_server.domain.rules.privilege import privilege
from mock_server.domain.rules.provider import provider
from mock_server.domain.rules.reachability import reachability
from mock_server.domain.rules.reference import reference
from mock_server.domain.rules.text import text
from mock_server.domain.rules.url import url
from mock_server.domain.rules.volume import volume
from mock_server.domain.rules.watchlist import watchlist
from mock_server.domain.rules.webhook import webhook
from mock_server.domain.submission import Attempt, Submission

__all__ = [
    "ATTEMPT_RULES",
    "COUNTED_ATTEMPT_RULES",
    "HEALTH_RULES",
    "OFFER_RULES",
    "ORDER",
    "SUBMISSION_RULES",
    "Context",
    "context_of",
    "object_to_attempt",
    "object_to_offer",
    "object_to_submission",
]

HEALTH_RULES: tuple[Callable[[Attempt, Policy], Refused | None], ...] = (authentication, privilege)

ATTEMPT_RULES: tuple[Callable[[Attempt, Policy], Refused | None], ...] = (*HEALTH_RULES, content, length)

SUBMISSION_RULES: tuple[Callable[[Submission, Context], Refused | None], ...] = (
    text,
    destination,
    reference,
    impersonation,
    webhook,
    reachability,
    url,
    watchlist,
)

COUNTED_ATTEMPT_RULES = frozenset({"reference", "impersonation", "reachability", "url", "watchlist"})
"""Rules that refuse a well-formed attempt; it counts where AF-5 is read that way. The others find it ill-formed."""

OFFER_RULES: tuple[Callable[[Offer, Tally], Refused | Drop | None], ...] = (volume, provider, duplicate)

ORDER: tuple[str, ...] = tuple(rule.__name__ for rule in (*ATTEMPT_RULES, *SUBMISSION_RULES, *OFFER_RULES))
"""The names of all rules in the order in which they are asked."""


def object_to_attempt(attempt: Attempt, policy: Policy) -> Objection[Refused] | Submission:
    """Ask who calls and whether the body holds a submission; that submission, where nothing stands against it."""
    for rule in ATTEMPT_RULES:
        refused = rule(attempt, policy)
        if refused is not None:
            return Objection(rule.__name__, refused)
    assert isinstance(attempt.content, Submission), "the rule `content` refuses everything else"  # noqa: S101
    return attempt.content


def object_to_submission(submission: Submission, context: Context) -> Objection[Refused] | None:
    """Ask everything that needs no counting."""
    for rule in SUBMISSION_RULES:
        refused = rule(submission, context)
        if refused is not None:
            return Objection(rule.__name__, refused)
    return None


def object_to_offer(offer: Offer, tally: Tally) -> Objection[Refused | Drop] | None:
    """Ask what depends on what was counted before."""
    for rule in OFFER_RULES:
        said = rule(offer, tally)
        if said is not None:
            return Objection(rule.__name__, said)
    return None
