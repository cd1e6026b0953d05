"""Imports keep to the layers that are written down in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import Any

import pytest

from tests.structure.project_sources import ROOT

CONFIG: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
PAGES_OF_THEIR_OWN = {"__init__", "__main__", "scenarios"}
"""Modules without a layer: the package itself, its entry point, and the scenarios inside a wheel."""


@pytest.fixture(scope="module")
def report() -> subprocess.CompletedProcess[str]:
    """The output of the import linter for this checkout."""
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603


def test_import_contracts_are_kept(report: subprocess.CompletedProcess[str]) -> None:
    """No module imports from a layer above its own, or what a contract forbids."""
    assert report.returncode == 0, report.stdout + report.stderr


@pytest.mark.parametrize("name", [contract["name"] for contract in CONFIG["contracts"]])
def test_import_contract_was_checked(report: subprocess.CompletedProcess[str], name: str) -> None:
    """A contract that the linter skips would hold nothing."""
    assert f"{name} KEPT" in " ".join(report.stdout.split())


def test_every_module_has_a_layer() -> None:
    """A module of mock_server without a layer could import anything."""
    layers = next(contract["layers"] for contract in CONFIG["contracts"] if contract["type"] == "layers")
    placed = {name.strip() for layer in layers for name in layer.split("|")}
    there = {f"mock_server.{path.stem}" for path in (ROOT / "mock_server").glob("*.py")}
    there |= {f"mock_server.{path.parent.name}" for path in (ROOT / "mock_server").glob("*/__init__.py")}

    assert there - {f"mock_server.{name}" for name in PAGES_OF_THEIR_OWN} == placed
