"""What the pytest plugin costs: a start that does not use it, the first test, each further one, a thousand."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.plugin.projects import Project

RUNS = 9
_TIMES = """
import json, pathlib, time
import pytest

times = {"setup": [], "teardown": []}


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    begun = time.perf_counter()
    found = yield
    took = time.perf_counter() - begun
    if fixturedef.argname == "sms_server":
        times["setup"].append(took)
    if fixturedef.argname == "sms_gateway":
        if len(times["setup"]) == 1 and not times["teardown"]:
            took += times["setup"].pop()  # The first one needs the server.
        times["setup"].append(took)
        # Its teardown is what lies between the two finalizers around it.
        request.node.addfinalizer(lambda: times["teardown"].append(time.perf_counter() - request.node.ended))
        fixturedef.addfinalizer(lambda: setattr(request.node, "ended", time.perf_counter()))
    return found


def pytest_sessionfinish():
    pathlib.Path("times.json").write_text(json.dumps(times))
"""
_MANY = """
import pytest


@pytest.mark.parametrize("number", range(1000))
def test_it(send, number):
    assert send() == 200
"""


def run() -> None:
    """Print the figures; modules are compiled before, as in an installed wheel."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as compiled:
        warm = {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        project = Project(Path(folder))
        project.write("test_none.py", "def test_it():\n    pass\n")
        project.write("test_one.py", "def test_it(sms_gateway):\n    pass\n")
        project.write("test_many.py", _MANY)
        project.pytest("test_one.py", **warm)
        starts = [(_seconds(project, warm, "-p", "no:sms_gateway"), _seconds(project, warm)) for _ in range(RUNS)]
        added = statistics.median(with_it - without for without, with_it in starts) * 1000
        print(f"a start of pytest that does not use it: {added:.1f} ms more of CPU (median of {RUNS} pairs)")
        _print_import(warm)
        project.write("conftest.py", (Path(folder) / "conftest.py").read_text() + _TIMES)
        firsts = [_times(project, warm, "test_one.py")["setup"][0] for _ in range(RUNS)]
        print(f"the first test's gateway: {statistics.median(firsts) * 1000:.0f} ms (median of {RUNS})")
        times = _times(project, warm, "test_many.py")
        for name, values in times.items():
            print(f"{name} of each further one: {statistics.median(values[1:]) * 1000:.2f} ms (median of 999)")
        for workers in (1, 2):
            begun = time.perf_counter()
            project.pytest("-q", "test_many.py", *(["-n2"] if workers == 2 else []), **warm)
            print(f"1,000 tests of one send, {workers} process(es): {time.perf_counter() - begun:.1f} s")


def _seconds(project: Project, warm: dict[str, str], *arguments: str) -> float:
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    project.pytest("test_none.py", *arguments, **warm)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def _times(project: Project, warm: dict[str, str], *arguments: str) -> dict[str, list[float]]:
    project.pytest("-q", *arguments, **warm)
    times: dict[str, list[float]] = json.loads((project.folder / "times.json").read_text())
    return times


def _print_import(warm: dict[str, str]) -> None:
    hooks = "import mock_server.pytest_plugin.hooks"
    code = f"import pytest, time; t = time.perf_counter(); {hooks}; print(time.perf_counter() - t)"
    took = [
        float(subprocess.run([sys.executable, "-c", code], env=warm, capture_output=True, check=True).stdout)
        for _ in range(RUNS)
    ]
    print(f"importing what a start loads of it: {statistics.median(took) * 1000:.1f} ms (median of {RUNS})")
