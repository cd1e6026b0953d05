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
"""After these the session is created anew; after every other successful change a snapshot restores it."""

_CHECKS = {
    # A well-formed request can still be refused: by a rule that no schema expresses, or because of the state.
    "positive_data_acceptance": {"expected-statuses": ["200", "201", *_REFUSALS]},
    # An id that violates its schema is an unknown id; as part of a path it may even name another operation.
    "negative_data_rejection": {"expected-statuses": [*_REFUSALS, "405", "413"]},
}


class FuzzedServer:
    """The session under test; it is restored before each case."""

    def __init__(self, url: str) -> None:
        self.client = httpx2.Client(base_url=url, timeout=20, trust_env=False)
        self.there = self._made()
        self._done: str | None = None

    def note(self, operation_id: str, method: str, status: int) -> None:
        """After a case: remember the operation if it may have changed the session."""
        if method != "GET" and status < 400:
            self._done = operation_id

    def renew(self) -> None:
        """Before a case: undo the changes of the previous one."""
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
        # The fuzzer may delete the first snapshot; the second restores the session.
        there.world.control_created("/snapshots", None)
        return there


def with_known_ids(document: Document, there: Populated) -> Document:
    """The document with existing ids and one unknown id as examples, and with waits that end at once."""
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


def end_wait_at_once(case: Any) -> None:
    """Set the timeout of a generated wait to 0, so that no case waits."""
    if case.path.endswith("/wait"):
        timeout = (case.query or {}).get("timeout")
        if timeout is None or _TAKES_TIME.match(str(timeout)):
            case.query = {**(case.query or {}), "timeout": "0"}


def is_false_positive(told: str, body: bytes | str | None) -> bool:
    """Whether a reported failure is none: an id other than those given here, or a blank body.

    The document allows any text as an id, and it allows an absent body; a blank body counts as absent.
    """
    blank = not (body or b"").strip() and "invalid syntax" in told
    elsewhere = "Invalid component: parameter" in told and "in path" in told
    return blank or elsewhere


def configured(url: str, examples: int) -> Any:
    """The configuration of schemathesis; each run is the same."""
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
            # Two unsupported methods are enough: one place refuses all of them.
            "phases": {"stateful": {"enabled": False}, "coverage": {"unexpected-methods": ["OPTIONS", "PATCH"]}},
            "checks": _CHECKS,
        }
    )


def fuzzed(url: str, examples: int, only: Iterable[str]) -> Iterator[tuple[str, int | None, str | None]]:
    """Operation, status and finding of every request; status and finding may be missing."""
    bench = FuzzedServer(url)
    config = configured(url, examples)
    schema = schemathesis.openapi.from_dict(with_known_ids(load_control_document(), bench.there), config=config)

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        del context, kwargs
        bench.renew()
        end_wait_at_once(case)

    @schemathesis.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        del context
        bench.note(case.operation.definition.raw["operationId"], case.method, response.status_code)

    @schemathesis.hook
    def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
        del context, case
        return not is_false_positive(failure.message, response.request.body)

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
    """Fuzz, and print the results."""
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
