"""What the plugin costs: counted where it can be, else as a ratio to something of this machine."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from mock_server.client import LoopCaller
from mock_server.client.calling import ControlAnswer, ControlRequest
from mock_server.pytest_plugin import SmsServer
from tests.plugin.projects import Project

BARE_SERVER = """
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def sms_gateway():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(base_url=f"http://127.0.0.1:{server.server_port}", credentials=("admin", "admin-secret"))
    server.shutdown()
"""
"""An `sms_gateway` of the standard library, which accepts everything and remembers nothing."""


def alone(code: str) -> object:
    """What an interpreter of its own prints, as JSON."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return json.loads(done.stdout)


def processor_seconds() -> float:
    """What the processes that this one has waited for have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_start_of_pytest_loads_three_small_modules() -> None:
    """Who does not use the plugin pays for its hooks, and for nothing that a gateway is made of."""
    found = alone(
        "import json, sys, pytest\n"
        "before = set(sys.modules)\n"
        "import mock_server.pytest_plugin.hooks\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )

    assert found == ["mock_server", "mock_server.pytest_plugin", "mock_server.pytest_plugin.hooks"]


def test_a_gateway_does_without_what_only_readers_of_codes_need() -> None:
    """The patterns that find one-time codes take as long to compile as all of the rules: until somebody looks."""
    found = alone(
        "import json, sys, mock_server.testing.mock_gateway\n"
        "print(json.dumps([name for name in sys.modules if name.endswith('.codes')]))"
    )

    assert found == []


def test_a_run_without_a_gateway_loads_none(project: Project) -> None:
    """Not to fail a test either."""
    project.write(
        "test_it.py",
        """
        import sys

        def test_fails():
            assert False

        def test_later():
            assert {name for name in sys.modules if name.startswith("mock_server.")} == {
                "mock_server.pytest_plugin", "mock_server.pytest_plugin.hooks"
            }
        """,
    )

    assert project.pytest().counts == {"passed": 1, "failed": 1}


def test_a_test_costs_five_control_calls(sms_server: SmsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One to begin; at its end was there a refusal, a bug, a notification, and the end of the session."""
    asked: list[str] = []
    call = LoopCaller.call

    def counted(caller: LoopCaller, request: ControlRequest) -> ControlAnswer:
        asked.append(request.method)
        return call(caller, request)

    monkeypatch.setattr(LoopCaller, "call", counted)
    sms_server.begin("counted").close()

    assert asked == ["POST", "GET", "GET", "GET", "DELETE"]


def test_a_test_costs_no_more_than_a_few_questions(sms_server: SmsServer) -> None:
    """Setting up and tearing down takes about as long as five questions to the gateway; here twenty are allowed."""
    control = sms_server.begin("measured").control

    def seconds(do: object) -> float:
        begun = perf_counter()
        do()  # type: ignore[operator]
        return perf_counter() - begun

    question = median(seconds(control.clock) for _ in range(200))
    whole = median(seconds(lambda: sms_server.begin("measured").close()) for _ in range(200))

    assert whole < 20 * question


def test_the_first_test_waits_for_little_more_than_the_imports(project: Project) -> None:
    """A server of its own is there soon after what it is made of, in time of the processor: others may be busy."""
    project.write(
        "test_it.py",
        """
        import json, pathlib, time

        def test_it(request):
            begun = time.process_time()
            request.getfixturevalue("sms_gateway")
            pathlib.Path("took.json").write_text(json.dumps(time.process_time() - begun))
        """,
    )
    project.pytest()
    took = json.loads((project.folder / "took.json").read_text(encoding="utf-8"))
    imports = alone(
        "import json, pytest, time\nbegun = time.process_time()\nimport mock_server.testing.mock_gateway\n"
        "print(json.dumps(time.process_time() - begun))"
    )

    assert isinstance(imports, float)
    assert took < 3 * imports


def thousand_sends(folder: Path, server: str) -> float:
    """The processor seconds of a thousand tests of one send each; `server` is code that replaces `sms_gateway`."""
    project = Project(folder)
    project.write(
        "test_it.py",
        server
        + """
import pytest

@pytest.mark.parametrize("number", range(1000))
def test_it(send, number):
    assert send() == 200
""",
    )
    begun = processor_seconds()
    ran = project.pytest("-q")
    used = processor_seconds() - begun

    assert ran.counts == {"passed": 1000}, ran.output
    return used


@pytest.mark.long
def test_a_thousand_tests_of_one_send_cost_at_most_four_times_a_bare_server(tmp_path: Path) -> None:
    """Over a real port, in processor time, beside the same tests on a server of the standard library."""
    bare = thousand_sends(tmp_path / "bare", BARE_SERVER)
    plugin = thousand_sends(tmp_path / "plugin", "")

    assert plugin < 4 * bare
