"""Shrinking: it ends, its result was observed to break, and it is as small and simple as the breach allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from contract_tests.client.play.case_sets import generated_cases, simple_case, simplest
from contract_tests.client.play.cases import ACCOUNT, WEBHOOK, Case
from contract_tests.client.play.shrinking import MOST_PLAYS, MOST_SLOW_PLAYS, shrink
from contract_tests.client.play.steps import ACCEPT, BY_NAME, Group, ScriptStep

AMPLE_S = 600.0
"""A budget that no test uses up."""

FULL = {
    "destination": "+390000000000",
    "text": "Ciao 👋, è pronto!\n" * 20,
    "reference": {"service": "ECOMMERCE", "action": "2FA", "key": "order"},
    "account": ACCOUNT,
    "lra": -17,
    "businessRelationId": "BR-001",
    "detailed": True,
    "webhook": {"url": WEBHOOK, "authentication": {"type": "NONE"}},
}
"""A message with every field."""


def steps(*names: str) -> tuple[ScriptStep, ...]:
    """A program by the names of its steps."""
    return tuple(BY_NAME[name] for name in names)


LARGE = Case((FULL, FULL, FULL), steps("503", "refused 61", "reset-after", "provider null"))


def smallest(case: Case, breaks: Callable[[Case], bool], budget_s: float = AMPLE_S) -> tuple[Case, list[Case]]:
    """The result of shrinking with a predicate, and all played cases."""
    played: list[Case] = []

    async def still_breaks(tried: Case) -> bool:
        await asyncio.sleep(0)
        played.append(tried)
        return breaks(tried)

    return asyncio.run(shrink(case, still_breaks, budget_s)), played


def test_a_breach_of_every_case_shrinks_to_the_simplest_case() -> None:
    """One simplest message and no program."""
    found, played = smallest(LARGE, lambda _: True)

    assert found == Case((simplest(),), ())
    assert len(played) <= 10


def test_a_case_that_cannot_be_simplified_is_returned() -> None:
    """The result is the given case if no simpler one breaks, and the plays are bounded."""
    found, played = smallest(LARGE, lambda _: False)

    assert found == LARGE
    assert 0 < len(played) <= MOST_PLAYS


PREDICATES: dict[str, tuple[Callable[[Case], bool], Case]] = {
    "one step": (
        lambda case: BY_NAME["reset-after"] in case.program,
        Case((simplest(),), steps("reset-after")),
    ),
    "a step on the third send": (
        lambda case: case.program[2:3] == steps("reset-after"),
        Case((simplest(),), (ACCEPT, ACCEPT, BY_NAME["reset-after"])),
    ),
    "any refusal": (
        lambda case: any(step.group is Group.REFUSED for step in case.program),
        Case((simplest(),), steps("refused 8")),
    ),
    "a step and a second intent": (
        lambda case: len(case.messages) > 1 and any(step.group is Group.PROXY for step in case.program),
        Case((simplest(0), simplest(1)), steps("html-page")),
    ),
    "a negative lra": (
        lambda case: any(message.get("lra", 0) < 0 for message in case.messages),
        Case(({**simplest(), "lra": -17},)),
    ),
    "an lra": (
        lambda case: any("lra" in message for message in case.messages),
        Case(({**simplest(), "lra": 1},)),
    ),
    "a reference with a key": (
        lambda case: any("key" in message.get("reference", {}) for message in case.messages),
        Case(({**simplest(), "reference": {"service": "AUTHENTICATION", "key": "a"}},)),
    ),
    "a value of a reference": (
        lambda case: any("2FA" in message.get("reference", {}).values() for message in case.messages),
        Case(({**simplest(), "reference": {"service": "AUTHENTICATION", "action": "2FA"}},)),
    ),
    "a webhook": (
        lambda case: any("webhook" in message for message in case.messages),
        Case(({**simplest(), "webhook": {"url": WEBHOOK}},)),
    ),
    "detailed": (
        lambda case: any("detailed" in message for message in case.messages),
        Case(({**simplest(), "detailed": True},)),
    ),
    "an emoji": (
        lambda case: any("👋" in message["text"] for message in case.messages),
        Case(({**simplest(), "text": "👋"},)),
    ),
    "a long text": (
        lambda case: any(len(message["text"]) > 160 for message in case.messages),
        Case(({**simplest(), "text": "a" * 161},)),
    ),
    "a number of a country": (
        lambda case: any(message["destination"].startswith("+39") for message in case.messages),
        Case(({"destination": "+390000000000", "text": "Hi"},)),
    ),
    "two fields of two messages": (
        lambda case: len(case.messages) > 1 and "lra" in case.messages[0] and "detailed" in case.messages[1],
        Case(({**simplest(0), "lra": 1}, {**simplest(1), "detailed": True})),
    ),
}


@pytest.mark.parametrize(("breaks", "expected"), PREDICATES.values(), ids=PREDICATES)
def test_only_what_a_breach_needs_is_kept(breaks: Callable[[Case], bool], expected: Case) -> None:
    """Irrelevant messages, steps, fields and characters are removed, deterministically."""
    found, played = smallest(LARGE, breaks)

    assert breaks(found)
    assert found == expected
    assert len(played) <= MOST_PLAYS
    assert smallest(LARGE, breaks) == (found, played)


def test_a_message_is_removed_together_with_its_step() -> None:
    """Otherwise the second message alone would get the first step."""
    case = Case((simplest(0), {**FULL, "lra": 0}), steps("502", "refused 61"))

    found, _ = smallest(case, lambda tried: "lra" in tried.messages[0] and tried.program[:1] == steps("refused 61"))

    assert found == Case(({**simplest(), "lra": 1},), steps("refused 61"))


def test_many_messages_are_halved() -> None:
    """A breach that needs several sends is found within the budget of plays."""
    case = simple_case("admin", 5.0, *steps("502") * 24, count=24)

    found, played = smallest(case, lambda tried: len(tried.messages) >= 5 and len(tried.program) >= 5)

    assert found == simple_case("admin", 5.0, *[ACCEPT] * 5, count=5)
    assert len(played) < MOST_PLAYS


def test_no_case_is_played_twice() -> None:
    """The given case is not played either."""
    found, played = smallest(LARGE, lambda case: "è" in case.messages[0]["text"] and len(case.program) > 1)

    assert all(case not in played[nth + 1 :] for nth, case in enumerate(played))
    assert LARGE not in played
    assert found in played


def test_a_flaky_breach_ends_too() -> None:
    """The result was observed to break, and plays are bounded."""
    answers = iter([True, False] * MOST_PLAYS)
    kept: list[Case] = [LARGE]

    def breaks(case: Case) -> bool:
        broken = next(answers)
        kept.extend([case] if broken else [])
        return broken

    found, played = smallest(LARGE, breaks)

    assert found == kept[-1]
    assert len(played) <= MOST_PLAYS


def test_slow_cases_are_played_only_a_few_times() -> None:
    """Each takes real seconds; fast cases are not limited and never become slow."""
    case = Case((FULL, FULL, FULL), steps("hang-after", "502", "hang"), timeout_s=0.5)

    found, played = smallest(case, lambda tried: "👋" in str(tried.messages) and tried.slow)

    assert sum(tried.slow for tried in played) <= MOST_SLOW_PLAYS
    assert found.slow
    assert len(found.messages) == 1
    assert found.timeout_s == 0.5
    fast = smallest(LARGE, lambda _: False)[1]
    assert not any(tried.slow for tried in fast)


def test_without_a_budget_nothing_is_played() -> None:
    """The budget holds before the first play."""
    assert smallest(LARGE, lambda _: True, 0.0) == (LARGE, [])


def test_the_end_of_the_budget_returns_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """No play starts later."""
    clock = iter(range(1000))
    monkeypatch.setattr("contract_tests.client.play.shrinking.time.monotonic", lambda: float(next(clock)))

    found, played = smallest(LARGE, lambda case: len(case.program) > 1, 12.0)

    assert 0 < len(played) <= 12
    assert len(found.messages) < len(LARGE.messages)


def test_an_error_of_the_kit_is_not_a_breach() -> None:
    """It ends the search and is raised."""

    def breaks(_: Case) -> bool:
        raise OSError("the stand-in is gone")

    with pytest.raises(OSError, match="is gone"):
        smallest(LARGE, breaks)


def test_generated_cases_still_break_when_shrunk() -> None:
    """The result still breaks and is not larger."""
    for case in generated_cases(5, 40):
        breaks = resembling(case)

        found, played = smallest(case, breaks)

        assert breaks(found)
        assert len(played) <= MOST_PLAYS
        assert len(found.messages) <= len(case.messages)
        assert len(found.program) == min(1, len(case.program))


def resembling(case: Case) -> Callable[[Case], bool]:
    """Breaks with the same last step, the same fields in the last message, and a text half as long."""
    longest = max(len(message["text"]) for message in case.messages)

    def breaks(tried: Case) -> bool:
        same = tried.program[-1:] == case.program[-1:] and tried.messages[-1].keys() == case.messages[-1].keys()
        return same and max(len(message["text"]) for message in tried.messages) * 2 >= longest

    return breaks
