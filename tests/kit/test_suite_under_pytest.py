"""`pytest --pyargs contract_tests.gateway`: the same suite in pytest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.broken_gateways import CATALOGUE, served

pytestmark = pytest.mark.long


def under_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the suite as a user does, in a separate folder."""
    command = [sys.executable, "-m", "pytest", "--pyargs", "contract_tests.gateway", "-q", "-rs", *arguments]
    return subprocess.run(  # noqa: S603 - our own command
        [*command, "-p", "no:cacheprovider"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_healthy_target_is_green(healthy: str, tmp_path: Path) -> None:
    """There is one test per check, and each passes."""
    done = under_pytest(tmp_path, f"--sms-url={healthy}", f"--sms-control={healthy}", "--sms-only=URL-2,ERR-61",
                        "--sms-max-examples=3", "--sms-seed=1")  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout


def test_a_broken_target_is_red_with_its_curl(tmp_path: Path) -> None:
    """A failure shows the requirement, the request and the answer, without a traceback of the kit."""
    broken = next(each for each in CATALOGUE if each.name == "an empty text gets 56")
    with served(broken) as url:
        done = under_pytest(
            tmp_path, f"--sms-url={url}", f"--sms-control={url}", "--sms-only=ERR-66", "--sms-max-examples=3"
        )

    assert done.returncode == 1
    assert "curl -sS -X POST" in done.stdout
    assert "ERR-66 (assumed)" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--sms-url=http://127.0.0.1:1",), "does not answer"),
        (("--sms-url=https://sms.namirialtsp.com",), "looks like a real environment"),
    ],
)
def test_a_target_that_cannot_be_judged_is_exit_2(arguments: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    """The exit code is that of the command."""
    done = under_pytest(tmp_path, *arguments)

    assert done.returncode == 2
    assert sentence in done.stdout + done.stderr


def test_nothing_testable_is_exit_2(healthy: str, tmp_path: Path) -> None:
    """If every test is skipped, the run fails; each skip says what is needed."""
    done = under_pytest(tmp_path, f"--sms-url={healthy}", "--sms-only=AF-6")

    assert done.returncode == 2
    assert "not testable: it needs the control API" in done.stdout


def test_the_entry_point_imports_nothing_heavy() -> None:
    """Every pytest run of a user loads the options, so the module imports nothing large."""
    code = (
        "import sys, contract_tests.gateway.options;"
        "heavy = {'hypothesis', 'schemathesis', 'httpx2', 'jsonschema_rs', 'yaml', 'mock_server', 'rich', 'click'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stderr
