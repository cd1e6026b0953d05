"""The tests to copy in Node and Java, which need only their standard libraries."""

from __future__ import annotations

import os
import subprocess

import pytest

from mock_server.api.guard import Access
from mock_server.scenario.loader import scenario_of
from mock_server.testing import MockGateway
from tests.structure.project_sources import ROOT

NODE = ("node", "--test", "--test-reporter=tap", "examples/node_test/sms.test.mjs")
JAVA = ("java", "examples/java_test/GatewayTest.java")


def run(command: tuple[str, ...], url: str) -> subprocess.CompletedProcess[str]:
    """Run such tests against a gateway."""
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env={"PATH": os.environ["PATH"], "SMS_MOCK_URL": url}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "said"), [(NODE, "# pass 5\n# fail 0"), (JAVA, "4 passed, 0 failed")], ids=["node", "java"]
)
def test_they_pass_on_the_mock_and_leave_nothing(command: tuple[str, ...], said: str) -> None:
    """Each test has a session of its own, which is deleted at its end."""
    with MockGateway() as gateway:
        done = run(command, gateway.url)
        left = [each.id for each in gateway.control.sessions()]

    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout
    assert left == ["default"]


@pytest.mark.parametrize("command", [NODE, JAVA], ids=["node", "java"])
def test_they_fail_with_the_mocks_own_message(command: tuple[str, ...]) -> None:
    """Without access, the output says what to do."""
    with MockGateway(access=Access("t0ken-of-the-tests")) as guarded:
        done = run(command, guarded.url)

    assert done.returncode == 1
    assert "Control token required" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "said"), [(NODE, "# fail 3"), (JAVA, "1 passed, 3 failed")], ids=["node", "java"]
)
def test_they_fail_on_a_gateway_that_accepts_nothing(command: tuple[str, ...], said: str) -> None:
    """Without their account only the connection breaks as before: tests that passed would prove nothing."""
    with MockGateway(scenario_of({"version": 1, "accounts": []}, "no accounts")) as gateway:
        done = run(command, gateway.url)

    assert done.returncode == 1
    assert said in done.stdout
