"""Parts of a running session's scenario, replaced as a whole and judged as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.scenario.loader import ScenarioError, parse_scenario, patched, scenario_of, with_creation_settings
from mock_server.scenario.model import Scenario
from tests.scenarios.test_scenario_fuzz import CALM, DOCUMENTS


def test_a_patch_replaces_whole_parts_and_leaves_the_others() -> None:
    """A list is replaced, never merged; the scenario that was patched stays as it is."""
    before = parse_scenario("version: 1\nseed: 7\ntitle: t\nwatchlist: [+1*]\nunreachable: [+2*]", "f")

    after = patched(before, {"watchlist": ["+3*"]}, "patch")

    assert after.document() == {"version": 1, "seed": 7, "title": "t", "watchlist": ["+3*"], "unreachable": ["+2*"]}
    assert before.watchlist == ("+1*",)


def test_a_patch_is_judged_with_everything_else() -> None:
    """Its flaws carry the patch's name, and all are named at once."""
    with pytest.raises(ScenarioError) as caught:
        patched(Scenario(version=1), {"seed": 1, "clock": {}, "watchlst": [], "services": [1]}, "patch")

    assert [problem.path for problem in caught.value.problems] == ["seed", "clock", "services[0]", "watchlst"]
    assert str(caught.value.problems[0]) == (
        "patch: seed: is fixed when a session is created; create or reset a session to change it"
    )


def test_seed_and_clock_belong_to_the_sessions_creation() -> None:
    """Even where nothing else is wrong."""
    with pytest.raises(ScenarioError, match=r"^patch: seed: is fixed when a session is created"):
        patched(Scenario(version=1), {"seed": 1}, "patch")


@pytest.mark.parametrize(
    ("scenario", "parts"),
    [
        ({"assume": {"AF-2": 100}}, {"anti_flooding": {"volume": {"limit": 5}}}),
        ({"anti_flooding": {"volume": {"limit": 5}}}, {"assume": {"AF-2": 100}}),
    ],
)
def test_a_patch_cannot_say_one_thing_in_a_second_place(
    scenario: dict[str, object], parts: dict[str, object]
) -> None:
    """The volume limit and AF-2 are one number, whichever came first."""
    with pytest.raises(
        ScenarioError, match=r"sets the same limit as anti_flooding\.volume\.limit; keep one of the two"
    ):
        patched(scenario_of({"version": 1, **scenario}, "f"), parts, "patch")


@pytest.mark.parametrize(("part", "secret"), [("accounts", "password"), ("api_keys", "key")])
def test_a_patch_of_a_shown_document_does_not_set_the_mask_as_secret(part: str, secret: str) -> None:
    """What was shown without secrets cannot come back as secrets."""
    before = parse_scenario("version: 1\naccounts: [{username: a, password: p}]\napi_keys: [look-up]", "f")

    with pytest.raises(ScenarioError, match=f"write the {secret} itself"):
        patched(before, {part: before.document(secrets=False)[part]}, "patch")


def test_a_patch_of_the_channel_is_judged_with_the_stubs_that_travel_by_it() -> None:
    """A stub without a channel takes the scenario's: READ is legal on RCS alone."""
    steps = [{"after": "1s", "status": status} for status in ("SENT", "DELIVERED", "READ")]
    stub = {"when": {"destination": "+1*"}, "then": {"deliver": steps}}
    before = scenario_of({"version": 1, "delivery": {"channel": "RCS"}, "stubs": [stub]}, "f")

    with pytest.raises(
        ScenarioError, match=r"^patch: stubs\[0\].then.deliver\[2\].status: READ may follow DELIVERED on"
    ):
        patched(before, {"delivery": {"channel": "SMS"}}, "patch")


@settings(CALM)
@given(DOCUMENTS, DOCUMENTS, st.integers(0, 3))
def test_a_patch_is_judged_as_the_whole_scenario_would_be(
    document: dict[str, object], other: dict[str, object], channels: int
) -> None:
    """Though only what the new parts could contradict is looked at: the same scenario, or the same sentences."""
    before = scenario_of(document | ({"delivery": {"channel": "RCS"}} if channels & 1 else {}), "f")
    parts = {key: value for key, value in other.items() if key not in {"version", "seed", "clock"}}
    parts |= {"delivery": {"channel": "SMS"}} if channels & 2 else {}

    def outcome(make: object) -> object:
        try:
            return make()  # type: ignore[operator]
        except ScenarioError as error:
            return sorted(str(problem) for problem in error.problems)

    whole = outcome(lambda: scenario_of({**before.document(), **parts}, "patch"))
    patch = outcome(lambda: patched(before, parts, "patch"))

    assert patch == whole
    if isinstance(patch, Scenario) and isinstance(whole, Scenario):
        assert patch.document() == whole.document()


@settings(CALM)
@given(DOCUMENTS, st.integers(-(2**63), 2**63 - 1))
def test_a_scenario_is_settled_as_if_seed_and_clock_had_stood_in_it(document: dict[str, object], seed: int) -> None:
    """Nothing else is judged again, and nothing else changes."""
    clock = {"mode": "scaled", "factor": 60}
    before = scenario_of(document, "f")

    after = with_creation_settings(before, {"seed": seed, "clock": clock}, "session")

    assert after == scenario_of(document | {"seed": seed, "clock": clock}, "f")
    assert after.document() == document | {"seed": seed, "clock": clock}
    assert before.document() == document
