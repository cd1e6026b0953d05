"""The reference page of the scenario file is complete, and its examples are valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_server.domain.adversity import Adversity
from mock_server.domain.fault import FaultKind
from mock_server.scenario.assume import SWITCHES, Switch
from mock_server.scenario.loader import parse_scenario
from mock_server.scenario.model import (
    AccountPart,
    AntiFloodingPart,
    ClockPart,
    DeliveryPart,
    HealthPart,
    ProviderPart,
    Scenario,
    WebhooksPart,
)
from mock_server.scenario.model_types import CarrierPart, StepPart
from mock_server.scenario.stub_model import (
    AnswerPart,
    DelayPart,
    FaultPart,
    LogNormalPart,
    StubPart,
    ThenPart,
    WhenPart,
    WordsPart,
)

PAGE = (Path(__file__).parents[2] / "docs" / "scenario-file.md").read_text(encoding="utf-8")
PARTS = (
    AccountPart,
    AnswerPart,
    AntiFloodingPart,
    CarrierPart,
    ClockPart,
    DelayPart,
    DeliveryPart,
    FaultPart,
    HealthPart,
    LogNormalPart,
    ProviderPart,
    Scenario,
    StepPart,
    StubPart,
    ThenPart,
    WebhooksPart,
    WhenPart,
    WordsPart,
)


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_every_example_loads(example: str) -> None:
    """Readers can copy any example."""
    assert parse_scenario(example, "docs/scenario-file.md").version == 1


def test_every_key_is_on_the_page() -> None:
    """An undocumented key fails the tests."""
    fields = [(key, field.alias or key) for part in PARTS for key, field in part.model_fields.items()]
    keys = {written for _, written in fields} - {"anti_flooding", "clock"}

    assert sorted(key for key in keys if not re.search(rf"`(?:\w+\.)?{key}`", PAGE)) == []


@pytest.mark.parametrize("name", Adversity)
def test_every_adversity_is_on_the_page(name: Adversity) -> None:
    """With a sentence on what goes wrong."""
    assert f"| `{name}` | " in PAGE


@pytest.mark.parametrize("name", FaultKind)
def test_every_fault_is_on_the_page(name: FaultKind) -> None:
    """With what a client sees of it."""
    assert f"| `{name}` | " in PAGE


@pytest.mark.parametrize("row", SWITCHES, ids=lambda row: row.id)
def test_every_switch_is_on_the_page(row: Switch) -> None:
    """With its values in order, the default first."""
    assert f"| `{row.id}` | {', '.join(f'`{value}`' for value in row.values)} |" in PAGE
