"""The order of checks (ORD-1): the first rule that fires answers.

Each rule has a defect that makes it fire, and each two defects are put into one and the same attempt to send.
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
)
from tests.domain.asking import an_attempt
from tests.domain.rules.examples import Defect, DefectiveAttempt, examples_of

ORD_1 = tuple(str(next(each for each in load_requirements() if each.id == "ORD-1").default).split(", "))
"""The order of ORD-1 from authentication on: 415 and the shape of the body are `content`, BAD-3 is `length`."""

DEFECTS: dict[str, Defect] = {rule: examples_of(rule).defect for rule in ORDER}
"""What makes each rule refuse, by the tests of the rules."""

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

    text, volume = ORD_1.index("text"), ORD_1.index("volume")
    assert stages == [list(ORD_1[:text]), list(ORD_1[text:volume]), list(ORD_1[volume:])]


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
