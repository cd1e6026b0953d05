"""What the life of messages costs the send path: two gateways in turn, whose messages change, and never do."""

from __future__ import annotations

import os
import statistics
from pathlib import Path

from benchmarks.processes import free_port, serving
from benchmarks.throughput import load, require_load_generator

ROUNDS = 3
SECONDS = 10
"""Of each round: 30 s in all, so that what falls due is inside the figure."""

_HERE = Path(__file__).parent


def run() -> None:
    """Print the ratio, round by round."""
    require_load_generator()
    core = 0 if (os.cpu_count() or 1) > 1 else None
    living_port, still_port = free_port(), free_port()
    with (
        serving([*_serve(living_port), str(_HERE / "open.yaml")], living_port, core) as living,
        serving([*_serve(still_port), str(_HERE / "never.yaml")], still_port, core) as still,
    ):
        rounds = [(load(living_port, living, SECONDS), load(still_port, still, SECONDS)) for _ in range(ROUNDS)]
    ratios = [with_life.per_second / without.per_second for with_life, without in rounds]
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print("sends/s of messages that are sent and delivered, against messages that never change: ", end="")
    print(f"{low:.2f} / {middle:.2f} / {high:.2f} (min / median / max of {ROUNDS} rounds of {SECONDS} s)")


def _serve(port: int) -> list[str]:
    return ["-m", "mock_server", "serve", "--quiet", "--port", str(port), "--scenario"]
