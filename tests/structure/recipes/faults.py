"""The recipe of faults on the connection."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Collection

from mock_server.domain.fault import BREAKS_THE_CONNECTION, STATUSES, FaultKind
from mock_server.scenario.faults import FAULT_NAMES
from tests.structure.recipes.place import Place, Recipe, control_document, matches, text_of, words_of


def _kinds_in(file: str) -> Callable[[], Collection[str]]:
    """The faults that a Python file names, as members of `FaultKind` or as strings."""

    def named() -> Collection[str]:
        tree = ast.parse(text_of(file))
        members = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        names = {each.name: each.value for each in FaultKind}
        return {*(names[name] for name in members & names.keys()), *(text.removesuffix("-after") for text in texts)}

    return named


def _performed() -> Collection[str]:
    """Faults that the transport performs individually, and those that are answers of a proxy."""
    return {*_kinds_in("mock_server/api/faults.py")(), *map(str, STATUSES)}


def _documented_faults() -> Collection[str]:
    """Faults that the control API's document has as a kind, and whose names match its pattern at each stage."""
    schemas = control_document()["components"]["schemas"]
    kinds = schemas["Fault"]["anyOf"][1]["properties"]["kind"]["enum"]
    pattern = schemas["FaultName"]["anyOf"][0]["pattern"]
    undocumented = {name for name in FAULT_NAMES if not re.fullmatch(pattern, name)}
    return {kind for kind in kinds if not undocumented & {kind, f"{kind}-after"}}


def _faults_of_the_schema() -> Collection[str]:
    schema = json.loads(text_of("scenarios/scenario.schema.json"))
    kinds = schema["$defs"]["FaultPart"]["properties"]["kind"]["enum"]
    return set(map(str, kinds))


def _spellings_of_fault(name: str) -> Collection[str]:
    return name, f"{name}-after", FaultKind(name).name


_ANSWERED = {each.value for each in FaultKind} - BREAKS_THE_CONNECTION

FAULT = Recipe(
    "A fault",
    "mock_server/domain/fault.py",
    "a member of `FaultKind` with a docstring, and its place in the tables below, from `STATUSES` on",
    lambda: {each.value for each in FaultKind},
    (
        Place(
            "mock_server/api/faults.py",
            "what happens on the connection",
            _performed,
            exempt=set(map(str, STATUSES)),
        ),
        Place(
            "mock_server/testing/transport.py",
            "if it breaks the connection: the error that httpx and httpx2 raise",
            lambda: {*_kinds_in("mock_server/testing/transport.py")(), *_ANSWERED},
            exempt=_ANSWERED,
        ),
        Place(
            "scenarios/scenario.schema.json",
            "nothing by hand: `python -m mock_server.scenario.schema` writes it",
            _faults_of_the_schema,
        ),
        Place("mock_server/openapi/control.yaml", "the name in `Fault.kind`, and in `FaultName`", _documented_faults),
        Place("mock_server/console/words/en.toml", "a sentence in `[fault]`", words_of("en", "fault")),
        Place("mock_server/console/words/it.toml", "a sentence in `[fault]`", words_of("it", "fault")),
        Place(
            "scenarios/default.yaml",
            "a number that forces it",
            matches("scenarios/default.yaml", r"(?:fault|kind): \"?([\w-]+?)(?:-after)?[\",}]"),
        ),
        Place(
            "contract_tests/client/play/steps.py",
            "a step, so that suite B plays it",
            lambda: {*_kinds_in("contract_tests/client/play/steps.py")(), FaultKind.DOWN.value},
            # For one client `down` is a reset.
            exempt={FaultKind.DOWN.value},
        ),
        Place(
            "tests/faults/test_on_the_wire.py", "its bytes, as a law", _kinds_in("tests/faults/test_on_the_wire.py")
        ),
        Place(
            "tests/faults/test_seen_by_clients.py",
            "what curl and the client libraries see",
            _kinds_in("tests/faults/test_seen_by_clients.py"),
        ),
        Place(
            "docs/scenario-file.md",
            "a row of the table of faults",
            matches("docs/scenario-file.md", r"^\| `([\w-]+)` \|"),
        ),
    ),
    _spellings_of_fault,
)
