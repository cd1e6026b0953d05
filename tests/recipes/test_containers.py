"""The mock in a container by testcontainers: the requests to the engine, and the tests of a product."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mock_server.testing import MockGateway
from tests.recipes.engine import Engine, engine
from tests.structure.project_sources import ROOT

PROGRAM = """
import sys
from pathlib import Path
from mock_server.containers import GatewayContainer

scenario = Path(sys.argv[1]) if "/" in sys.argv[1] else sys.argv[1]
with GatewayContainer(scenario=scenario, token="t0ken-of-a-container") as gateway, gateway.control() as control:
    print(gateway.url, control.session().id)
"""


def python(made: Engine, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python process that uses the fake engine: the library looks for an engine when it is imported."""
    settings = {
        "DOCKER_HOST": made.url,
        "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
        "TESTCONTAINERS_RYUK_DISABLED": "true",
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments], cwd=ROOT, env={"PATH": os.environ["PATH"], **settings}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_container_is_hardened_and_published_to_this_machine_only(gateway: MockGateway) -> None:
    """Read-only, no capabilities, a free port of 127.0.0.1; ready at the start of the block, removed at its end."""
    with engine(gateway.url) as made:
        done = python(made, "-c", PROGRAM, "watchlist")

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{gateway.url} default\n"
    (asked,) = made.created
    host = asked["HostConfig"]
    assert asked["Image"] == "sms-gateway-mock"
    assert host["PortBindings"] == {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["SecurityOpt"]) == (True, ["ALL"], ["no-new-privileges"])
    assert set(asked["Env"]) == {"SMS_MOCK_SCENARIO=watchlist", "SMS_MOCK_CONTROL_TOKEN=t0ken-of-a-container"}
    assert made.removed == 1


def test_a_custom_scenario_is_mounted(gateway: MockGateway, tmp_path: Path) -> None:
    """A path, unlike a name, is a file of this machine."""
    mine = tmp_path / "mine.yaml"
    mine.write_text("version: 1\n")
    with engine(gateway.url) as made:
        done = python(made, "-c", PROGRAM, str(mine))
        missing = python(made, "-c", PROGRAM, str(tmp_path / "missing.yaml"))

    assert done.returncode == 0, done.stderr
    (asked,) = made.created
    assert asked["HostConfig"]["Binds"] == [f"{mine}:/scenario.yaml:ro"]
    assert "SMS_MOCK_SCENARIO=/scenario.yaml" in asked["Env"]
    assert "FileNotFoundError" in missing.stderr


def test_the_tests_to_copy_pass(gateway: MockGateway) -> None:
    """`examples/testcontainers_python`, unchanged."""
    with engine(gateway.url) as made:
        done = python(made, "-m", "pytest", "-q", "-p", "no:cacheprovider", "examples/testcontainers_python")

    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert (len(made.created), made.removed) == (1, 1)


@pytest.mark.parametrize("word", ["forHttp('/_ready', 8080)", "withExposedPorts(8080)"])
def test_the_container_in_node_waits_for_http(word: str) -> None:
    """Not for a line of the log, which does not show that requests are served."""
    text = (ROOT / "examples/node_test/container.mjs").read_text(encoding="utf-8")
    command = ["node", "--check", "examples/node_test/container.mjs"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stderr
    assert word in text


@pytest.mark.parametrize("word", ['forHttp("/_ready")', 'bindIp("127.0.0.1")', "withReadonlyRootfs(true)"])
def test_the_container_in_java_waits_for_http_and_is_published_here_only(word: str) -> None:
    """The same in Java."""
    assert word in (ROOT / "examples/java_test/GatewayContainer.java").read_text(encoding="utf-8")


def test_the_container_in_java_is_java(tmp_path: Path) -> None:
    """Its syntax is checked without the library that it uses; and a mistake is found."""
    text = (ROOT / "examples/java_test/GatewayContainer.java").read_text(encoding="utf-8")
    broken = tmp_path / "Broken.java"
    broken.write_text(text.replace("return ", "return return "))

    parser = str(ROOT / "tests/recipes/Parse.java")
    command = ["java", parser, str(ROOT / "examples/java_test/GatewayContainer.java")]
    good = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    bad = subprocess.run(["java", parser, str(broken)], capture_output=True, text=True, check=False)  # noqa: S603, S607

    assert (good.returncode, good.stderr) == (0, "")
    assert bad.returncode == 1
    assert "illegal start of expression" in bad.stderr
