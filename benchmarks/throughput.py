"""The full send path beside a bare uvicorn application, in turn, on one core each."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import cpu_seconds, free_port, serving

ROUNDS = 7
SECONDS = 3
WARM_UP = 3
CONNECTIONS = 16

_HERE = Path(__file__).parent


class Figure(NamedTuple):
    """What one round measured."""

    per_second: float
    cpu_microseconds: float
    """Of the server, per request."""


def run() -> None:
    """Print a row a server, and the ratio round by round."""
    require_load_generator()
    bare_port, ours_port = free_port(), free_port()
    serve = ["-m", "mock_server", "serve", "--quiet", "--port", str(ours_port)]
    core = 0 if (os.cpu_count() or 1) > 1 else None
    with (
        serving(["-m", "benchmarks.bare", str(bare_port)], bare_port, core) as bare,
        serving([*serve, "--scenario", str(_HERE / "open.yaml")], ours_port, core) as ours,
    ):
        for _ in range(WARM_UP):
            load(bare_port, bare)
            load(ours_port, ours)
        rounds = [(load(bare_port, bare), load(ours_port, ours)) for _ in range(ROUNDS)]
    _print(rounds)


def require_load_generator() -> None:
    """End with a sentence where there is none."""
    if shutil.which("wrk") is None:
        sys.exit("the load comes from wrk, which is not installed: apt-get install wrk")


def load(port: int, pid: int, seconds: int = SECONDS, path: str = "") -> Figure:
    """Send as fast as the server answers, to the session that the path names, and say what it took."""
    before = cpu_seconds(pid)
    load = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}",
        "-s",
        str(_HERE / "send.lua"),
        f"http://127.0.0.1:{port}",
        "--",
        path,
    ]
    said = subprocess.run(load, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        sys.exit(f"the server on port {port} refused sends that it should accept:\n{said}")
    found = re.search(r"(\d+) requests in", said)
    assert found is not None, said
    requests = int(found[1])
    return Figure(requests / seconds, (cpu_seconds(pid) - before) / requests * 1e6)


def _print(rounds: list[tuple[Figure, Figure]]) -> None:
    print("| server | requests/s (median) | CPU per request (median) |\n|---|---|---|")
    for name, figures in zip(("bare uvicorn app", "full send path"), zip(*rounds, strict=True), strict=True):
        per_second = statistics.median(figure.per_second for figure in figures)
        cpu = statistics.median(figure.cpu_microseconds for figure in figures)
        print(f"| {name} | {per_second:,.0f} | {cpu:.1f} us |")
    throughput = [ours.per_second / bare.per_second for bare, ours in rounds]
    cpu_ratio = [bare.cpu_microseconds / ours.cpu_microseconds for bare, ours in rounds]
    for name, ratios in (("throughput", throughput), ("CPU", cpu_ratio)):
        low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
        print(f"\nRatio by {name}, pair by pair: {low:.2f} / {middle:.2f} / {high:.2f} (min / median / max)")
