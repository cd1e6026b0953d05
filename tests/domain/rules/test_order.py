"""The order of checks (ORD-1): the first rule that fires answers.

Each rule has a defect that makes it fire, and each two defects are put into one and the same attempt to send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from typing import Any

import msgspec
import pytest

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.errors import MALFORMED
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.msisdn import NumberList
from mock_server.domain.policy import Account, Policy, Provider, Readings
from mock_server.domain.requirements import assumed
from mock_server.domain.rules import (
    ATTEMPT_RULES,
    COUNTED_ATTEMPT_RULES,
    HEALTH_RULES,
    OFFER_RULES,
    ORDER,
    SUBMISSION_RULES,
    context_of,
    object_to_attempt,
    object_to_offer,
    object_to_submission,
)
from mock_server.domain.submission import (
    Attempt,
    BasicCredentials,
    Operation,
    Reference,
    Submission,
    Unreadable,
    Webhook,
)
from tests.domain.asking import ACCOUNTS, ADMIN, MORNING, SERVICES, URL, an_attempt

ORD_1 = (
    "authentication",
    "privilege",
    "content",
    "length",
    "text",
    "destination",
    "reference",
    "impersonation",
    "webhook",
    "reachability",
    "url",
    "watchlist",
    "volume",
    "provider",
    "duplicate",
)
"""What ORD-1 says from authentication on: 415 and the body's shape are `content`, BAD-3 is `length`."""


@dataclass(frozen=True)
class DefectiveAttempt:
    """An attempt to send, with everything that the rules look at."""

    caller: Account = ADMIN
    password: str | None = None
    unreadable: bool = False
    submission: Submission = field(default_factory=lambda: Submission("+447700900123", "Hello"))
    readings: Readings = field(default_factory=Readings)
    watchlist: NumberList = field(default_factory=NumberList)
    unreachable: NumberList = field(default_factory=NumberList)
    up: bool = True
    tally: Tally = field(default_factory=Tally)

    def with_fields(self, **fields: Any) -> DefectiveAttempt:
        """The case with another submission."""
        return replace(self, submission=msgspec.structs.replace(self.submission, **fields))

    def with_tally(self, **counted: int) -> DefectiveAttempt:
        """The case with other windows."""
        return replace(self, tally=msgspec.structs.replace(self.tally, **counted))

    @property
    def policy(self) -> Policy:
        """The scenario of the case."""
        return Policy(
            accounts=ACCOUNTS,
            services=SERVICES,
            providers=(Provider("PROVIDER1", up=self.up),),
            readings=self.readings,
            watchlist=self.watchlist,
            unreachable=self.unreachable,
        )

    @property
    def attempt(self) -> Attempt:
        """The request of the case."""
        credentials = BasicCredentials(self.caller.username, self.password or self.caller.password)
        content = Unreadable(MALFORMED, assumed("BAD-1"), "body: empty") if self.unreadable else self.submission
        return Attempt(Operation.ADMIN, credentials, content, MORNING, "exchange-1")

    def ask(self) -> Objection[Refused | Drop] | Objection[Refused] | None:
        """Ask all rules, stage by stage, as the gateway does."""
        policy = self.policy
        submission = object_to_attempt(self.attempt, policy)
        if isinstance(submission, Objection):
            return submission
        objection = object_to_submission(submission, context_of(self.attempt, submission, policy))
        if objection is not None:
            return objection
        offer = Offer(submission.destination, submission.text, policy.provider(), policy.limits)
        return object_to_offer(offer, self.tally)


EVERYBODY = NumberList(("*",))

DEFECTS: dict[str, Callable[[DefectiveAttempt], DefectiveAttempt]] = {
    "authentication": lambda case: replace(case, password="wrong"),
    "privilege": lambda case: replace(case, caller=ACCOUNTS["customer"]),
    "content": lambda case: replace(case, unreadable=True),
    "length": lambda case: case.with_fields(text=case.submission.text.ljust(1601)),
    "text": lambda case: replace(case, readings=Readings(blank_text_is_empty=True)).with_fields(text=" "),
    "destination": lambda case: case.with_fields(destination="oops"),
    "reference": lambda case: case.with_fields(reference=Reference("UNKNOWN")),
    "impersonation": lambda case: case.with_fields(account="nobody"),
    "webhook": lambda case: case.with_fields(webhook=Webhook("oops")),
    "reachability": lambda case: replace(case, unreachable=EVERYBODY),
    "url": lambda case: case.with_fields(text=URL),
    "watchlist": lambda case: replace(case, watchlist=EVERYBODY),
    "volume": lambda case: case.with_tally(volume=150),
    "provider": lambda case: replace(case, up=False),
    "duplicate": lambda case: case.with_tally(duplicates=2),
}
"""What makes each rule fire."""

