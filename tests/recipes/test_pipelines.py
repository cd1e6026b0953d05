"""The snippets for GitHub Actions and GitLab CI: they are valid, and their commands work."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.structure.project_sources import ROOT

ACTIONS = ROOT / "examples/ci/github-actions.yml"
GITLAB = ROOT / "examples/ci/gitlab-ci.yml"

USES = {"actions/checkout@v4", "actions/setup-python@v5", "actions/upload-artifact@v4"}
CONDITIONS = {None, "failure()", "${{ !cancelled() }}"}


def read(path: Path) -> Any:
    """A YAML file with every scalar as text, because `on` is a name here."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - of its loaders the least


def actions() -> tuple[Mapping[str, str], list[str]]:
    """The environment of the job, and its scripts: one for each step, each in its own shell."""
    job = read(ACTIONS)["jobs"]["test"]
    return job["env"], [step["run"] for step in job["steps"] if "run" in step]


def gitlab() -> tuple[Mapping[str, str], list[str]]:
    """The variables of the job, and its script: all lines in one shell."""
    job = read(GITLAB)["sms"]
    return job["variables"], ["\n".join([*job["before_script"], *job["script"]])]


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The environment of a CI runner: a `pip` that only records its arguments, and a free port."""
    pip = tmp_path / "bin" / "pip"
    pip.parent.mkdir()
    pip.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/installed"\n')
    pip.chmod(0o755)
    path = os.pathsep.join([str(pip.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    return {"PATH": path, "HOME": str(tmp_path), "port": str(port)}


def run(variables: Mapping[str, str], scripts: list[str], runner: dict[str, str], folder: Path) -> str:
    """Run scripts one after another, as a runner does; processes that they leave end with the last one."""
    port = runner.pop("port")
    env = {**runner, **{name: value.replace("8080", port) for name, value in variables.items()}}
    printed, groups = "", []
    try:
        for script in scripts:
            # A file instead of a pipe: a background process of a script would keep a pipe open.
            with (folder / "output").open("w+") as output:
                shell = subprocess.Popen(  # noqa: S603
                    ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL,  # noqa: S607
                    stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
                groups.append(shell.pid)
                code = shell.wait(60)
                output.seek(0)
                printed += output.read()
            assert code == 0, printed
    finally:
        for group in groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
    return printed


@pytest.mark.parametrize("given", [actions, gitlab])
def test_the_commands_work(given: Any, runner: dict[str, str], tmp_path: Path) -> None:
    """From the installation to the list of messages, on the gateway that the snippet starts."""
    variables, scripts = given()

    printed = run(variables, scripts, runner, tmp_path)

    assert (tmp_path / "installed").read_text().split() == ["install", "sms-gateway-mock"]
    assert "no problem" in printed
    assert "accepted  " in printed
    assert "482913" in printed


@pytest.mark.parametrize("given", [actions, gitlab])
def test_a_step_that_fails_fails_the_job(given: Any, runner: dict[str, str], tmp_path: Path) -> None:
    """A misconfigured client ends the pipeline at the doctor, before any test of the product."""
    variables, scripts = given()
    wrong = {**variables, "SMS_GATEWAY_URL": variables["SMS_GATEWAY_URL"] + "/api"}

    with pytest.raises(AssertionError, match="1 problem"):
        run(wrong, scripts, runner, tmp_path)


def test_the_workflow_is_valid() -> None:
    """GitHub's keys, actions with a version, documented conditions."""
    workflow = read(ACTIONS)
    assert set(workflow) == {"name", "on", "jobs"}
    (job,) = workflow["jobs"].values()
    assert set(job) == {"runs-on", "timeout-minutes", "env", "steps"}
    for step in job["steps"]:
        assert set(step) <= {"name", "uses", "with", "run", "if"}
        assert ("uses" in step) != ("run" in step)
        assert step.get("uses", "actions/checkout@v4") in USES
        assert step.get("if") in CONDITIONS


def test_the_job_is_valid() -> None:
    """GitLab's keys; every line of a script is a text, although a colon could make it a mapping."""
    (job,) = read(GITLAB).values()
    assert set(job) == {"image", "timeout", "variables", "before_script", "script", "artifacts"}
    assert all(isinstance(line, str) for line in (*job["before_script"], *job["script"]))
    assert set(job["artifacts"]) == {"when", "paths"}
