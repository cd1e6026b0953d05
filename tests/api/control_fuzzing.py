"""Schemathesis over the control API: `python -m tests.api.control_fuzzing URL EXAMPLES [OPERATION...]`.

It runs in a process of its own: its hooks and those of the kit are global, and neither is meant for the other's
requests. It prints one JSON object: for each operation how often each status was answered, and what was found.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import schemathesis
from schemathesis import engine
from schemathesis.engine import events

from tests.api.control_document import Document, load_control_document
from tests.api.control_population import Populated, populate
from tests.support import MORNING, SessionClient, assert_control

SESSION = "fuzzed"
UNKNOWN = "no-such"

_SEED = 20260115
_TAKES_TIME = re.compile(r"[0-9].*")
_REFUSALS = ["400", "404", "408", "409"]
_CHANGES_SNAPSHOTS = {"createSnapshot", "deleteSnapshot", "deleteSession"}
"""After these the session is made again; after all others that were done a snapshot brings it back."""

_CHECKS = {
    # What is well formed can still be refused: by a rule that no schema can say, or as things stand.
    "positive_data_acceptance": {"expected-statuses": ["200", "201", *_REFUSALS]},
    # An id that breaks its schema is just one that is not there; in a path it may even be another operation's.
    "negative_data_rejection": {"expected-statuses": [*_REFUSALS, "405", "413"]},
}


class FuzzedServer:
    """The session that is fuzzed: every case finds it as it was made."""

    def __init__(self, url: str) -> None:
        self.client = httpx2.Client(base_url=url, timeout=20, trust_env=False)
        self.there = self._made()
        self._done: str | None = None

    def note(self, operation_id: str, method: str, status: int) -> None:
        """After a case: what was refused, and what only looked, has changed nothing."""
        if method != "GET" and status < 400:
            self._done = operation_id

    def renew(self) -> None:
        """Before a case: undo what the one before has done."""
        done, self._done = self._done, None
        if done in _CHANGES_SNAPSHOTS:
            self._made()
        elif done is not None:
            self.there.world.control("POST", "/snapshots/2/restore")

    def _made(self) -> Populated:
        self.client.delete(f"/_control/sessions/{SESSION}")
        clock = {"mode": "frozen", "at": MORNING}
        asked = {"name": SESSION, "seed": 7, "clock": clock, "scenario": "default"}
        assert_control(self.client.post("/_control/sessions", json=asked), 201)
        there = populate(SessionClient(self.client, SESSION))
        # The first is for the fuzzer to delete, the second to come back to.
        there.world.control_created("/snapshots", None)
        return there


def with_known_ids(document: Document, there: Populated) -> Document:
    """The document with ids that name something, and one that names nothing, and with waits that end at once."""
    parameters = document["components"]["parameters"]
    for name, known in (("MessageId", there.message), ("ExchangeId", there.exchange), ("SnapshotId", there.snapshot)):
        _only(parameters[name], known, UNKNOWN)
    _only(parameters["Timeout"], "0", "0s")
    _only(parameters["Before"], there.message, there.exchange, UNKNOWN)
    _only(parameters["After"], there.message, UNKNOWN)
    for path, names in (
        ("/_control/stubs/{id}", (there.stub, "stubs[0]", UNKNOWN)),
        ("/_control/sessions/{name}", (SESSION, "default", UNKNOWN)),
        ("/_control/openapi/{name}", ("control.yaml", UNKNOWN)),
    ):
        _only(document["paths"][path]["parameters"][0], *names)
    return document


def _only(parameter: dict[str, Any], *values: str) -> None:
    parameter["schema"] = {"type": "string", "enum": list(values)}
    parameter["example"] = values[0]


def ends_at_once(case: Any) -> None:
    """Nobody waits, whatever was generated: not for the usual ten seconds, nor for a clock that stands still."""
    if case.path.endswith("/wait"):
        timeout = (case.query or {}).get("timeout")
        if timeout is None or _TAKES_TIME.match(str(timeout)):
            case.query = {**(case.query or {}), "timeout": "0"}


def is_no_mistake(told: str, body: bytes | str | None) -> bool:
    """Whether what was taken for a mistake is none: another id than those given here, or a body of blanks.

    The document takes any text for an id, and it says that a body may be absent; blanks are no body.
    """
    blank = not (body or b"").strip() and "invalid syntax" in told
    elsewhere = "Invalid component: parameter" in told and "in path" in told
    return blank or elsewhere


def configured(url: str, examples: int) -> Any:
    """What schemathesis is to do: the same at each run."""
    return schemathesis.Config.from_dict(
        {
            "base-url": f"{url}/~{SESSION}",
            "seed": _SEED,
            "workers": 1,
            "request-timeout": 10.0,
            "generation": {
                "mode": "all",
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "with-security-parameters": False,
            },
            # Two methods that nobody takes are enough: all are turned away at one place.
            "phases": {"stateful": {"enabled": False}, "coverage": {"unexpected-methods": ["OPTIONS", "PATCH"]}},
            "checks": _CHECKS,
        }
    )


def fuzzed(url: str, examples: int, only: Iterable[str]) -> Iterator[tuple[str, int | None, str | None]]:
    """Operation, status and finding of every request; either may be missing."""
    bench = FuzzedServer(url)
    config = configured(url, examples)
    schema = schemathesis.openapi.from_dict(with_known_ids(load_control_document(), bench.there), config=config)

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        del context, kwargs
        bench.renew()
        ends_at_once(case)

    @schemathesis.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        del context
        bench.note(case.operation.definition.raw["operationId"], case.method, response.status_code)

    @schemathesis.hook
    def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
        del context, case
        return not is_no_mistake(failure.message, response.request.body)

    chosen = list(only)
    selected = schema.include(operation_id=chosen) if chosen else schema
    for event in engine.from_schema(selected).execute():
        if isinstance(event, events.ScenarioFinished):
            yield from _of_scenario(event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            error = event.value if isinstance(event, events.NonFatalError) else event.exception
            yield "", None, f"{type(error).__name__}: {error}"


def _of_scenario(recorder: Any) -> Iterator[tuple[str, int | None, str | None]]:
    for case_id, interaction in recorder.interactions.items():
        response = interaction.response
        yield recorder.label, None if response is None else response.status_code, None
        for node in recorder.checks.get(case_id, ()):
            if node.failure_info is not None:
                failure = node.failure_info.failure
                asked = interaction.request
                told = f"{node.name}: {failure.title}: {failure.message}"
                body = (asked.body or b"")[:300]
                yield recorder.label, None, f"{told} [{asked.method} {asked.uri} {body!r}]"


def main(url: str, examples: str, *only: str) -> None:
    """Fuzz, and print what came of it."""
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    findings: dict[str, list[str]] = defaultdict(list)
    for label, status, finding in fuzzed(url, int(examples), only):
        if status is not None:
            statuses[label][status] += 1
        if finding is not None:
            findings[label].append(finding)
    json.dump({"statuses": statuses, "findings": findings}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
