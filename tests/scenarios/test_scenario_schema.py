"""The JSON Schema agrees with the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from mock_server.scenario import pack
from mock_server.scenario.assume import SWITCHES
from mock_server.scenario.schema import FILE_NAME, rendered, schema, write


def test_the_shipped_schema_is_up_to_date() -> None:
    """If not, run `python -m mock_server.scenario.schema`."""
    assert (pack.folder() / FILE_NAME).read_text(encoding="utf-8") == rendered()


def test_it_can_be_written_elsewhere(tmp_path: Path) -> None:
    """The file has the rendered schema."""
    assert write(tmp_path / "s.json").read_text(encoding="utf-8") == rendered()


def test_every_key_is_described() -> None:
    """Editors show the descriptions."""
    made = schema()
    parts = [made, made["properties"]["assume"], *(part for part in made["$defs"].values() if "properties" in part)]

    assert [key for part in parts for key, said in part["properties"].items() if not said.get("description")] == []


def test_every_switch_lists_its_readings() -> None:
    """Editors complete all readings, the default first."""
    switches = schema()["properties"]["assume"]["properties"]

    assert {id_: switch["enum"][0] for id_, switch in switches.items()} == {
        row.id: next(iter(row.values)) for row in SWITCHES
    }
    assert None in switches["ANS-2"]["enum"]


@pytest.mark.parametrize("name", pack.names())
def test_every_shipped_scenario_is_valid(name: str) -> None:
    """A valid scenario shows no error in an editor."""
    value = yaml.safe_load((pack.folder() / f"{name}.yaml").read_text(encoding="utf-8"))

    jsonschema_rs.validate(schema(), value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"version": 2},
        {"version": 1, "titel": "x"},
        {"version": 1, "watchlist": ["07700"]},
        {"version": 1, "services": ["A", "A"]},
        {"version": 1, "accounts": [{"username": "a"}]},
        {"version": 1, "assume": {"AF-7": "x"}},
        {"version": 1, "assume": {"AF-2": 120}},
        {"version": 1, "anti_flooding": {"volume": {"window": "1 hour"}}},
        {"version": 1, "assume": {"BAD-6": "plain-http"}},
        {"version": 1, "api_keys": ["key"]},
        {"version": 1, "api_keys": ["status-key", "status-key"]},
        {"version": 1, "clock": {"mode": "scaled", "factor": 0}},
        {"version": 1, "delivery": {"plan": [{"after": "1s"}]}},
        {"version": 1, "delivery": {"plan": [{"after": "1 s", "status": "SENT"}]}},
        {"version": 1, "delivery": {"plan": [{"after": "1s", "status": "PROVIDER_ACCEPTANCE"}]}},
        {"version": 1, "webhooks": {"retries": ["soon"]}},
        {"version": 1, "webhooks": {"adversity": "x"}},
        {"version": 1, "stubs": [{"when": {"destination": "+1*"}, "then": {}}]},
        {"version": 1, "stubs": [{"when": {"destination": "+1*"}, "then": {"refuse": 62}}]},
    ],
)
def test_it_refuses_what_the_model_refuses(value: dict[str, Any]) -> None:
    """Editors mark all mistakes within a single key."""
    assert not jsonschema_rs.is_valid(schema(), value)
