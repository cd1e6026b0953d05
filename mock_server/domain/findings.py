"""What each rule found in one decision, in order. This runs for explanations, never while a send is served."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.policy import Policy
from mock_server.domain.rules import ATTEMPT_RULES, CATALOGUE, OFFER_RULES, ORDER, SUBMISSION_RULES, context_of
from mock_server.domain.rules.finding import Finding
from mock_server.domain.submission import Attempt, Submission

_ATTEMPT = {rule.name: rule for rule in ATTEMPT_RULES}
_SUBMISSION = {rule.name: rule for rule in SUBMISSION_RULES}
_OFFER = {rule.name: rule for rule in OFFER_RULES}
_READS_BODY = {rule.name: rule.reads_body for rule in CATALOGUE}


class RuleVerdict(StrEnum):
    """What a rule said in one decision."""

    PASSED = "passed"
    REFUSED = "refused"
    DROPPED = "dropped"
    NOT_ASKED = "not asked"


class AskedRule(msgspec.Struct, frozen=True):
    """A rule, its verdict, and its finding if it was asked."""

    rule: str
    said: RuleVerdict
    finding: Finding | None = None


class ExplainedCase(msgspec.Struct, frozen=True):
    """The input of the rules, as far as it is still known, and the objection."""

    attempt: Attempt
    policy: Policy
    tally: Tally
    objection: Objection[Refused | Drop] | None
    body_kept: bool = True
    """If not, only the destination of the submission is known."""

    @property
    def _submission(self) -> Submission:
        return self.attempt.content if isinstance(self.attempt.content, Submission) else Submission()

    def findings(self, rules: tuple[str, ...] = ORDER) -> list[AskedRule]:
        """Every rule in order; those after the objection were not asked."""
        found: list[AskedRule] = []
        decided = False
        for rule in rules:
            if decided:
                found.append(AskedRule(rule, RuleVerdict.NOT_ASKED))
                continue
            said = self.objection.said if self.objection is not None and self.objection.rule == rule else None
            found.append(AskedRule(rule, _word(said), self._finding(rule, said)))
            decided = said is not None
        return found

    def _finding(self, rule: str, said: Refused | Drop | None) -> Finding:
        finding = self._described(rule, said)
        if said is not None:
            finding = msgspec.structs.replace(finding, requirement=said.requirement)
        if self.body_kept or not _READS_BODY[rule]:
            return finding
        # The counts of the windows are still known when the body is evicted; what a rule read in it is not.
        limit = finding.limit if rule in _OFFER else None
        return msgspec.structs.replace(finding, saw=None, limit=limit)

    def _described(self, rule: str, said: Refused | Drop | None) -> Finding:
        if rule in _ATTEMPT:
            return _ATTEMPT[rule].describe(self.attempt, self.policy, said if isinstance(said, Refused) else None)
        submission = self._submission
        if rule in _SUBMISSION:
            return _SUBMISSION[rule].describe(submission, context_of(self.attempt, submission, self.policy))
        offer = Offer(submission.destination, submission.text, self.policy.provider(), self.policy.limits)
        return _OFFER[rule].describe(offer, self.tally, self.policy, self.attempt.at)


def _word(said: Refused | Drop | None) -> RuleVerdict:
    if said is None:
        return RuleVerdict.PASSED
    return RuleVerdict.REFUSED if isinstance(said, Refused) else RuleVerdict.DROPPED
