"""A case: the messages that a caller wants sent, and what the gateway does with each send."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.steps import ACCEPT, BY_NAME, CLOSED_IDLE, ScriptStep, StepStage

USERNAME, PASSWORD = "kit-admin", "kit-Pa55w0rd-9f3b"
"""The password occurs in no generated text, so that every leak is found."""

WEBHOOK = "https://127.0.0.1:1/receipts"
"""The webhook URL of messages that request receipts; none is sent."""

ACCOUNT = "kit-customer"
"""The account that messages may be sent for."""


@dataclass(frozen=True)
class Case:
    """Messages by the gateway's field names, and a program: the n-th send gets the n-th step.

    Sends beyond the end of the program are accepted.
    """

    messages: tuple[Mapping[str, Any], ...]
    program: tuple[ScriptStep, ...] = ()
    operation: Operation = "admin"
    timeout_s: float = 2.0
    """The client's time-out, in real seconds."""
    seed: int = field(default=7, compare=False)

    @property
    def slow(self) -> bool:
        """Whether the case waits for the client's time-out."""
        return any(step.slow for step in self.program)

    @property
    def pauses(self) -> bool:
        """Whether the gateway needs time to close a connection before the next message."""
        return len(self.messages) > 1 and CLOSED_IDLE in self.program

    @property
    def size(self) -> tuple[int, int, int, str]:
        """The sort key of cases: number of messages, steps and characters, then the content.

        It is a total order, so that the smallest case does not depend on the order of play.
        """
        content = json.dumps(self.as_json(), sort_keys=True)
        return len(self.messages), len(self.program), sum(len(str(message)) for message in self.messages), content

    def step_of(self, stubs: Sequence[str]) -> ScriptStep:
        """The step of a send, from the stubs that the gateway reports as matched, such as `stubs[0]`.

        Counting sends is not enough: a malformed request is refused before any step in place of the rules.
        """
        numbered = {
            f"stubs[{at}]": step for at, step in enumerate(step for step in self.program if step.then is not None)
        }
        return next((numbered[name] for name in stubs if name in numbered), ACCEPT)

    def scenario(self) -> dict[str, Any]:
        """The case as a scenario, for `sms-mock serve --scenario`."""
        return {
            "version": 1,
            "title": " · ".join(step.name for step in self.program) or "everything is accepted",
            "seed": self.seed,
            "accounts": [
                {"username": USERNAME, "password": PASSWORD, "admin": True, "urls": "allowed"},
                {"username": ACCOUNT, "password": f"{PASSWORD}-2", "urls": "allowed"},
            ],
            # The gateway posts no receipts: `receivers` posts them itself.
            "webhooks": {"adversity": "missing"},
            "stubs": list(_stubs(self.program)),
        }

    def as_json(self) -> dict[str, Any]:
        """The case as plain data, for a replay file."""
        return {
            "operation": self.operation,
            "timeout_s": self.timeout_s,
            "messages": [dict(message) for message in self.messages],
            "program": [step.name for step in self.program],
        }


def case_from_json(data: Mapping[str, Any]) -> Case:
    """Build a case from the output of `as_json`.

    Raises:
        ValueError: the data is not a case; the sentence says where.
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
    """One stub per step; `nth` counts only the requests that reach the step's stage."""
    found: list[dict[str, Any]] = []
    intercepted = 0
    for nth, step in enumerate(program, 1):
        if step.then is not None:
            at = nth if step.stage is not StepStage.DECISION else nth - intercepted
            found.append({"when": {"nth": at}, "then": dict(step.then), "name": step.name})
        intercepted += step.intercepts
    return found
