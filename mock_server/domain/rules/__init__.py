"""The catalogue of the rules, in the order in which they are asked (ORD-1): the first that refuses answers.

There are three stages, because each knows more than the one before: an attempt that may not even hold a submission,
a submission with the accounts behind it, and an offer to the provider with what the windows counted.

The loops over the stages run for every send. They load `rule.ask` before they call it: CPython 3.11 does not
specialize a call through a slot, and `rule.ask(…)` in one step takes a tenth longer for all rules together.
"""

from __future__ import annotations

from typing import Any

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.policy import Policy
from mock_server.domain.rules.authentication import AUTHENTICATION
from mock_server.domain.rules.content import CONTENT
from mock_server.domain.rules.context import Context, context_of
from mock_server.domain.rules.destination import DESTINATION
from mock_server.domain.rules.duplicate import DUPLICATE
from mock_server.domain.rules.impersonation import IMPERSONATION
from mock_server.domain.rules.length import LENGTH
from mock_server.domain.rules.privilege import PRIVILEGE
from mock_server.domain.rules.provider import PROVIDER
from mock_server.domain.rules.reachability import REACHABILITY
from mock_server.domain.rules.reference import REFERENCE
from mock_server.domain.rules.rule import AttemptRule, OfferRule, Rule, SubmissionRule
from mock_server.domain.rules.text import TEXT
from mock_server.domain.rules.url import URL
from mock_server.domain.rules.volume import VOLUME
from mock_server.domain.rules.watchlist import WATCHLIST
from mock_server.domain.rules.webhook import WEBHOOK
from mock_server.domain.submission import Attempt, Submission

__all__ = [
    "ATTEMPT_RULES",
    "CATALOGUE",
    "COUNTED_ATTEMPT_RULES",
    "HEALTH_RULES",
    "OFFER_RULES",
    "ORDER",
    "SUBMISSION_RULES",
    "Context",
    "context_of",
    "object_to_attempt",
    "object_to_health_check",
    "object_to_offer",
    "object_to_submission",
]

HEALTH_RULES: tuple[AttemptRule, ...] = (AUTHENTICATION, PRIVILEGE)

ATTEMPT_RULES: tuple[AttemptRule, ...] = (*HEALTH_RULES, CONTENT, LENGTH)

SUBMISSION_RULES: tuple[SubmissionRule, ...] = (
    TEXT,
    DESTINATION,
    REFERENCE,
    IMPERSONATION,
    WEBHOOK,
    REACHABILITY,
    URL,
    WATCHLIST,
)

OFFER_RULES: tuple[OfferRule, ...] = (VOLUME, PROVIDER, DUPLICATE)

CATALOGUE: tuple[Rule[Any, Any], ...] = (*ATTEMPT_RULES, *SUBMISSION_RULES, *OFFER_RULES)
"""All rules in the order in which they are asked."""

ORDER: tuple[str, ...] = tuple(rule.name for rule in CATALOGUE)
"""The names of all rules in the order in which they are asked."""

COUNTED_ATTEMPT_RULES = frozenset(rule.name for rule in CATALOGUE if rule.counts)
"""The rules whose refused attempts count under the alternative reading of AF-5."""


def object_to_health_check(attempt: Attempt, policy: Policy) -> Objection[Refused] | None:
    """Check whether the caller may use the administrators' health check (OP-4)."""
    for rule in HEALTH_RULES:
        refused = rule.ask(attempt, policy)
        if refused is not None:
            return Objection(rule.name, refused)
    return None


def object_to_attempt(attempt: Attempt, policy: Policy) -> Objection[Refused] | Submission:
    """Check the caller and the body; return the submission if no rule refuses."""
    for rule in ATTEMPT_RULES:
        ask = rule.ask
        refused = ask(attempt, policy)
        if refused is not None:
            return Objection(rule.name, refused)
    content = attempt.content
    assert isinstance(content, Submission), "the rule `content` refuses everything else"  # noqa: S101
    return content


def object_to_submission(submission: Submission, context: Context) -> Objection[Refused] | None:
    """Check everything that does not depend on counts."""
    for rule in SUBMISSION_RULES:
        ask = rule.ask
        refused = ask(submission, context)
        if refused is not None:
            return Objection(rule.name, refused)
    return None


def object_to_offer(offer: Offer, tally: Tally) -> Objection[Refused | Drop] | None:
    """Check what depends on counts: the windows and the providers."""
    for rule in OFFER_RULES:
        ask = rule.ask
        said = ask(offer, tally)
        if said is not None:
            return Objection(rule.name, said)
    return None
