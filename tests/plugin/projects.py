"""A user's project in a folder of its own, and pytest's results there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple
from xml.etree import ElementTree as ET

_PATIENCE = 120
_WITHOUT = [
    f"-pno:{name}" for name in ("schemathesis", "hypothesispytest", "pytest_cov", "cacheprovider", "randomly")
]
"""Plugins that are irrelevant here and slow to load."""

CONFTEST = '''
import json
import urllib.error
import urllib.request
from base64 import b64encode

import pytest


@pytest.fixture
def send(sms_gateway):
    """An ordinary client: what it gets is the HTTP status."""

    def send(to="+447700900123", text="Hello", **fields):
        word = b64encode(":".join(sms_gateway.credentials).encode()).decode()
        request = urllib.request.Request(
            sms_gateway.base_url + "/api/Admin/send",
            json.dumps({"destination": to, "text": text, **fields}).encode(),
            {"Content-Type": "application/json", "Authorization": "Basic " + word},
        )
        try:
            with urllib.request.urlopen(request) as response:
                return response.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    return send
'''
"""A client that needs only Python."""


class Ran(NamedTuple):
    """The result of a run."""

    code: int
    output: str
    counts: dict[str, int]
    """How many tests `passed`, and how often one `failed` or was an `error` (at its start or end)."""


class Project:
    """A user's project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("conftest.py", CONFTEST)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")

    def pytest(self, *arguments: str, python: str = sys.executable, **environment: str) -> Ran:
        """Run pytest as a user does."""
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SMS_MOCK_", "PYTEST_"))}
        done = subprocess.run(  # noqa: S603 - our own command
            [python, "-m", "pytest", *_WITHOUT, "--color=no",
             f"--junitxml={report}", *arguments],
            cwd=self.folder, env={**clean, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, _counts(report))


def _counts(report: Path) -> dict[str, int]:
    if not report.exists():
        return {}
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - pytest wrote it
    found = {
        "passed": sum(len(case.findall("failure") + case.findall("error")) == 0 for case in cases),
        "failed": sum(len(case.findall("failure")) for case in cases),
        "error": sum(len(case.findall("error")) for case in cases),
    }
    return {name: number for name, number in found.items() if number}
