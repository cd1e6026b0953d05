"""What every rule tells of itself: what it saw, what it compared that with, and what would have made it pass."""

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
    """What one rule found in a good submission, but for these fields, under a policy of these parts."""
    attempt = an_attempt(a_submission(**fields), by=by, operation=operation)
    objection = None if said is None else Objection(rule, said)
    case = ExplainedCase(attempt, a_policy(readings, **(policy or {})), tally or Tally(), objection, body_kept)
    asked = next(each for each in case.findings() if each.rule == rule)
    assert asked.finding is not None
    return asked.finding


CASES = [(rule, *row) for rule in ORDER for row in examples_of(rule).FINDINGS]


@pytest.mark.parametrize(("rule", "asked", "saw", "limit", "remedy"), CASES)
def test_a_rule_tells_what_it_saw_and_what_with_it_compared(
    rule: str, asked: dict[str, Any], saw: str, limit: str, remedy: str
) -> None:
    """Value, limit and remedy, whatever came of it."""
    finding = found(rule, **asked)

    assert finding.saw is not None
    assert finding.limit is not None
    assert (saw in finding.saw, limit in finding.limit, remedy in finding.remedy) == (True, True, True), finding


def test_every_rule_stands_in_the_table() -> None:
    """A rule without a row would go unread."""
    assert {rule for rule, *_ in CASES} == set(ORDER)


WATCHED = Objection("watchlist", Refused(WATCHLISTED, documented("WL-9"), reason="listed"))


def test_what_stands_behind_the_rule_that_decided_was_not_asked() -> None:
    """The first that fires answers; it names its nearer statement, and the others that they stand for."""
    asked = ExplainedCase(an_attempt(), a_policy(), Tally(), WATCHED).findings()

    assert [each.rule for each in asked] == list(ORDER)
    before, after = ORDER.index("watchlist"), len(ORDER) - ORDER.index("watchlist") - 1
    assert [each.said for each in asked] == (
        [RuleVerdict.PASSED] * before + [RuleVerdict.REFUSED] + [RuleVerdict.NOT_ASKED] * after
    )
    assert [each.finding is None for each in asked] == [False] * (before + 1) + [True] * after
    stood_for = {each.rule: each.finding.requirement.id for each in asked if each.finding}
    assert (stood_for["url"], stood_for["watchlist"]) == ("URL-1", "WL-9")


def test_a_drop_is_told_from_a_refusal() -> None:
    """Its answer looks like an acceptance."""
    asked = ExplainedCase(
        an_attempt(), a_policy(), Tally(), Objection("duplicate", Drop(documented("AF-1")))
    ).findings()

    assert {each.said for each in asked[:-1]} == {RuleVerdict.PASSED}
    assert asked[-1].said is RuleVerdict.DROPPED


def test_a_body_that_cannot_be_read_leaves_the_rules_that_read_it_unasked() -> None:
    """The rule `content` answers, and nothing behind it is made up."""
    said = refused(MALFORMED, "BAD-1", "body: empty")
    attempt = an_attempt(a_submission())
    asked = ExplainedCase(attempt, a_policy(), Tally(), Objection("content", said)).findings()

    assert [each.said for each in asked[:4]] == [
        RuleVerdict.PASSED,
        RuleVerdict.PASSED,
        RuleVerdict.REFUSED,
        RuleVerdict.NOT_ASKED,
    ]


def test_only_the_rules_of_an_operation_are_told_of() -> None:
    """A health check asks who calls, and no more."""
    names = tuple(rule.name for rule in HEALTH_RULES)

    assert [each.rule for each in ExplainedCase(an_attempt(), a_policy(), Tally(), None).findings(names)] == list(
        names
    )


def test_of_a_body_that_is_gone_no_value_is_made_up() -> None:
    """What the rules saw in it is unknown; what windows and providers said is not, nor what would help."""
    asked = ExplainedCase(an_attempt(), a_policy(), Tally(volume=3), None, body_kept=False).findings()

    findings = {each.rule: each.finding for each in asked if each.finding is not None}
    unseen = [rule for rule, finding in findings.items() if finding.saw is None]
    unlimited = [rule for rule, finding in findings.items() if finding.limit is None]
    of_the_submission = ORDER[ORDER.index("text") : ORDER.index("volume")]
    assert unseen == ["length", *of_the_submission, "duplicate"]
    assert unlimited == ["length", *of_the_submission]
    assert findings["volume"].limit == "3 of 150 messages"
    assert all(finding.remedy for finding in findings.values())


def test_a_text_that_no_submission_holds_has_no_length() -> None:
    """A body that was never read as a submission is no text of no characters."""
    unreadable = Unreadable(MALFORMED, assumed("BAD-1"), "body: empty")

    assert describe_length(an_attempt(unreadable), a_policy(), None).saw is None


def test_a_case_without_a_submission_has_an_empty_one() -> None:
    """What stands in for it is never shown: the rules behind `content` were not asked."""
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
    """Times alone are of the same day; a beginning that lies ahead is not told; a reset is never told too early."""
    assert count.in_words("texts", LATER) == said
    assert count.until_room(LATER).startswith(until)
