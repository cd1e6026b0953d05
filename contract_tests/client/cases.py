"""One case: what a caller wants, one after the other, and what the gateway does with each send that comes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.client.driver.protocol import Operation
from contract_tests.client.steps import ACCEPT, BY_NAME, CLOSED_IDLE, ScriptStep, StepStage

USERNAME, PASSWORD = "kit-admin", "kit-Pa55w0rd-9f3b"
"""A password like no word of any text, so that it is found wherever it is leaked."""

WEBHOOK = "https://127.0.0.1:1/receipts"
"""Where receipts are asked for, and none is sent."""

ACCOUNT = "kit-customer"
"""Whom messages may be sent for."""


@dataclass(frozen=True)
class Case:
    """Intents by the gateway's field names, and a program: the n-th send in all meets the n-th step.

    What is sent beyond the program's end is accepted.
    """

    messages: tuple[Mapping[str, Any], ...]
    program: tuple[ScriptStep, ...] = ()
    operation: Operation = "admin"
    timeout_s: float = 2.0
    """The client's own limit, real seconds."""
    seed: int = field(default=7, compare=False)

    @property
    def slow(self) -> bool:
        """Whether the client's own time-out has to pass."""
        return any(step.slow for step in self.program)

    @property
    def pauses(self) -> bool:
        """Whether the gateway has to be given time to close a connection before another message is sent."""
        return len(self.messages) > 1 and CLOSED_IDLE in self.program

    @property
    def size(self) -> tuple[int, int, int, str]:
        """What makes one case smaller than another: messages, steps, characters; then what they are.

        Of two cases one is smaller, in whatever order they were played: a seed finds the same each time.
        """
        said = json.dumps(self.as_json(), sort_keys=True)
        return len(self.messages), len(self.program), sum(len(str(message)) for message in self.messages), said

    def met(self, stubs: Sequence[str]) -> ScriptStep:
        """What a send met, from the stubs that the gateway says it matched, such as `stubs[0]`.

        To count sends is not enough: what is refused for its form comes as far as no step of the gateway's rules.
        """
        numbered = {
            f"stubs[{at}]": step for at, step in enumerate(step for step in self.program if step.then is not None)
        }
        return next((numbered[name] for name in stubs if name in numbered), ACCEPT)

    def scenario(self) -> dict[str, Any]:
        """The case as a scenario file: what `sms-mock serve --scenario` takes."""
        return {
            "version": 1,
            "title": " · ".join(step.name for step in self.program) or "everything is accepted",
            "seed": self.seed,
            "accounts": [
                {"username": USERNAME, "password": PASSWORD, "admin": True, "urls": "allowed"},
                {"username": ACCOUNT, "password": f"{PASSWORD}-2", "urls": "allowed"},
            ],
            # Nobody is told: what the kit posts as the gateway it posts itself.
            "webhooks": {"adversity": "missing"},
            "stubs": list(_stubs(self.program)),
        }

    def as_json(self) -> dict[str, Any]:
        """The case as plain data, for a replay."""
        return {
            "operation": self.operation,
            "timeout_s": self.timeout_s,
            "messages": [dict(message) for message in self.messages],
            "program": [step.name for step in self.program],
        }


def case_of(data: Mapping[str, Any]) -> Case:
    """The case that `as_json` wrote.

    Raises:
        ValueError: it is none; the sentence says where.
    """
    try:
        program = tuple(BY_NAME[name] for name in data["program"])
    except KeyError as missing:
        raise ValueError(f"no step {missing} is known to this version of the kit") from None
    messages = tuple(data["messages"])
    if not messages or not all(isinstance(each, dict) for each in messages):
        raise ValueError("messages: at least one object is required")
    if data["operation"] not in {"admin", "services"}:
        raise ValueError(f"operation: {data['operation']!r} is neither admin nor services")
    return Case(messages, program, data["operation"], float(data["timeout_s"]))


def _stubs(program: tuple[ScriptStep, ...]) -> list[dict[str, Any]]:
    """A stub for each step. Its occurrence is counted among the requests that come as far as its stage."""
    found: list[dict[str, Any]] = []
    intercepted = 0
    for nth, step in enumerate(program, 1):
        if step.then is not None:
            at = nth if step.stage is not StepStage.DECISION else nth - intercepted
            found.append({"when": {"nth": at}, "then": dict(step.then), "name": step.name})
        intercepted += step.intercepts
    return found
