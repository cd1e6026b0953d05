"""Replacing top-level parts of a running session's scenario."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.scenario.loader import ScenarioError, parse_scenario, patched, scenario_of, with_creation_settings
from mock_server.scenario.model import Scenario
from tests.scenarios.test_scenario_fuzz import CALM, DOCUMENTS


def test_a_patch_replaces_whole_parts_and_keeps_the_others() -> None:
    """A list is replaced, never merged; the original scenario is unchanged."""
    before = parse_scenario("version: 1\nseed: 7\ntitle: t\nwatchlist: [+1*]\nunreachable: [+2*]", "f")

    after = patched(before, {"watchlist": ["+3*"]}, "patch")

    assert after.document() == {"version": 1, "seed": 7, "title": "t", "watchlist": ["+3*"], "unreachable": ["+2*"]}
    assert before.watchlist == ("+1*",)


def test_a_patch_is_validated_with_the_rest_of_the_scenario() -> None:
    """Its problems have the patch's name, and all are reported at once."""
    with pytest.raises(ScenarioError) as caught:
        patched(Scenario(version=1), {"seed": 1, "clock": {}, "watchlst": [], "services": [1]}, "patch")

    assert [problem.path for problem in caught.value.problems] == ["seed", "clock", "services[0]", "watchlst"]
    assert str(caught.value.problems[0]) == (
        "patch: seed: is fixed when a session is created; create or reset a session to change it"
    )


def test_seed_and_clock_cannot_be_patched() -> None:
    """Even if they are valid."""
    with pytest.raises(ScenarioError, match=r"^patch: seed: is fixed when a session is created"):
        patched(Scenario(version=1), {"seed": 1}, "patch")


@pytest.mark.parametrize(
    ("scenario", "parts"),
    [
        ({"assume": {"AF-2": 100}}, {"anti_flooding": {"volume": {"limit": 5}}}),
        ({"anti_flooding": {"volume": {"limit": 5}}}, {"assume": {"AF-2": 100}}),
    ],
)
def test_a_patch_cannot_set_one_limit_by_two_keys(scenario: dict[str, object], parts: dict[str, object]) -> None:
    """The volume limit and AF-2 are the same number, in either order."""
    with pytest.raises(
        ScenarioError, match=r"sets the same limit as anti_flooding\.volume\.limit; keep one of the two"
    ):
        patched(scenario_of({"version": 1, **scenario}, "f"), parts, "patch")


@pytest.mark.parametrize(("part", "secret"), [("accounts", "password"), ("api_keys", "key")])
def test_a_patch_with_a_shown_document_does_not_set_the_mask_as_a_secret(part: str, secret: str) -> None:
    """Masks are refused."""
    before = parse_scenario("version: 1\naccounts: [{username: a, password: p}]\napi_keys: [look-up]", "f")

    with pytest.raises(ScenarioError, match=f"write the {secret} itself"):
        patched(before, {part: before.document(secrets=False)[part]}, "patch")


def test_a_patch_of_the_channel_is_validated_with_the_stubs_that_use_it() -> None:
    """A stub without a channel has the scenario's, and READ is legal on RCS only."""
    steps = [{"after": "1s", "status": status} for status in ("SENT", "DELIVERED", "READ")]
    stub = {"when": {"destination": "+1*"}, "then": {"deliver": steps}}
    before = scenario_of({"version": 1, "delivery": {"channel": "RCS"}, "stubs": [stub]}, "f")

    with pytest.raises(
        ScenarioError, match=r"^patch: stubs\[0\].then.deliver\[2\].status: READ may follow DELIVERED on"
    ):
        patched(before, {"delivery": {"channel": "SMS"}}, "patch")


@settings(CALM)
@given(DOCUMENTS, DOCUMENTS, st.integers(0, 3))
def test_a_patch_is_validated_like_the_whole_scenario(
    document: dict[str, object], other: dict[str, object], channels: int
) -> None:
    """Although only related parts are validated again, the result is the same scenario or the same problems."""
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
def test_creation_settings_equal_seed_and_clock_in_the_scenario(document: dict[str, object], seed: int) -> None:
    """Nothing else is validated again, and nothing else changes."""
    clock = {"mode": "scaled", "factor": 60}
    before = scenario_of(document, "f")

    after = with_creation_settings(before, {"seed": seed, "clock": clock}, "session")

    assert after == scenario_of(document | {"seed": seed, "clock": clock}, "f")
    assert after.document() == document | {"seed": seed, "clock": clock}
    assert before.document() == document
