"""Compares the OpenAPI document with the mock's rules: both state the same facts, each written by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, cast

import pytest
from starlette.routing import Route

from contract_tests.openapi import load_document
from mock_server import wire
from mock_server.api.answers import _CHALLENGE
from mock_server.bootstrap import MockServer
from mock_server.domain import errors
from mock_server.domain.decision import Accepted, Decision
from mock_server.domain.msisdn import NumberFault, fault_of
from mock_server.domain.policy import Health, Policy
from mock_server.domain.requirements import documented
from mock_server.domain.rules import CATALOGUE, OFFER_RULES
from mock_server.domain.rules.length import LONGEST_TEXT
from mock_server.domain.rules.webhook import _AUTHENTICATION
from mock_server.scenario.model import Scenario
from mock_server.wire import requests
from tests.structure.recipes import codes_of_rules, text_of

DOCUMENT = load_document("sms-gateway")
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
STATUS_DOCUMENT = load_document("message-status")
STATUS_PATHS = "/api/messagestatus/"
"""The path prefix of the look-ups, an API with its own document."""
UNROUTED = {errors.NOT_FOUND, errors.METHOD_NOT_ALLOWED, errors.FORBIDDEN}
"""Answers to requests that are no operation of the document, or to a look-up."""
DEFAULT_ANSWERS = (*errors.CATALOGUE, *(each for each in errors.PROTOCOL_ERRORS if each not in UNROUTED))


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The target of a `$ref`, or the node itself."""
    while "$ref" in node:
        parts = node["$ref"].removeprefix("#/").split("/")
        node = DOCUMENT
        for part in parts:
            node = node[part]
    return node


def operations(document: dict[str, Any] = DOCUMENT) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every operation of a document."""
    for path, item in document["paths"].items():
        for method in item.keys() & {"get", "put", "post", "delete", "patch", "head", "options", "trace"}:
            yield path, method.upper(), item[method]


def envelopes() -> Iterator[tuple[int, dict[str, Any]]]:
    """Status and media type of every answer in the document that is a refusal."""
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            if status != "200":
                yield int(status), resolved(response)["content"]["application/json"]


def properties(schema: str, *path: str) -> set[str]:
    """The members that an object schema names."""
    node = SCHEMAS[schema]
    for step in path:
        node = resolved(node["properties"][step])
    return set(node["properties"])


def served() -> set[tuple[str, str]]:
    """Path and method of every route below `/api`, except HEAD, which is implied by GET."""
    app = cast("Any", MockServer(Scenario(version=1)).app)
    routes = [each for each in app._app.routes if isinstance(each, Route) and each.path.startswith("/api")]
    return {(route.path, method) for route in routes for method in route.methods or () if method != "HEAD"}


def test_routes_are_the_same() -> None:
    """OP-1 to OP-4: the mock serves the paths and methods of the document and, apart from look-ups, no others."""
    sending = {(path, method) for path, method in served() if not path.startswith(STATUS_PATHS)}

    assert sending == {(path, method) for path, method, _ in operations()}


def test_look_ups_are_the_same() -> None:
    """OP-7: the mock serves the paths and methods of the document of the Message Status API, and no others."""
    looking_up = {(path, method) for path, method in served() if path.startswith(STATUS_PATHS)}

    stated = {("/api" + path, method) for path, method, _ in operations(STATUS_DOCUMENT)}
    assert {(_nameless(path), method) for path, method in looking_up} == {
        (_nameless(path), method) for path, method in stated
    }


def _nameless(path: str) -> str:
    """A path with its parameters as `{}`."""
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.mark.parametrize(
    ("read", "stated"),
    [
        (requests._ADMIN_FIELDS, properties("AdminSubmission")),
        (requests._SERVICES_FIELDS, properties("ServicesSubmission")),
        (requests._REFERENCE_FIELDS, properties("AdminSubmission", "reference")),
        (requests._WEBHOOK_FIELDS, properties("AdminSubmission", "webhook")),
        ({"type"}, properties("AdminSubmission", "webhook", "authentication")),
    ],
    ids=["admin", "services", "reference", "webhook", "authentication"],
)
def test_request_fields_are_the_same(read: AbstractSet[str], stated: set[str]) -> None:
    """REQ-1 to REQ-10: the mock reads the fields that the document describes."""
    assert read == stated


def test_acceptance_has_the_stated_members() -> None:
    """ANS-1, ANS-2: a detailed answer has all members, any other the required ones; the text is the same."""
    schema = SCHEMAS["Accepted"]
    verdict, requirement = Accepted("b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33", "PROVIDER1"), documented("ANS-1")

    status, detailed = wire.answer_to(Decision(verdict, "", requirement, detailed=True))
    _, plain = wire.answer_to(Decision(verdict, "", requirement))

    assert status == 200
    assert json.loads(detailed).keys() == schema["properties"].keys()
    assert json.loads(plain).keys() == set(schema["required"])
    assert json.loads(plain)["message"] == schema["properties"]["message"]["const"]


def test_health_has_the_stated_members() -> None:
    """OP-5: a health check answers with every member that the document names, of the stated types."""
    types: dict[str, type] = {"boolean": bool, "string": str}

    answer = json.loads(wire.health_answer(Health(database=False)))

    stated = {name: types[each["type"]] for name, each in SCHEMAS["Health"]["properties"].items()}
    assert {name: type(value) for name, value in answer.items()} == stated


def test_refusal_codes_are_the_same_for_each_status() -> None:
    """ANS-3, ANS-4: for each status, the codes of the catalogue are the enumeration of the document."""
    stated: dict[int, set[int]] = {}
    for status, content in envelopes():
        code = resolved(content["schema"])["properties"]["code"]
        stated.setdefault(status, set()).update(code["enum"])

    answered: dict[int, set[int]] = {}
    for error in DEFAULT_ANSWERS:
        answered.setdefault(error.status, set()).add(error.code)
    assert answered == stated


def test_refusal_messages_are_the_same() -> None:
    """ERR-8 to ERR-74: the examples of the document show every code with the catalogue's message, and no other."""
    examples = [resolved(each) for _, content in envelopes() for each in content["examples"].values()]

    stated = {(each["value"]["code"], each["value"]["message"]) for each in examples}
    assert stated == {(error.code, error.message) for error in DEFAULT_ANSWERS}


