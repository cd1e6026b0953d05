"""Schemathesis over every operation: examples, coverage, fuzzing and stateful phases, positive and negative data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import contract_tests
from contract_tests.failures import (
    Crash,
    Failure,
    Finding,
    NoAnswer,
    NoContract,
    WrongHeader,
    WrongOutcome,
    WrongType,
)
from contract_tests.gateway.lab import Bench, Lab
from contract_tests.gateway.suite import Need, check

if TYPE_CHECKING:
    from contract_tests.schemathesis_hooks import Runtime

CONFIG = Path(contract_tests.__file__).with_name("schemathesis.toml")

_STOCK: dict[str, tuple[type[Failure], tuple[str, ...]]] = {
    "not_a_server_error": (Crash, ("ANS-3",)),
    "status_code_conformance": (NoContract, ("ANS-3",)),
    "content_type_conformance": (WrongType, ("ANS-3",)),
    "response_headers_conformance": (WrongHeader, ("ANS-5",)),
    "response_schema_conformance": (NoContract, ("ANS-3",)),
    "negative_data_rejection": (WrongOutcome, ("BAD-2",)),
    "positive_data_acceptance": (WrongOutcome, ("REQ-1",)),
    "ignored_auth": (WrongOutcome, ("ACC-1",)),
    "unsupported_method": (WrongHeader, ("BAD-5",)),
    "allow_header_conformance": (WrongHeader, ("BAD-5",)),
}
"""The statements behind schemathesis' own checks."""

IDS = (
    *("OP-1", "OP-2", "OP-3", "OP-4", "OP-5", "ANS-1", "ANS-3", "ANS-4", "ANS-5", "ACC-1", "ACC-4", "ORD-1"),
    *("REQ-1", "REQ-2", "REQ-3", "REQ-8", "REQ-12", "BAD-1", "BAD-2", "BAD-3", "BAD-4", "BAD-5", "BAD-6", "BAD-8"),
    *("ERR-56", "ERR-59", "ERR-66", "ERR-74", "NUM-1"),
)


@check("fuzzing: schemathesis", *IDS, needs=[Need.CREDENTIALS, Need.STAND_IN], generated=True)
def fuzzing(lab: Lab) -> None:
    """Every generated request gets the answer that the document and the reference model allow."""
    from contract_tests import schemathesis_hooks  # noqa: PLC0415 - it takes more than a second to load

    runtime = schemathesis_hooks.Runtime(lab.readings, lab.bench.contract)
    runtime.login = lab.login()
    if lab.session is not None:
        runtime.session, runtime.world = lab.session, lab.world
    schemathesis_hooks.use(runtime)
    try:
        lab.findings.extend(_found(lab.bench, lab.address(), runtime))
    finally:
        schemathesis_hooks.use(None)
        lab.judged += runtime.requests
        lab.bench.requests += runtime.requests


def _found(bench: Bench, address: tuple[str, tuple[tuple[str, str], ...]], runtime: Runtime) -> Iterator[Finding]:
    from schemathesis import engine, openapi  # noqa: PLC0415
    from schemathesis.engine import events  # noqa: PLC0415

    schema = openapi.from_dict(deepcopy(bench.contract.document), config=_config(bench, address, runtime))
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            yield from _of_scenario(event.recorder, runtime)
        elif isinstance(event, events.EngineFinished):
            yield from (Finding(_ours("", failure)) for failure in event.failures)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            error = event.value if isinstance(event, events.NonFatalError) else event.exception
            yield Finding(NoAnswer(("ANS-3",), f"{type(error).__name__}: {error}"[:500]))


def _config(bench: Bench, address: tuple[str, tuple[tuple[str, str], ...]], runtime: Runtime) -> Any:
    from schemathesis import Config  # noqa: PLC0415

    prefix, headers = address
    config = Config.from_path(CONFIG)
    config._seed = bench.seed  # noqa: SLF001 - there is no public way to set it from Python
    project = config.projects.default
    login = runtime.login
    project.update(
        base_url=bench.target.url + prefix,
        headers=dict(headers),
        basic_auth=None if login is None else (login.username, login.password),
        request_timeout=bench.target.timeout,
    )
    project.headers = dict(headers)
    project.generation.update(max_examples=bench.max_examples)
    return config


def _of_scenario(recorder: Any, runtime: Runtime) -> Iterable[Finding]:
    from contract_tests.schemathesis_hooks import exchange_of  # noqa: PLC0415

    for case_id, nodes in recorder.checks.items():
        for node in nodes:
            if node.failure_info is None:
                continue
            interaction = recorder.interactions.get(case_id)
            response = interaction.response if interaction is not None else None
            exchange = (None, None) if response is None else exchange_of(response, runtime.login)
            yield Finding(_ours(node.name, node.failure_info.failure), *exchange)


def _ours(name: str, failure: Any) -> Failure:
    own = getattr(failure, "failure", None)
    if isinstance(own, Failure):
        return own
    kind, ids = _STOCK.get(name, (NoContract, ("ANS-3",)))
    return kind(ids, f"{failure.title}: {failure.message}".strip()[:500])
