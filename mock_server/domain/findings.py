"""What each rule found, in the order asked: a describer for each rule, and what they say of one decision.

A describer stands beside its rule and is asked the same. Nothing of this runs while a send is served.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import Instant
from mock_server.domain.policy import Policy
from mock_server.domain.rules import ORDER, Context, context_of
from mock_server.domain.rules.authentication import describe_authentication
from mock_server.domain.rules.content import describe_content
from mock_server.domain.rules.destination import describe_destination
from mock_server.domain.rules.duplicate import describe_duplicate
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.impersonation import describe_impersonation
from mock_server.domain.rules.length import describe_length
from mock_server.domain.rules.privilege import describe_privilege
from mock_server.domain.rules.provider import describe_provider
from mock_server.domain.rules.reachability import describe_reachability
from mock_server.domain.rules.reference import describe_reference
from mock_server.domain.rules.text import describe_text
from mock_server.domain.rules.url import describe_url
from mock_server.domain.rules.volume import describe_volume
from mock_server.domain.rules.watchlist import describe_watchlist
from mock_server.domain.rules.webhook import describe_webhook
from mock_server.domain.submission import Attempt, Submission

OF_ATTEMPTS: dict[str, Callable[[Attempt, Policy, Refused | None], Finding]] = {
    "authentication": describe_authentication,
    "privilege": describe_privilege,
    "content": describe_content,
    "length": describe_length,
}
"""They are told what the rule said as well: of a wrong password nothing is kept to look at again."""

OF_SUBMISSIONS: dict[str, Callable[[Submission, Context], Finding]] = {
    "text": describe_text,
    "destination": describe_destination,
    "reference": describe_reference,
    "impersonation": describe_impersonation,
    "webhook": describe_webhook,
    "reachability": describe_reachability,
    "url": describe_url,
    "watchlist": describe_watchlist,
}

OF_OFFERS: dict[str, Callable[[Offer, Tally, Policy, Instant], Finding]] = {
    "volume": describe_volume,
    "provider": describe_provider,
    "duplicate": describe_duplicate,
}


class Said(StrEnum):
    """What became of a rule."""

    PASSED = "passed"
    REFUSED = "refused"
    DROPPED = "dropped"
    NOT_ASKED = "not asked"


class Asked(msgspec.Struct, frozen=True):
    """A rule, what it said, and what it found where it was asked."""

    rule: str
    said: Said
    finding: Finding | None = None


class Case(msgspec.Struct, frozen=True):
    """What the rules were asked, as far as that is still known, and which of them objected."""

    attempt: Attempt
    policy: Policy
    tally: Tally
    objection: Objection[Refused | Drop] | None
    body_kept: bool = True
    """Otherwise the submission holds nothing but its destination."""

    @property
    def _submission(self) -> Submission:
        return self.attempt.content if isinstance(self.attempt.content, Submission) else Submission()

    def findings(self, rules: tuple[str, ...] = ORDER) -> list[Asked]:
        """Every rule in its order; what comes behind the one that objected was not asked."""
        found: list[Asked] = []
        decided = False
        for rule in rules:
            if decided:
                found.append(Asked(rule, Said.NOT_ASKED))
                continue
            said = self.objection.said if self.objection is not None and self.objection.rule == rule else None
            found.append(Asked(rule, _word(said), self._finding(rule, said)))
            decided = said is not None
        return found

    def _finding(self, rule: str, said: Refused | Drop | None) -> Finding:
        finding = self._described(rule, said)
        if said is not None:
            finding = msgspec.structs.replace(finding, requirement=said.requirement)
        if self.body_kept or rule not in _READING_THE_BODY:
            return finding
        # What the windows and the scenario say of a text that is gone stays true; what was compared with it does not.
        limit = finding.limit if rule in OF_OFFERS else None
        return msgspec.structs.replace(finding, saw=None, limit=limit)

    def _described(self, rule: str, said: Refused | Drop | None) -> Finding:
        if rule in OF_ATTEMPTS:
            return OF_ATTEMPTS[rule](self.attempt, self.policy, said if isinstance(said, Refused) else None)
        submission = self._submission
        if rule in OF_SUBMISSIONS:
            return OF_SUBMISSIONS[rule](submission, context_of(self.attempt, submission, self.policy))
        offer = Offer(submission.destination, submission.text, self.policy.provider(), self.policy.limits)
        return OF_OFFERS[rule](offer, self.tally, self.policy, self.attempt.at)


_READING_THE_BODY = frozenset({"length", *OF_SUBMISSIONS, "duplicate"})


def _word(said: Refused | Drop | None) -> Said:
    if said is None:
        return Said.PASSED
    return Said.REFUSED if isinstance(said, Refused) else Said.DROPPED
