"""The findings of every rule: what it saw, what it compared that with, and what would make it pass."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.errors import (
    MALFORMED,
    WATCHLISTED,
)
from mock_server.domain.findings import ExplainedCase, RuleVerdict
from mock_server.domain.flooding import Tally
from mock_server.domain.instants import HOUR, LATEST, MINUTE, SECOND, Instant
from mock_server.domain.policy import Readings
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules import HEALTH_RULES, ORDER
from mock_server.domain.rules.finding import Count, Finding
from mock_server.domain.rules.length import describe_length
from mock_server.domain.submission import Operation, Unreadable
from tests.domain.asking import ADMIN, MORNING, a_policy, a_submission, an_attempt
from tests.domain.rules.examples import examples_of, refused


def found(
    rule: str,
    *,
    readings: Readings | None = None,
    tally: Tally | None = None,
    said: Refused | Drop | None = None,
    by: Any = ADMIN,
    operation: Operation = Operation.ADMIN,
    body_kept: bool = True,
    policy: dict[str, Any] | None = None,
    **fields: Any,
) -> Finding:
    """What a rule finds in a good submission with these fields changed, under a policy with these parts."""
    attempt = an_attempt(a_submission(**fields), by=by, operation=operation)
    objection = None if said is None else Objection(rule, said)
    case = ExplainedCase(attempt, a_policy(readings, **(policy or {})), tally or Tally(), objection, body_kept)
    asked = next(each for each in case.findings() if each.rule == rule)
    assert asked.finding is not None
    return asked.finding


CASES = [(rule, *row) for rule in ORDER for row in examples_of(rule).FINDINGS]


@pytest.mark.parametrize(("rule", "asked", "saw", "limit", "remedy"), CASES)
def test_a_rule_says_what_it_saw_and_what_it_compared_that_with(
    rule: str, asked: dict[str, Any], saw: str, limit: str, remedy: str
) -> None:
    """A finding has value, limit and remedy, whether the rule passed or refused."""
    finding = found(rule, **asked)

    assert finding.saw is not None
    assert finding.limit is not None
    assert (saw in finding.saw, limit in finding.limit, remedy in finding.remedy) == (True, True, True), finding


def test_every_rule_has_an_example() -> None:
    """Every rule has at least one example."""
    assert {rule for rule, *_ in CASES} == set(ORDER)


WATCHED = Objection("watchlist", Refused(WATCHLISTED, documented("WL-9"), reason="listed"))


def test_the_rules_after_the_one_that_decided_were_not_asked() -> None:
    """The first that refuses answers, with the requirement of the refusal; the others have that of their rule."""
    asked = ExplainedCase(an_attempt(), a_policy(), Tally(), WATCHED).findings()

    assert [each.rule for each in asked] == list(ORDER)
    before, after = ORDER.index("watchlist"), len(ORDER) - ORDER.index("watchlist") - 1
    assert [each.said for each in asked] == (
        [RuleVerdict.PASSED] * before + [RuleVerdict.REFUSED] + [RuleVerdict.NOT_ASKED] * after
    )
    assert [each.finding is None for each in asked] == [False] * (before + 1) + [True] * after
    stood_for = {each.rule: each.finding.requirement.id for each in asked if each.finding}
    assert (stood_for["url"], stood_for["watchlist"]) == ("URL-1", "WL-9")


def test_a_drop_is_not_a_refusal() -> None:
    """A drop has its own verdict, although its answer looks like an acceptance."""
    asked = ExplainedCase(
        an_attempt(), a_policy(), Tally(), Objection("duplicate", Drop(documented("AF-1")))
    ).findings()

    assert {each.said for each in asked[:-1]} == {RuleVerdict.PASSED}
    assert asked[-1].said is RuleVerdict.DROPPED


def test_an_unreadable_body_leaves_later_rules_unasked() -> None:
    """The rule `content` refuses, and later rules have no finding."""
    said = refused(MALFORMED, "BAD-1", "body: empty")
    attempt = an_attempt(a_submission())
    asked = ExplainedCase(attempt, a_policy(), Tally(), Objection("content", said)).findings()

    assert [each.said for each in asked[:4]] == [
        RuleVerdict.PASSED,
        RuleVerdict.PASSED,
        RuleVerdict.REFUSED,
        RuleVerdict.NOT_ASKED,
    ]


def test_only_the_rules_of_an_operation_are_listed() -> None:
    """A health check asks only the rules about the caller."""
    names = tuple(rule.name for rule in HEALTH_RULES)

    assert [each.rule for each in ExplainedCase(an_attempt(), a_policy(), Tally(), None).findings(names)] == list(
        names
    )


def test_an_evicted_body_leaves_values_unknown() -> None:
    """What the rules read in the body is unknown; counts, providers and remedies are still known."""
    asked = ExplainedCase(an_attempt(), a_policy(), Tally(volume=3), None, body_kept=False).findings()

    findings = {each.rule: each.finding for each in asked if each.finding is not None}
    unseen = [rule for rule, finding in findings.items() if finding.saw is None]
    unlimited = [rule for rule, finding in findings.items() if finding.limit is None]
    of_the_submission = ORDER[ORDER.index("text") : ORDER.index("volume")]
    assert unseen == ["length", *of_the_submission, "duplicate"]
    assert unlimited == ["length", *of_the_submission]
    assert findings["volume"].limit == "3 of 150 messages"
    assert all(finding.remedy for finding in findings.values())


def test_an_unreadable_body_has_no_length() -> None:
    """An unreadable body has no text that could be counted."""
    unreadable = Unreadable(MALFORMED, assumed("BAD-1"), "body: empty")

    assert describe_length(an_attempt(unreadable), a_policy(), None).saw is None


def test_a_case_without_a_submission_has_an_empty_one() -> None:
    """The empty submission is never shown, since the rules after `content` are not asked."""
    unreadable = Unreadable(MALFORMED, assumed("BAD-1"), "body: empty")
    asked = ExplainedCase(an_attempt(unreadable), a_policy(), Tally(), None, body_kept=False).findings()

    assert {each.finding.saw for each in asked[3:12] if each.finding is not None} == {None}


LATER = Instant(MORNING + 14 * MINUTE + 3 * SECOND)


@pytest.mark.parametrize(
    ("count", "said", "until"),
    [
        (Count(0, 2, HOUR, None, None), "0 of 2 texts", "no wait helps"),
        (
            Count(1, 2, HOUR, Instant(MORNING + HOUR), None),
            "1 of 2 texts since 09:00:00, resets 10:00:00",
            "no wait helps",
        ),
        (
            Count(2, 2, HOUR, Instant(MORNING + HOUR), Instant(MORNING + HOUR)),
            "2 of 2 texts since 09:00:00, resets 10:00:00",
            "wait until 2026-01-15T10:00:00Z, or advance the clock by 45m57s",
        ),
        (
            Count(3, 2, HOUR, Instant(MORNING + HOUR), Instant(MORNING + HOUR + 1)),
            "3 of 2 texts since 09:00:00, resets 10:00:01",
            "wait until 2026-01-15T10:00:01Z, or advance the clock by 45m58s",
        ),
        (
            Count(2, 2, 48 * HOUR, Instant(MORNING + 24 * HOUR), Instant(MORNING + 24 * HOUR)),
            "2 of 2 texts since 2026-01-14T09:00:00Z, resets 2026-01-16T09:00:00Z",
            "wait until 2026-01-16T09:00:00Z, or advance the clock by 23h45m57s",
        ),
        (
            Count(2, 2, MINUTE, Instant(MORNING + HOUR), Instant(MORNING + HOUR)),
            "2 of 2 texts, resets 10:00:00",
            "wait until 2026-01-15T10:00:00Z, or advance the clock by 45m57s",
        ),
        (
            Count(1, 0, HOUR, Instant(MORNING + HOUR), None),
            "1 of 0 texts since 09:00:00, never resets",
            "no wait helps",
        ),
        (
            Count(2, 2, HOUR, Instant(LATEST + HOUR), Instant(LATEST + HOUR)),
            "2 of 2 texts, resets 9999-12-31T23:59:59Z",
            "wait until 9999-12-31T23:59:59Z",
        ),
    ],
)
def test_a_count_says_since_when_and_until_when(count: Count, said: str, until: str) -> None:
    """A time alone is on the same day; a start in the future is left out; a reset is rounded up to a second."""
    assert count.in_words("texts", LATER) == said
    assert count.until_room(LATER).startswith(until)