NEVER_TOGETHER = {
    ("text", "url"): "a blank text holds no URL",
    **{
        ("content", rule): "a body that nothing can be read from holds no fields"
        for rule in ("length", "text", "destination", "reference", "impersonation", "webhook", "url")
    },
}
"""Defects that one request cannot have at once."""

PAIRS = [pair for pair in combinations(ORD_1, 2) if pair not in NEVER_TOGETHER]


def _broken(*rules: str) -> DefectiveAttempt:
    """A case with these defects; the ones that replace the text come first, those that add to it later."""
    case = DefectiveAttempt()
    for rule in sorted(rules, key=lambda name: (name == "length", name)):
        case = DEFECTS[rule](case)
    return case


@pytest.mark.requirement("ORD-1")
def test_the_order_of_the_rules_is_that_of_the_requirement() -> None:
    """ORD-1: from authentication to the silent drop, none left out, none twice."""
    assert ORDER == ORD_1


@pytest.mark.requirement("ORD-1")
def test_the_three_stages_make_up_the_order() -> None:
    """ORD-1: what needs no submission, what needs no counting, and the rest."""
    stages = [[rule.name for rule in stage] for stage in (ATTEMPT_RULES, SUBMISSION_RULES, OFFER_RULES)]

    assert stages == [list(ORD_1[:4]), list(ORD_1[4:12]), list(ORD_1[12:])]


@pytest.mark.requirement("ORD-1", "REQ-11")
def test_nothing_stands_against_a_good_submission() -> None:
    """ORD-1: where no rule fires, the message is handed over."""
    assert DefectiveAttempt().ask() is None


@pytest.mark.requirement("ORD-1")
@pytest.mark.parametrize("rule", ORD_1)
def test_one_defect_is_answered_by_its_own_rule(rule: str) -> None:
    """ORD-1: every rule is asked, and no other fires for what it alone looks at."""
    objection = _broken(rule).ask()

    assert objection is not None
    assert objection.rule == rule
    assert isinstance(objection.said, Drop if rule == "duplicate" else Refused)


@pytest.mark.requirement("ORD-1")
@pytest.mark.parametrize(("earlier", "later"), PAIRS)
def test_of_two_defects_the_earlier_rule_answers(earlier: str, later: str) -> None:
    """ORD-1: the first that fires answers, and it answers as if the other defect were not there."""
    objection = _broken(earlier, later).ask()

    assert objection is not None
    assert objection.rule == earlier


def test_every_two_neighbours_were_put_side_by_side() -> None:
    """The pairs above leave out only what one request cannot have at once."""
    assert set(pairwise(ORD_1)) - set(PAIRS) == {("content", "length")}


@pytest.mark.requirement("ORD-1")
def test_of_all_defects_at_once_each_answers_when_the_earlier_ones_are_mended() -> None:
    """ORD-1: a client that mends one defect after the other meets the rules in their order."""
    defects = [rule for rule in ORD_1 if rule not in {"content", "url"}]
    met = []
    while defects:
        objection = _broken(*defects).ask()
        assert objection is not None
        met.append(objection.rule)
        defects.remove(objection.rule)

    assert met == [rule for rule in ORD_1 if rule not in {"content", "url"}]


@pytest.mark.requirement("ORD-1", "BAD-4")
def test_an_attempt_that_nothing_stands_against_yields_its_submission() -> None:
    """ORD-1: the first stage hands on what it read, untouched."""
    attempt = an_attempt()

    assert object_to_attempt(attempt, DefectiveAttempt().policy) is attempt.content


@pytest.mark.requirement("OP-4", "ACC-1", "ACC-2")
def test_the_health_check_asks_who_calls_and_nothing_else() -> None:
    """OP-4: credentials of an administrator; it has no body that could be wrong."""
    assert [rule.name for rule in HEALTH_RULES] == ["authentication", "privilege"]


@pytest.mark.requirement("AF-5")
def test_a_well_formed_attempt_is_one_that_only_its_content_or_the_gateway_refuses() -> None:
    """AF-5, the alternative: who is unknown or sends what is malformed makes no attempt that counts."""
    ill_formed = {"authentication", "privilege", "content", "length", "text", "destination", "webhook"}

    assert set(ORDER) - COUNTED_ATTEMPT_RULES == ill_formed | {"volume", "provider", "duplicate"}
    assert set(ORDER) >= COUNTED_ATTEMPT_RULES
