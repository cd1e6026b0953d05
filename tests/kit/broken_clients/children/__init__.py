"""Broken clients that are commands: their defects need a process or another language."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from contract_tests.client.driver.child import ChildDriver
from tests.kit.broken_clients.broken_client import BrokenClient, Program
from tests.structure.project_sources import ROOT

_HERE = Path(__file__).parent


def python(
    name: str, check: str, behaviour: str, *programs: Program, messages: int = 1, waits: bool = False
) -> BrokenClient:
    """A Python script; `talker.py` has its behaviour."""
    command = shlex.join([sys.executable, "-S", str(_HERE / "talker.py"), behaviour])
    return BrokenClient(name, check, lambda: ChildDriver(command), programs, messages, waits)


def node(
    name: str, check: str, behaviour: str, *programs: Program, messages: int = 1, waits: bool = False
) -> BrokenClient:
    """The example client for Node, with a `fetch` of `fetches.mjs`."""
    words = ["node", "--import", str(_HERE / "fetches.mjs"), str(ROOT / "examples" / "node_fetch" / "driver.mjs")]
    command = shlex.join([*words, behaviour])
    return BrokenClient(name, check, lambda: ChildDriver(command), programs, messages, waits)


ACCEPTED: Program = ("accepted",)

CHILDREN: tuple[BrokenClient, ...] = (
    python("a child prints the password", "secrets.output", "prints_password", ACCEPTED),
    python("a child greets with the password", "secrets.output", "greets_with_password", ("hang",), waits=True),
    python("a child writes garbage", "driver.protocol", "writes_garbage", ACCEPTED),
    python("a child dies after three sends", "driver.protocol", "dies_after_three", ACCEPTED, messages=4),
    python("a child answers twice", "driver.protocol", "answers_twice", ACCEPTED),
    python("a child answers for another line", "driver.protocol", "answers_for_another", ACCEPTED),
    python("a child falls silent", "driver.protocol", "falls_silent", ACCEPTED, messages=2, waits=True),
    node("Node: goes on with a closed connection", "tolerance.closed-connection", "closedConnection",
         ("connection closed",), messages=2),
    node("Node: goes on with an idle connection that was closed", "tolerance.closed-connection", "closedConnection",
         ("closed-idle",), messages=2),
    node("Node: sends again after ECONNRESET", "resend.unknown-fate", "resends", ("reset-after",)),
    node("Node: no time-out", "time.gives-up", "noTimeout", ("accepted", "hang"), messages=2, waits=True),
)  # fmt: skip
