"""Schemathesis over every operation: examples, coverage, fuzzing and stateful phases, positive and negative data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import contract_tests
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.lookups import submitted
from contract_tests.gateway.suite import Need, check
from contract_tests.report.failures import (
    Crash,
    Failure,
    NoAnswer,
    NoContract,
    ReportedFailure,
    WrongHeader,
    WrongOutcome,
    WrongType,
)

if TYPE_CHECKING:
    from contract_tests.schemathesis_hooks import Runtime

CONFIG = Path(contract_tests.__file__).with_name("schemathesis.toml")

Stock = dict[str, tuple[type[Failure], tuple[str, ...]]]

_STOCK: Stock = {
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


_LOOK_UP_STOCK: Stock = {
    **{name: (kind, ("MS-3",)) for name, (kind, _) in _STOCK.items()},
    "ignored_auth": (WrongOutcome, ("MS-1",)),
    "unsupported_method": (WrongHeader, ("BAD-5",)),
    "allow_header_conformance": (WrongHeader, ("BAD-5",)),
}
"""The same for the look-ups."""

LOOK_UP_IDS = ("OP-7", "MS-1", "MS-2", "MS-3", "MS-4", "BAD-5")
_NUMBER, _KEY = "+16465550170", "admin-task-123"


@check("fuzzing: schemathesis", *IDS, needs=[Need.CREDENTIALS, Need.STAND_IN], generated=True)
def fuzzing(lab: Lab) -> None:
    """Every generated request gets the answer that the document and the reference model allow."""
    from contract_tests import schemathesis_hooks  # noqa: PLC0415 - it takes more than a second to load

    runtime = schemathesis_hooks.Runtime(lab.readings, lab.bench.contract)
    runtime.login = lab.login()
    if lab.session is not None:
        runtime.session, runtime.world = lab.session, lab.world
    _run(lab, runtime, lab.bench.contract.document, _config(lab, runtime), _STOCK)


@check("fuzzing: look-ups", *LOOK_UP_IDS, needs=[Need.STATUS_API], generated=True)
def fuzzing_look_ups(lab: Lab) -> None:
    """Every generated look-up gets an answer that the document allows; look-ups send no messages.

    The code passes the id of a send answer on, since an OpenAPI link cannot point into another document.
    """
    from contract_tests import schemathesis_hooks  # noqa: PLC0415 - it takes more than a second to load

    document = deepcopy(lab.bench.contract.status_document)
    if lab.session is not None:
        known = submitted(lab, "OP-7", destination=_NUMBER, reference={"service": "ADMIN", "key": _KEY})
        for name, example in (("{messageid}", known), ("phonenumber/{phonenumber}", _NUMBER)):
            document["paths"][f"/messagestatus/{name}"]["get"]["parameters"][0]["example"] = example
    runtime = schemathesis_hooks.Runtime(lab.readings, lab.bench.contract, session=lab.session, fresh=False)
    _run(lab, runtime, document, _look_up_config(lab, runtime), _LOOK_UP_STOCK)


def _run(lab: Lab, runtime: Runtime, document: dict[str, Any], config: Any, stock: Stock) -> None:
    from contract_tests import schemathesis_hooks  # noqa: PLC0415

    schemathesis_hooks.use(runtime)
    try:
        lab.findings.extend(_found(document, config, runtime, stock))
    finally:
        schemathesis_hooks.use(None)
        lab.judged += runtime.requests
        lab.bench.requests += runtime.requests


def _found(document: dict[str, Any], config: Any, runtime: Runtime, stock: Stock) -> Iterator[ReportedFailure]:
    from schemathesis import engine, openapi  # noqa: PLC0415
    from schemathesis.engine import events  # noqa: PLC0415

    schema = openapi.from_dict(deepcopy(document), config=config)
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            yield from _of_scenario(event.recorder, runtime, stock)
        elif isinstance(event, events.EngineFinished):
            yield from (ReportedFailure(_ours("", failure, stock)) for failure in event.failures)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            error = event.value if isinstance(event, events.NonFatalError) else event.exception
            _, ids = stock["response_schema_conformance"]
            yield ReportedFailure(NoAnswer(ids, f"{type(error).__name__}: {error}"[:500]))


def _look_up_config(lab: Lab, runtime: Runtime) -> Any:
    """Use the key instead of Basic; a valid look-up by id may find nothing and get 404."""
    config = _config(lab, runtime)
    prefix, headers = lab.address()
    project = config.projects.default
    project.update(base_url=f"{lab.bench.target.status_url}{prefix}/api", headers={})
    project.headers = {**dict(headers), "X-Api-Key": lab.api_key()}
    # A look-up has no refusals of its own, so the checks' own statuses are right: 400 for what is malformed.
    project.checks.positive_data_acceptance.expected_statuses = ["200", "404"]
    project.checks.negative_data_rejection.expected_statuses = ["400", "403", "404"]
    if lab.live:
        # Look-ups only: no other method is tried on a real environment.
        project.phases.coverage.unexpected_methods = set()
        project.checks.unsupported_method.enabled = False
    return config


def _config(lab: Lab, runtime: Runtime) -> Any:
    from schemathesis import Config  # noqa: PLC0415

    bench, (prefix, headers) = lab.bench, lab.address()
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


def _of_scenario(recorder: Any, runtime: Runtime, stock: Stock) -> Iterable[ReportedFailure]:
    from contract_tests.schemathesis_hooks import exchange_of  # noqa: PLC0415

    for case_id, nodes in recorder.checks.items():
        for node in nodes:
            if node.failure_info is None:
                continue
            interaction = recorder.interactions.get(case_id)
            response = interaction.response if interaction is not None else None
            exchange = (None, None) if response is None else exchange_of(response, runtime.login)
            yield ReportedFailure(_ours(node.name, node.failure_info.failure, stock), *exchange)


def _ours(name: str, failure: Any, stock: Stock) -> Failure:
    own = getattr(failure, "failure", None)
    if isinstance(own, Failure):
        return own
    kind, ids = stock.get(name, stock["response_schema_conformance"])
    return kind(ids, f"{failure.title}: {failure.message}".strip()[:500])
