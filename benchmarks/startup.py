"""From process start to the first answered send, and what of it is importing."""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import time

from benchmarks.processes import free_port

RUNS = 9
_IMPORTS = "import time; t = time.perf_counter(); import mock_server.cli, mock_server.bootstrap, mock_server.api.server; print(time.perf_counter() - t)"  # noqa: E501
_FORBIDDEN = ("contract_tests", "schemathesis", "hypothesis", "rich", "phonenumbers", "linkify_it")
_LOADED = f"import sys, mock_server.cli, mock_server.bootstrap, mock_server.api.server; print([m for m in {_FORBIDDEN!r} if m in sys.modules])"  # noqa: E501


def run() -> None:
    """Print the medians and what must not be loaded."""
    first = [_first_send() for _ in range(RUNS)]
    imports = [float(_python(_IMPORTS)) for _ in range(RUNS)]
    print(f"process start to first answered send: {statistics.median(first):.2f} s (median of {RUNS})")
    print(f"imports of the gateway and all it stands on: {statistics.median(imports):.2f} s")
    print(f"loaded although nobody needs it: {_python(_LOADED)}")


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _first_send() -> float:
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "mock_server", "serve", "--quiet", "--port", str(port)])
    try:
        while not _sent(port):
            time.sleep(0.002)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def _sent(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": "Basic YWRtaW46YWRtaW4tc2VjcmV0", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/api/Admin/send", b'{"destination":"+447700900123","text":"Hello"}', headers)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
