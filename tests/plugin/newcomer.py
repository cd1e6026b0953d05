"""The project of `docs/pytest.md` in a new environment with only the wheel installed.

`.ci/wheel` creates the environment and runs this; NEWCOMER_PYTHON is its interpreter, without this checkout.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.plugin.documented import files
from tests.plugin.projects import Project

PYTHON = os.environ["NEWCOMER_PYTHON"]

FAILURES = """
def test_the_customer_is_on_the_watchlist(shop, sms_gateway):
    shop.sign_in("+447700900061")
    assert sms_gateway.messages != []


def test_nobody_looked_at_the_answer(shop):
    shop.send("customer 17", "Hello")


def test_the_code_never_came(shop, sms_gateway):
    sms_gateway.next_message(to="+447700900123", timeout=0.1)


def test_the_wrong_number(shop, sms_gateway):
    sms_gateway.next_send("+447700900124", refuse=64)
    shop.send("+447700900123", "Hello")


def test_somebody_elses_base_url(sms_gateway):
    import httpx2

    httpx2.post(sms_gateway.base_url.partition("/~")[0] + "/api/Admin/send", json={})
    sms_gateway.next_message(timeout=0.1)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """The project of the page."""
    project = Project(tmp_path)
    for name, text in files().items():
        project.write(name, text)
    return project


def asked(code: str) -> str:
    """What the environment's interpreter prints."""
    return subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True, cwd="/").stdout  # noqa: S603


def test_the_wheel_is_tested() -> None:
    """And not a checkout; the light installation has nothing of the kit."""
    assert "site-packages" in asked("import mock_server; print(mock_server.__file__)")
    assert (
        asked("import importlib.util as u; print(u.find_spec('schemathesis'), u.find_spec('hypothesis'))")
        == "None None\n"
    )


def test_five_tests_pass_on_four_workers(shop: Project) -> None:
    """A conftest of ten lines, an ordinary client, warnings as errors."""
    ran = shop.pytest("-n4", "-W", "error", "test_shop.py", python=PYTHON)

    assert (ran.code, ran.counts) == (0, {"passed": 5}), ran.output


def test_the_whole_page_passes(shop: Project) -> None:
    """Coroutines, sessions, and an application that outlives a test."""
    ran = shop.pytest("-W", "error", python=PYTHON)

    assert (ran.code, ran.counts) == (0, {"passed": 10}), ran.output


def test_pytest_rewrites_only_modules_that_a_start_loads(shop: Project) -> None:
    """Pytest rewrites the packages of plugins; modules that are loaded later are imported as installed."""
    shop.pytest("test_shop.py", python=PYTHON)
    package = Path(asked("import mock_server; print(mock_server.__path__[0])").strip())
    rewritten = sorted({path.name.partition(".")[0] for path in package.rglob("*-pytest-*.pyc")})

    late = ["otp"]
    assert rewritten == sorted(["__init__", "hooks", "importing", *late])


def test_failures_are_explained(shop: Project) -> None:
    """Each without terms of the gateway's internals, and without a line of the mock's code."""
    shop.write("test_failures.py", FAILURES)

    ran = shop.pytest("-n4", "test_failures.py", python=PYTHON)

    assert ran.counts == {"failed": 3, "error": 2}, ran.output
    assert (
        "The destination is on the watchlist: +447700900061. Send to a number that no watchlist entry" in ran.output
    )
    assert "The gateway refused what the test did not say it would refuse:" in ran.output
    assert "'customer 17'" in ran.output
    assert "with sms_gateway.expect_refusal(56):" in ran.output
    assert "no message (destination '+447700900123') came within 0.1 seconds; this reached the gateway:" in ran.output
    assert "nothing; the client's base URL has to be http://127.0.0.1:" in ran.output
    assert "s1: destination is '+447700900123', wanted '+447700900124'" in ran.output
    assert "a client that drops the path of its base URL has to send the header" in ran.output
    assert "admin-secret" not in ran.output
    assert "site-packages" not in ran.output
