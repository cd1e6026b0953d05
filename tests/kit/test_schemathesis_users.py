"""Plain schemathesis: the shipped configuration and hooks work unchanged, and find defects."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path

import pytest

from contract_tests.openapi import document_path
from tests.kit.broken_gateways import CATALOGUE, served

pytestmark = pytest.mark.long

CONFIG = Path(document_path("sms-gateway")).parent.parent / "schemathesis.toml"


def schemathesis(url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a separate folder."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program is not None
    command = [program, "--config-file", str(CONFIG), "run", str(document_path("sms-gateway")), "--url", url]
    return subprocess.run(  # noqa: S603 - our own command
        [*command, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_shipped_configuration_is_green_on_the_mock(healthy: str, tmp_path: Path) -> None:
    """A session is reset before every request, so that anti-flooding does not look like flakiness."""
    done = schemathesis(healthy, tmp_path, "--max-examples", "15", "--seed", "1")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout
    assert "Selected: 4/4" in done.stdout


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("every send is refused with 60", "never answered with 2xx"),
        ("a refusal is a crash in plain text", "ANS-3"),
        ("an empty text gets 56", "ERR-66"),
    ],
)
def test_the_shipped_configuration_tells_what_is_wrong(name: str, told: str, tmp_path: Path) -> None:
    """The usual configurations accept these servers; this one does not."""
    broken = next(each for each in CATALOGUE if each.name == name)
    with served(broken) as url:
        done = schemathesis(url, tmp_path, "--max-examples", "15", "--seed", "1")

    assert done.returncode == 1, done.stdout
    assert told in done.stdout


def test_the_configuration_lies_where_the_command_says() -> None:
    """`sms-contract paths` names files that exist."""
    program = shutil.which("sms-contract", path=str(Path(sys.executable).parent))
    if program is None or not files("sms-gateway-mock"):
        pytest.skip("the project is not installed")
    said = subprocess.run([program, "paths"], capture_output=True, text=True, check=True).stdout  # noqa: S603

    found = [Path(line.partition(": ")[2]) for line in said.splitlines()]
    assert len(found) == 3
    assert all(path.is_file() for path in found)
