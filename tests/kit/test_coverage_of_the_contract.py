"""Every requirement is exercised by a check or test, and none of these names an unknown requirement."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from contract_tests.cli import main
from contract_tests.contract.requirements import load_requirements
from contract_tests.coverage import coverage
from contract_tests.gateway.suite import all_checks
from contract_tests.model.universal_checks import UNIVERSAL_IDS

KNOWN = {requirement.id: requirement for requirement in load_requirements()}


def test_no_check_and_no_test_names_an_unknown_requirement() -> None:
    """A misspelt id would exercise no requirement."""
    _, unknown = coverage()

    assert unknown == []


def test_every_requirement_is_exercised_or_says_why_it_is_not() -> None:
    """Every observable requirement has a check or a test; every other one states why it is exempt."""
    rows, _ = coverage()

    assert [row.requirement.id for row in rows if not row.covered] == []
    assert {row.requirement.id for row in rows} == set(KNOWN)


def test_every_requirement_that_a_server_can_show_by_now_has_a_check() -> None:
    """A test of this project does not check other servers, so a test alone is not enough."""
    checked = {id_ for each in all_checks() for id_ in each.ids} | set(UNIVERSAL_IDS)
    built = {id_ for id_, requirement in KNOWN.items() if requirement.since is None and requirement.observable}

    assert built <= checked


def test_the_command_prints_every_requirement() -> None:
    """`sms-contract requirements` prints each requirement with its checks and tests, and exits with 0."""
    result = CliRunner().invoke(main, ["requirements", "--json"])

    assert result.exit_code == 0, result.output
    rows = {row["id"]: row for row in json.loads(result.stdout)}
    assert set(rows) == set(KNOWN)
    assert rows["OP-6"]["exempt"].startswith("not observable")
    assert rows["AF-2"]["checks"]
    assert rows["AF-2"]["alternatives"] == [100]


def test_the_table_is_for_people() -> None:
    """Without `--json`, the output is a table that spells out the exemptions."""
    result = CliRunner().invoke(main, ["requirements"])

    assert result.exit_code == 0, result.output
    assert "AF-2" in result.output


def test_a_test_that_names_an_unknown_requirement_fails_the_command(tmp_path: Path) -> None:
    """The marker is found wherever it is placed, and an unknown id is reported with its location."""
    test = "@pytest.mark.requirement('AF-2', 'AF-99')\ndef test_something() -> None: ...\n"
    module = "pytestmark = [pytest.mark.requirement('ERR-999')]\n"
    (tmp_path / "test_it.py").write_text("import pytest\n" + module + test)

    result = CliRunner().invoke(main, ["requirements", "--tests", str(tmp_path)])

    assert result.exit_code == 1
    assert "test_it.py::test_something names AF-99" in result.output
    assert "test_it.py::* names ERR-999" in result.output