def test_refusals_name_the_requirement_that_the_document_names() -> None:
    """A refusal's example in the document names the requirement that the catalogue gives for it."""
    named = {
        (each["value"]["code"], each["value"]["message"], id_)
        for _, content in envelopes()
        for each in map(resolved, content["examples"].values())
        for id_ in each.get("x-requirements", ())
    }

    missing = [error for error in errors.CATALOGUE if (error.code, error.message, error.requirement.id) not in named]
    assert missing == []


def test_envelope_has_the_stated_members() -> None:
    """ANS-3: a refusal has the members of every envelope in the document, all required."""
    answered = json.loads(wire.envelope(errors.WRONG_NUMBER)).keys()

    for _, content in envelopes():
        schema = resolved(content["schema"])
        assert answered == schema["properties"].keys() == set(schema["required"])


def test_limits_of_fields_are_the_same() -> None:
    """BAD-3, REQ-8, REQ-10: the longest text, the range of `lra` and the types of authentication."""
    lra = SCHEMAS["Lra"]
    authentication = SCHEMAS["WebhookAuthentication"]["properties"]["type"]

    assert SCHEMAS["Text"]["maxLength"] == LONGEST_TEXT
    assert (lra["minimum"], lra["maximum"]) == (requests._INT32_LOW, requests._INT32_HIGH)
    assert authentication["enum"] == [_AUTHENTICATION, None]


@pytest.mark.parametrize("destination", ["+1234567", "+123456789012345", "+123456", "+1234567890123456", "+0234567"])
def test_destination_has_the_same_bounds(destination: str) -> None:
    """REQ-1: on both sides of its bounds, the document's lengths agree with the rule about a number's syntax."""
    schema = SCHEMAS["Destination"]

    fits = schema["minLength"] <= len(destination) <= schema["maxLength"] and destination[1] != "0"
    assert fits == (fault_of(destination) is not NumberFault.SYNTAX)


def test_services_are_the_same() -> None:
    """REQ-4: the services that the document has seen are those of a scenario that names none."""
    seen = SCHEMAS["SubmittedReference"]["properties"]["service"]["examples"]

    assert list(Scenario(version=1).services) == seen


def test_credentials_are_asked_for_where_the_document_says() -> None:
    """OP-1 to OP-4, ANS-5: an operation with `basicAuth` has a 401 with the challenge that the mock sends."""
    for _, _, operation in operations():
        answered = resolved(operation["responses"].get("401", {}))
        assert bool(operation["security"]) == bool(answered)
        if answered:
            challenge = resolved(answered["headers"]["WWW-Authenticate"])
            assert challenge["example"].encode() == _CHALLENGE[1]


def test_malformed_reading_is_the_documents_default() -> None:
    """BAD-1: without switches, the mock answers what the document states as the default."""
    assert Policy().malformed in DEFAULT_ANSWERS


def test_attempts_that_count_are_the_same() -> None:
    """AF-5, the alternative: the reference model counts refusals with the codes of the mock's counting rules."""
    model = "contract_tests/model/reference_model.py"
    (found,) = re.findall(r"branch\.outcome\.code in \{([\d, ]+)\}", text_of(model))
    stated = set(found.split(", "))
    # The model does not count 63: it is also the code of attempts without valid credentials.
    counted = set(codes_of_rules(rule.name for rule in CATALOGUE if rule.counts or rule in OFFER_RULES)) - {"63"}

    assert [f"{model}: add {code} to the codes in `commit`" for code in sorted(counted - stated)] == []
    assert [f"{model}: remove {code} from the codes in `commit`" for code in sorted(stated - counted)] == []
