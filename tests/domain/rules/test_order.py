"""The order of the rules (ORD-1): the first that refuses answers.

Each rule has a defect that makes it refuse. Every pair of defects is put into one attempt to send.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from contract_tests.contract.requirements import load_requirements
from mock_server.domain.decision import Drop, Refused
from mock_server.domain.rules import (
    ATTEMPT_RULES,
    COUNTED_ATTEMPT_RULES,
    HEALTH_RULES,
    OFFER_RULES,
    ORDER,
    SUBMISSION_RULES,
    object_to_attempt,
    object_to_health_check,
)
from tests.domain.asking import an_attempt
from tests.domain.rules.examples import Defect, DefectiveAttempt, examples_of

ORD_1 = tuple(str(next(each for each in load_requirements() if each.id == "ORD-1").default).split(", "))
"""The order of ORD-1 from authentication on: 415 and the shape of the body are `content`, BAD-3 is `length`."""

DEFECTS: dict[str, Defect] = {rule: examples_of(rule).defect for rule in ORDER}
"""The defect of each rule, from the test of the rule."""

NEVER_TOGETHER = {
    ("text", "url"): "a blank text holds no URL",
    **{
        ("content", rule): "an unreadable body has no fields"
        for rule in ("length", "text", "destination", "reference", "impersonation", "webhook", "url")
    },
}
"""Defects that one request cannot have at once."""

PAIRS = [pair for pair in combinations(ORD_1, 2) if pair not in NEVER_TOGETHER]


def _broken(*rules: str) -> DefectiveAttempt:
    """An attempt with these defects; those that replace the text are applied before those that extend it."""
    case = DefectiveAttempt()
    for rule in sorted(rules, key=lambda name: (name == "length", name)):
        case = DEFECTS[rule](case)
    return case


@pytest.mark.requirement("ORD-1")
def test_the_order_of_the_rules_is_that_of_the_requirement() -> None:
    """ORD-1: from authentication to the silent drop, each rule once."""
    assert ORDER == ORD_1


@pytest.mark.requirement("ORD-1")
def test_the_three_stages_make_up_the_order() -> None:
    """ORD-1: the rules before a submission, those before counting, and the rest."""
    stages = [[rule.name for rule in stage] for stage in (ATTEMPT_RULES, SUBMISSION_RULES, OFFER_RULES)]

    text, volume = ORD_1.index("text"), ORD_1.index("volume")
    assert stages == [list(ORD_1[:text]), list(ORD_1[text:volume]), list(ORD_1[volume:])]


@pytest.mark.requirement("ORD-1", "REQ-11")
def test_no_rule_refuses_a_good_submission() -> None:
    """ORD-1: if no rule refuses, the message is handed over."""
    assert DefectiveAttempt().ask() is None


@pytest.mark.requirement("ORD-1")
@pytest.mark.parametrize("rule", ORD_1)
def test_one_defect_is_answered_by_its_own_rule(rule: str) -> None:
    """ORD-1: every rule is asked, and a defect of one makes no other refuse."""
    objection = _broken(rule).ask()

    assert objection is not None
    assert objection.rule == rule
    assert isinstance(objection.said, Drop if rule == "duplicate" else Refused)


@pytest.mark.requirement("ORD-1")
@pytest.mark.parametrize(("earlier", "later"), PAIRS)
def test_of_two_defects_the_earlier_rule_answers(earlier: str, later: str) -> None:
    """ORD-1: the earlier rule answers, as if the other defect were not there."""
    objection = _broken(earlier, later).ask()

    assert objection is not None
    assert objection.rule == earlier


def test_every_pair_of_neighbours_is_tested() -> None:
    """The pairs leave out only defects that one request cannot have at once."""
    assert set(pairwise(ORD_1)) - set(PAIRS) == {("content", "length")}


@pytest.mark.requirement("ORD-1")
def test_of_all_defects_at_once_each_answers_when_the_earlier_ones_are_corrected() -> None:
    """ORD-1: a client that corrects one defect after the other gets the refusals in the order of the rules."""
    defects = [rule for rule in ORD_1 if rule not in {"content", "url"}]
    refusals = []
    while defects:
        objection = _broken(*defects).ask()
        assert objection is not None
        refusals.append(objection.rule)
        defects.remove(objection.rule)

    assert refusals == [rule for rule in ORD_1 if rule not in {"content", "url"}]


@pytest.mark.requirement("ORD-1", "BAD-4")
def test_an_attempt_that_no_rule_refuses_yields_its_submission() -> None:
    """ORD-1: the first stage returns the submission unchanged."""
    attempt = an_attempt()

    assert object_to_attempt(attempt, DefectiveAttempt().policy) is attempt.content


@pytest.mark.requirement("OP-4", "ACC-1", "ACC-2")
def test_the_health_check_asks_who_calls_and_nothing_else() -> None:
    """OP-4: it needs an administrator's credentials and has no body."""
    assert [rule.name for rule in HEALTH_RULES] == ["authentication", "privilege"]


@pytest.mark.requirement("OP-4", "ACC-1", "ACC-2")
@pytest.mark.parametrize("rule", ["authentication", "privilege"])
def test_health_check_is_refused_by_the_rule_that_objects(rule: str) -> None:
    """OP-4: wrong credentials and a missing privilege are refused; a good administrator is not."""
    attempt = _broken(rule)

    objection = object_to_health_check(attempt.attempt, attempt.policy)

    assert objection is not None
    assert objection.rule == rule
    assert object_to_health_check(DefectiveAttempt().attempt, DefectiveAttempt().policy) is None


@pytest.mark.requirement("AF-5")
def test_a_well_formed_attempt_is_one_that_only_its_content_or_the_gateway_refuses() -> None:
    """AF-5, the alternative: an attempt without valid credentials or with a malformed body does not count."""
    ill_formed = {"authentication", "privilege", "content", "length", "text", "destination", "webhook"}

    assert set(ORDER) - COUNTED_ATTEMPT_RULES == ill_formed | {"volume", "provider", "duplicate"}
    assert set(ORDER) >= COUNTED_ATTEMPT_RULES
