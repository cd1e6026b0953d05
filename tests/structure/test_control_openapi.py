"""`control.yaml` describes the control API as it is: routes, parameters, version, and every list that code has."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from starlette.routing import Route

from mock_server.api.answers import CONTROL_VERSION
from mock_server.api.guard import TOKEN_HEADER
from mock_server.bootstrap import MockServer
from mock_server.control.search.subjects import ATTEMPT_MEMBERS, EXCHANGE_MEMBERS, MESSAGE_MEMBERS
from mock_server.domain.delivery import Status
from mock_server.scenario.faults import FAULT_NAMES
from mock_server.scenario.model import Scenario
from mock_server.scenario.stub_model import AnswerPart, FaultPart, StubPart, ThenPart, WhenPart
from mock_server.session.registry import NAME
from tests.api.control_document import ControlContract, operations, resolved

CONTRACT = ControlContract()
DOCUMENT = CONTRACT.document
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = list(operations(DOCUMENT))

FOR_EVERYBODY = {"getReadiness", "deliverToReceiver"}
OF_CREATION = {"seed", "clock"}


def served() -> set[tuple[str, str]]:
    """Method and path of every route that is not the vendor's."""
    app = cast("Any", MockServer(Scenario(version=1)).app)
    routes = [each for each in app._app.routes if isinstance(each, Route) and not each.path.startswith("/api")]
    return {(method, route.path) for route in routes for method in (route.methods or set()) - {"HEAD"}}


def test_every_route_is_an_operation_and_every_operation_a_route() -> None:
    """The document describes exactly what is served; HEAD is implied by GET."""
    described = [(each.method, each.path) for each in OPERATIONS]

    assert len(described) == len(set(described))
    assert set(described) == served()


def test_operations_have_an_id_of_their_own_and_a_known_tag() -> None:
    """Generated clients name their functions by the id, and group them by the tag."""
    tags = {each["name"] for each in DOCUMENT["tags"]}

    assert len({each.id for each in OPERATIONS}) == len(OPERATIONS)
    assert {tag for each in OPERATIONS for tag in each.described["tags"]} == tags


def test_the_document_has_the_version_that_answers_carry() -> None:
    """The header names the major version; its schema admits no other."""
    header = DOCUMENT["components"]["headers"]["ControlVersion"]

    assert re.fullmatch(rf"{CONTROL_VERSION}\.[0-9]+\.[0-9]+", DOCUMENT["info"]["version"])
    assert header["schema"]["const"] == CONTROL_VERSION


def test_every_answer_is_documented_with_the_version_header() -> None:
    """Only a receiver that is set to answer with any status has answers without the header."""
    for operation in OPERATIONS:
        for status, response in operation.described["responses"].items():
            if status != "default":
                assert "X-Mock-Control-Version" in resolved(DOCUMENT, response)["headers"], (operation.id, status)


def test_the_guarded_operations_document_both_refusals_and_both_ways_in() -> None:
    """Every operation but the open ones has 401 and 403, and the header that the guard reads."""
    schemes = DOCUMENT["components"]["securitySchemes"]
    open_ones = {each.id for each in OPERATIONS if each.described.get("security") == []}

    assert open_ones == FOR_EVERYBODY
    assert schemes["controlToken"]["name"].lower() == TOKEN_HEADER.decode()
    assert DOCUMENT["security"] == [{}, {"controlToken": []}, {"bearerToken": []}]
    for operation in OPERATIONS:
        assert ({"401", "403"} <= operation.described["responses"].keys()) is (operation.id not in open_ones)


def test_every_parameter_in_braces_is_declared() -> None:
    """The parameters of a path are declared once for all its operations."""
    for path, item in DOCUMENT["paths"].items():
        declared = [resolved(DOCUMENT, each) for each in item.get("parameters", [])]

        assert [each["name"] for each in declared if each["in"] == "path"] == re.findall(r"{(\w+)}", path)


@pytest.mark.parametrize(
    ("schema", "members"),
    [
        ("MessageFilter", MESSAGE_MEMBERS),
        ("ExchangeFilter", EXCHANGE_MEMBERS),
        ("WebhookAttemptFilter", ATTEMPT_MEMBERS),
    ],
)
def test_the_filters_are_those_that_are_read(schema: str, members: tuple[str, ...]) -> None:
    """Every member is allowed, with and without `~`; a name that differs by a letter is not."""
    for member in members:
        assert CONTRACT.schema_violations(schema, {member: "x", f"{member}~": "x"}) == []
        assert CONTRACT.schema_violations(schema, {f"{member}x": "x"})
        assert CONTRACT.schema_violations(schema, {f"x{member}": "x"})
    known = {name for pattern in SCHEMAS[schema]["patternProperties"] for name in names_of(pattern)}
    assert known == set(members)


def names_of(pattern: str) -> list[str]:
    """The names that a pattern of alternatives matches: `a`, `b.c` and `b.d`."""
    spread = re.sub(
        r"(\w+)\\\.\(([^)]*)\)",
        lambda found: "|".join(f"{found[1]}.{each}" for each in found[2].split("|")),
        pattern.removeprefix("^").removesuffix("~?$"),
    )
    return spread.strip("()").replace("\\.", ".").split("|")


def test_the_keys_of_a_scenario_are_those_of_the_model() -> None:
    """A key that is added to the model is added to the document too."""
    keys = set(Scenario.model_fields)

    assert SCHEMAS["ShownScenario"]["properties"].keys() == keys
    assert SCHEMAS["ScenarioParts"]["properties"].keys() == keys - OF_CREATION


@pytest.mark.parametrize(
    ("schema", "part"),
    [("NewStub", StubPart), ("When", WhenPart), ("Then", ThenPart), ("OwnAnswer", AnswerPart)],
)
def test_the_keys_of_a_stub_are_those_of_the_model(schema: str, part: Any) -> None:
    """The document has the keys of a stub and of its parts."""
    keys = {field.alias or name for name, field in part.model_fields.items()}

    assert SCHEMAS[schema]["properties"].keys() == keys


def test_the_faults_are_those_that_can_be_forced() -> None:
    """The document accepts every fault by name and by kind."""
    by_kind = SCHEMAS["Fault"]["anyOf"][1]["properties"]

    assert [name for name in FAULT_NAMES if CONTRACT.schema_violations("FaultName", name)] == []
    assert by_kind.keys() == FaultPart.model_fields.keys()
    assert {name.removesuffix("-after") for name in FAULT_NAMES} == set(by_kind["kind"]["enum"])


def test_the_statuses_and_the_names_of_sessions_are_those_of_the_code() -> None:
    """Lists that are stated twice are equal."""
    assert SCHEMAS["Status"]["enum"] == list(Status)
    assert SCHEMAS["SessionName"]["pattern"] == f"^{NAME.pattern}$"
