"""A scenario is loaded and compiled once, for any number of sessions."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mock_server.domain.instants import HOUR, MINUTE, SECOND, Duration
from mock_server.scenario import pack
from mock_server.scenario.compile import compiled
from mock_server.scenario.loader import ScenarioError, load_scenario, patched, scenario_of, with_creation_settings
from mock_server.scenario.notation import format_duration, parse_delay


def test_a_scenario_with_another_seed_or_clock_is_compiled_once() -> None:
    """Policy, stubs, plans and secrets are the same objects."""
    scenario = scenario_of({"version": 1, "watchlist": ["+39*"], "title": "one"}, "f")

    other = with_creation_settings(scenario, {"seed": 7, "clock": {"mode": "frozen"}}, "f")

    assert compiled(other) is compiled(scenario)


def test_a_scenario_with_another_part_is_compiled_again_except_its_stubs() -> None:
    """The stubs, which are most of the work, are the same objects."""
    stub = {"when": {"destination": "+1*"}, "then": {"refuse": 8}}
    scenario = scenario_of({"version": 1, "stubs": [stub]}, "f")

    other = patched(scenario, {"watchlist": ["+447700900123"]}, "f")

    assert compiled(other).policy.watchlist.covers("+447700900123")
    assert not compiled(scenario).policy.watchlist.covers("+447700900123")
    assert compiled(other).stubs is compiled(scenario).stubs
    assert compiled(patched(other, {"stubs": []}, "f")).stubs is not compiled(scenario).stubs
    channel = patched(scenario, {"delivery": {"channel": "RCS"}}, "f")
    assert compiled(channel).stubs is not compiled(scenario).stubs


def test_scenarios_never_get_the_policy_of_another() -> None:
    """Even if many are created and freed, and the memory of their parts is reused."""
    for number in range(500):
        scenario = scenario_of({"version": 1, "services": [f"S{number}"]}, "f")
        assert compiled(scenario).policy.services == {f"S{number}"}


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack of one scenario."""
    shutil.copy(pack.folder() / "flooded.yaml", tmp_path)
    monkeypatch.setattr(pack, "folder", lambda: tmp_path)
    return tmp_path / "flooded.yaml"


def test_a_shipped_scenario_is_read_again_only_when_its_file_has_changed(shipped: Path) -> None:
    """Until then, it is one object; afterwards, the new content or its problems."""
    first = pack.shipped("flooded")
    assert first == load_scenario(shipped)
    assert pack.shipped("flooded") is first

    shipped.write_text("version: 1\ntitle: edited\n")
    os.utime(shipped, ns=(1, 1))
    edited = pack.shipped("flooded")
    assert edited is not None
    assert edited.title == "edited"
    shipped.write_text("version: 2\n")
    with pytest.raises(ScenarioError, match="version"):
        pack.shipped("flooded")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../flooded", "flooded.yaml", "./flooded", "FLOODED/", "a\0", "no-such"]
)
def test_only_names_of_the_pack_are_shipped(shipped: Path, name: str) -> None:
    """No other file of the machine can be read by a name."""
    (shipped.parent.parent / "flooded.yaml").write_text("version: 1\n")

    assert pack.shipped(name) is None


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0s"),
        (HOUR, "1h"),
        (HOUR + 30 * MINUTE, "1h30m"),
        (90 * SECOND, "1m30s"),
        (SECOND // 2, "500ms"),
        (25 * HOUR + MINUTE + SECOND + 1000, "25h1m1s1ms"),
    ],
)
def test_a_formatted_duration_parses_as_the_same_duration(length: Duration, text: str) -> None:
    """In the notation of a scenario."""
    assert format_duration(length) == text
    assert parse_delay(text) == length
