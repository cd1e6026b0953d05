"""An exported scenario loads as the same scenario."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.scenario.export import exported
from mock_server.scenario.loader import load_scenario, parse_scenario, scenario_of
from mock_server.scenario.pack import folder, names
from tests.scenarios.test_scenario_fuzz import CALM, DOCUMENTS

FIRST_LINE = "# yaml-language-server: $schema=./scenario.schema.json\n"

WORDS = (
    *("+447700900061", "+44*", "true", "null", "~", "1", "-0", "1.5", "1.5e5", "1_000", "0x1f", "12:30", "on", "<<"),
    *("- a", "a: b", "a #b", "#b", "*a", "&a", "!a", "%a", "@a", "`a", "'a'", '"a"', "{a}", "[a]", "|", ">", "a,b"),
    *("?", "=", "é", "…", "\u00a0", "\u0085x", "\u2028", "\ufeffx", "\x00", "\x7f", "🦆", "---", "..."),
    *("a\nb", "a\r\nb", "a\tb", "a\n\n b\n" * 20, "a  b " * 30, " lead " + "word " * 30, "x" * 300),
    *(("word " * 40).strip(), ("wörd: " * 40).strip(), "# " * 60 + "x"),
)


@settings(CALM)
@given(DOCUMENTS)
def test_an_exported_scenario_loads_as_the_same_scenario(document: dict[str, object]) -> None:
    """No key is lost, no text becomes a number, and no number a text."""
    scenario = scenario_of(document, "f")

    text = exported(scenario.document())

    assert text.startswith(FIRST_LINE)
    assert parse_scenario(text, "f") == scenario
    assert parse_scenario(text, "f").document() == scenario.document()


@pytest.mark.parametrize("word", WORDS)
def test_a_keyword_of_yaml_stays_a_text(word: str) -> None:
    """In a description, in a list, and in a mapping in a list."""
    scenario = scenario_of(
        {"version": 1, "title": word, "services": [word, "x"], "accounts": [{"username": "a", "password": word}]}, "f"
    )

    assert parse_scenario(exported(scenario.document()), "f") == scenario


@settings(CALM)
@given(st.floats(0, 100_000, exclude_min=True))
def test_every_factor_of_a_clock_survives_export(factor: float) -> None:
    """Very small ones too."""
    scenario = scenario_of({"version": 1, "clock": {"mode": "scaled", "factor": factor}}, "f")

    assert parse_scenario(exported(scenario.document()), "f").clock == scenario.clock


@pytest.mark.parametrize("name", names())
def test_an_exported_scenario_has_the_order_of_the_model_and_readable_lines(name: str) -> None:
    """As a person would write it: short mappings on one line, and no overlong lines."""
    scenario = load_scenario(folder() / f"{name}.yaml")
    document = scenario.document()

    text = exported(document, ("A remark.",))

    keys = [line.partition(":")[0] for line in text.splitlines() if line[0] not in "# "]
    assert keys == list(document)
    assert text.splitlines()[1] == "# A remark."
    assert "\n  - {username: admin, password: admin-secret, admin: true}\n" in text
    assert max(map(len, text.splitlines())) <= 118
    assert parse_scenario(text, "f") == scenario
