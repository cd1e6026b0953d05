"""`python -m tests.soak [ROUNDS]`: rounds of 200 tests on 8 threads that share one server; fails on interference."""

from __future__ import annotations

import sys
from statistics import median

from mock_server.testing import MockGateway
from tests.soak.crowd import THREADS, VISITORS, crowd

ROUNDS = 20
_SHOWN = 20


def main(rounds: int) -> int:
    """Run the rounds; exit code 0 if no test affected another."""
    wrong, seconds = 0, []
    with MockGateway() as gateway:
        for number in range(1, rounds + 1):
            verdict = crowd(gateway.url)
            wrong += bool(verdict.complaints)
            seconds.append(verdict.seconds)
            said = f"{len(verdict.complaints)} complaints" if verdict.complaints else "no interference"
            print(f"round {number}/{rounds}: {verdict.seconds:.1f} s, {verdict.sends:,} messages, {said}", flush=True)  # noqa: T201
            for complaint in verdict.complaints[:_SHOWN]:
                print(f"  {complaint}", flush=True)  # noqa: T201
    told = "no interference" if not wrong else f"INTERFERENCE in {wrong} rounds"
    spread = f"{min(seconds):.1f} / {median(seconds):.1f} / {max(seconds):.1f} s a round (min / median / max)"
    print(f"{VISITORS} tests on {THREADS} threads, {rounds} rounds: {told}; {spread}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
