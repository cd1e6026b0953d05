"""Forced refusals: their answers, their effects, and their explanations."""

from __future__ import annotations

import pytest

from tests.support import DESTINATION, SessionClient, SessionFactory, assert_accepted, assert_refused


def stubbed(worlds: SessionFactory, code: int) -> SessionClient:
    """A session in which every send to one destination is refused with a code."""
    return worlds(stubs=[{"when": {"destination": DESTINATION}, "then": {"refuse": code}}])


@pytest.mark.parametrize("code", [8, 56, 59, 60, 61, 63, 64, 66, 74])
def test_every_code_of_the_catalogue_can_be_forced_and_looks_like_the_real_one(
    worlds: SessionFactory, code: int
) -> None:
    """A forced answer equals the natural one; the journal marks it as forced."""
    world = stubbed(worlds, code)

    refused = world.send()

    assert_refused(refused, code)
    found = world.why(refused)
    assert (found["forced"], found["rule"], found["outcome"]) == (True, "stubs[0]", "refused")
    assert found["reason"] == "forced by stubs[0]"
    assert world.messages() == []


@pytest.mark.requirement("AF-5")
def test_a_forced_refusal_reserves_nothing(worlds: SessionFactory) -> None:
    """AF-5: it takes no room in the windows."""
    world = stubbed(worlds, 64)
    world.patch(anti_flooding={"volume": {"limit": 1}})
    for _ in range(3):
        assert_refused(world.send(), 64)

    world.patch(stubs=[])

    assert_accepted(world.send())


@pytest.mark.requirement("ORD-1")
def test_a_request_that_is_refused_earlier_does_not_meet_the_stub(worlds: SessionFactory) -> None:
    """Unauthenticated requests and malformed bodies get the natural answer."""
    world = stubbed(worlds, 64)

    assert_refused(world.send(auth=("admin", "guess")), 63)
    assert world.send_raw(b"[]").status_code == 400


def test_the_explanation_has_the_natural_outcome(worlds: SessionFactory) -> None:
    """Accepted, refused by a rule, refused by the windows, dropped: four natural outcomes for one forced answer."""
    world = worlds(
        stubs=[{"when": {"destination": "+44*"}, "then": {"refuse": 61}}],
        anti_flooding={"volume": {"limit": 2}, "duplicates": {"limit": 1}},
    )
    fine = world.why(world.send())
    by_rule = world.why(world.send("https://example.com"))
    world.patch(stubs=[])
    assert_accepted(world.send("a"))
    world.patch(stubs=[{"when": {"destination": DESTINATION}, "then": {"refuse": 61}}])
    dropped = world.why(world.send("a"))
    world.patch(anti_flooding={"volume": {"limit": 1}})
    flooded = world.why(world.send("b"))

    assert fine["without_stub"] == {
        "outcome": "accepted",
        "code": None,
        "rule": None,
        "requirement": None,
        "grade": None,
        "reason": None,
    }
    assert {each["said"] for each in fine["rules"]} == {"passed"}
    assert (by_rule["without_stub"]["outcome"], by_rule["without_stub"]["code"]) == ("refused", 74)
    assert [each["rule"] for each in by_rule["rules"] if each["said"] == "refused"] == ["url"]
    assert (dropped["without_stub"]["outcome"], dropped["without_stub"]["requirement"]) == (
        "silently dropped",
        "AF-1",
    )
    assert dropped["anti_flooding"] == {
        "messages_to_destination": 1,
        "room_again_at": "2026-01-15T10:00:00Z",
        "identical_texts": 1,
        "identical_text_leaves_at": "2026-01-15T10:00:00Z",
    }
    assert (flooded["without_stub"]["code"], flooded["without_stub"]["rule"]) == (60, "volume")


def test_an_exact_destination_takes_precedence_over_a_prefix(worlds: SessionFactory) -> None:
    """Among prefixes the order of the scenario decides."""
    world = worlds(
        stubs=[
            {"when": {"destination": "+4477*"}, "then": {"refuse": 8}},
            {"when": {"destination": "+44*"}, "then": {"refuse": 60}},
            {"when": {"destination": DESTINATION}, "then": {"refuse": 61}},
        ]
    )

    codes = [world.send(destination=to).json().get("code") for to in (DESTINATION, "+447712345678", "+441234567890")]

    assert codes == [61, 8, 60]
    assert_accepted(world.send(destination="+391234567890"))
