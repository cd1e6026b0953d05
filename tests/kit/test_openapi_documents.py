"""The OpenAPI documents: complete, consistent with the requirements, and valid for their own examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from contract_tests.contract.requirements import load_requirements
from contract_tests.openapi import DOCUMENTS, DocumentName, document_path, load_document
from tests.stated import stated_refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADED = {name: load_document(name) for name in DOCUMENTS}
REQUIREMENTS = {requirement.id: requirement for requirement in load_requirements()}
METHODS = ("get", "post")

OPERATIONS = {
    ("post", "/api/Admin/send"): ("adminSendSms", "basicAuth", "200 400 401 413 415 500"),
    ("post", "/api/Services/send"): ("servicesSendSms", "basicAuth", "200 400 401 413 415 500"),
    ("post", "/api/Services/checkServiceStatus"): ("checkServiceStatus", None, "200 413"),
    ("post", "/api/Admin/checkServiceStatus"): ("getAdminStatus", "basicAuth", "200 401 413"),
    ("get", "/messagestatus/{messageid}"): ("getMessageStatus", "ApiKeyAuth", "200 403 404"),
    ("get", "/messagestatus/phonenumber/{phonenumber}"): (
        "getMessageStatusByPhoneNumber",
        "ApiKeyAuth",
        "200 400 403",
    ),
    ("get", "/messagestatus/reference/{referencekey}"): ("getMessageStatusByReference", "ApiKeyAuth", "200 400 403"),
}

TITLES = {500: ("Refused",), 401: ("Unauthenticated", "AdminUnauthenticated")}
"""The responses of the document, by status."""

CATALOGUE = {
    (title, each.code, each.message, each.requirement) for each in stated_refusals() for title in TITLES[each.status]
}


def escaped(part: object) -> str:
    """A step of a JSON pointer within a URI fragment."""
    return str(part).replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def walk(node: object, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a document outside its examples, with its pointer."""
    if isinstance(node, dict):
        yield pointer, node
        for key, value in node.items():
            if key not in ("example", "examples") or pointer == "/components":
                yield from walk(value, f"{pointer}/{escaped(key)}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{pointer}/{index}")


def resolved(name: DocumentName, node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or the target of its `$ref`."""
    target: Any = LOADED[name]
    if "$ref" not in node:
        return node
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    assert isinstance(target, dict)
    return target


def cited(name: DocumentName) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that carries `x-requirements`, examples of answers included."""
    for pointer, node in walk(LOADED[name]):
        named = node.get("examples")
        examples = named.items() if isinstance(named, dict) and "schema" in node else ()
        candidates = [(pointer, node), *((f"{pointer}/examples/{key}", example) for key, example in examples)]
        yield from ((where, item) for where, item in candidates if "x-requirements" in item)


def examples_of(name: DocumentName) -> Iterator[tuple[str, str, object]]:
    """Every example of a document: its location, the pointer to its schema, and its value."""
    for pointer, node in walk(LOADED[name]):
        if "schema" in node:
            if "example" in node:
                yield f"{pointer}/example", f"{pointer}/schema", node["example"]
            for key, example in node.get("examples", {}).items():
                yield f"{pointer}/examples/{key}", f"{pointer}/schema", resolved(name, example)["value"]
        elif isinstance(node.get("examples"), list):
            for index, value in enumerate(node["examples"]):
                yield f"{pointer}/examples/{index}", pointer, value


ALL_EXAMPLES = [(name, *example) for name in DOCUMENTS for example in examples_of(name)]


def annotated(name: DocumentName) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that must cite requirements."""
    document = LOADED[name]
    for path, item in [*document["paths"].items(), *document["components"].get("pathItems", {}).items()]:
        yield path, item
        for operation in (item[method] for method in METHODS if method in item):
            yield f"{path} operation", operation
            for parameter in operation.get("parameters", []):
                yield f"{path} parameter", resolved(name, parameter)
            for status, response in operation["responses"].items():
                yield f"{path} {status}", resolved(name, response)
    for kind in ("headers", "securitySchemes"):
        yield from document["components"].get(kind, {}).items()
    for title, schema in document["components"]["schemas"].items():
        yield title, schema
        yield from properties_of(name, schema, title)


def properties_of(name: DocumentName, schema: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a schema and of its nested objects."""
    for field, value in schema.get("properties", {}).items():
        yield f"{where}.{field}", resolved(name, value)
        yield from properties_of(name, value, f"{where}.{field}")
    if "items" in schema:
        yield from properties_of(name, schema["items"], f"{where}[]")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_holds_json_values_only(name: DocumentName) -> None:
    """A document means the same as YAML and as JSON: no dates, and only strings as keys."""
    assert json.loads(json.dumps(LOADED[name])) == LOADED[name]


def test_each_reader_gets_a_document_of_its_own() -> None:
    """A change of a loaded document does not affect other readers."""
    load_document("sms-gateway")["paths"].clear()

    assert load_document("sms-gateway")["paths"]


def test_an_unknown_document_is_told() -> None:
    """The error for an unknown document names the known ones."""
    with pytest.raises(ValueError, match="'carrier-pigeon'; there are sms-gateway, message-status"):
        document_path("carrier-pigeon")  # type: ignore[arg-type]


@pytest.mark.requirement("OP-1", "OP-2", "OP-3", "OP-4", "OP-7")
def test_the_documents_hold_these_operations_and_no_others() -> None:
    """OP-1 to OP-4, OP-7: there are seven operations with these ids, credentials and answers."""
    found = {
        (method, path): (operation["operationId"], security_of(operation, document), " ".join(operation["responses"]))
        for document in LOADED.values()
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }

    assert found == OPERATIONS


def security_of(operation: dict[str, Any], document: dict[str, Any]) -> str | None:
    """The security scheme of an operation."""
    schemes = operation.get("security", document["security"])
    return next(iter(schemes[0])) if schemes else None


@pytest.mark.requirement("OP-1", "OP-2")
def test_operations_stand_under_the_vendors_tags() -> None:
    """OP-1, OP-2: Admin paths are tagged SmsAdmin, Services paths SmsServices."""
    found = {path: item["post"]["tags"] for path, item in LOADED["sms-gateway"]["paths"].items()}

    assert found == {path: [f"Sms{path.split('/')[2]}"] for path in found}


@pytest.mark.requirement("MS-2")
def test_a_list_can_be_bounded_in_time_and_number() -> None:
    """MS-2: `sendDate` is a date-time without default; `count` an int64 from 1 to 100, else 50. Both are optional."""
    parameters = LOADED["message-status"]["components"]["parameters"]

    assert parameters["SendDate"]["schema"] == {"type": "string", "format": "date-time"}
    bounds = {"type": "integer", "format": "int64", "minimum": 1, "maximum": 100, "default": 50}
    assert parameters["Count"]["schema"] == bounds
    assert [parameters[name]["required"] for name in ("SendDate", "Count")] == [False, False]


@pytest.mark.requirement("REQ-5", "REQ-6", "ANS-5")
def test_notes_that_no_schema_can_enforce_are_there() -> None:
    """REQ-5, REQ-6, ANS-5: one field is deprecated, one is false by default, and the challenge is optional."""
    components = LOADED["sms-gateway"]["components"]

    assert components["schemas"]["AttemptCount"]["deprecated"] is True
    assert components["schemas"]["Detailed"]["default"] is False
    assert components["headers"]["Challenge"]["required"] is False
    for title in ("Unauthenticated", "AdminUnauthenticated"):
        assert list(components["responses"][title]["headers"]) == ["WWW-Authenticate"]


@pytest.mark.requirement("WH-1")
def test_the_receipt_is_one_and_the_same_as_webhook_and_as_callback() -> None:
    """WH-1: the callback of both sends posts what the webhook states to the address in the body."""
    document = LOADED["sms-gateway"]
    webhook = resolved("sms-gateway", document["webhooks"]["deliveryReceipt"])

    for path in ("/api/Admin/send", "/api/Services/send"):
        callback = document["paths"][path]["post"]["callbacks"]["deliveryReceipt"]
        assert list(callback) == ["{$request.body#/webhook/url}"]
        assert resolved("sms-gateway", callback["{$request.body#/webhook/url}"]) is webhook
    assert webhook["post"]["security"] == []


@pytest.mark.requirement("MS-2")
def test_both_documents_mean_the_same_by_a_message() -> None:
    """MS-2: the schema of a message in a look-up equals that in a receipt."""
    gateway, status = (LOADED[name]["components"]["schemas"] for name in DOCUMENTS)

    assert status["Message"] == gateway["Message"]
    assert status["Timestamp"] == gateway["Timestamp"]


@pytest.mark.parametrize(
    ("name", "where", "schema", "value"), ALL_EXAMPLES, ids=[f"{e[0]}{e[1]}" for e in ALL_EXAMPLES]
)
def test_every_example_keeps_its_schema(name: DocumentName, where: str, schema: str, value: object) -> None:
    """Every example is valid for its schema, formats included."""
    registry = jsonschema_rs.Registry([(f"urn:{name}", LOADED[name])])
    validator = jsonschema_rs.Draft202012Validator(
        {"$ref": f"urn:{name}#{schema}"}, registry=registry, validate_formats=True
    )

    assert [f"{where}: {error.message}" for error in validator.iter_errors(value)] == []


def test_every_refusal_has_an_example_that_names_its_requirement() -> None:
    """ERR-8 to ERR-74: each code and message of the catalogue is an example of its status."""
    responses = LOADED["sms-gateway"]["components"]["responses"]
    found = {
        (title, example["value"]["code"], example["value"]["message"], example["x-requirements"][0])
        for title in ("Refused", "Unauthenticated", "AdminUnauthenticated")
        for named in responses[title]["content"]["application/json"]["examples"].values()
        for example in [resolved("sms-gateway", named)]
    }

    assert found == CATALOGUE


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_says_what_it_rests_on(name: DocumentName) -> None:
    """Each path, operation, parameter, answer, header and field cites requirements and carries a grade."""
    silent = [where for where, node in annotated(name) if not node.get("x-requirements") or "x-grade" not in node]

    assert silent == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_citations_are_known_and_grades_agree(name: DocumentName) -> None:
    """Cited ids exist; the grade is that of the cited requirement, or of one of them."""
    wrong = [
        (where, node["x-requirements"], node["x-grade"])
        for where, node in cited(name)
        if node["x-grade"] not in {REQUIREMENTS[id_].grade for id_ in node["x-requirements"] if id_ in REQUIREMENTS}
        or not set(node["x-requirements"]) <= REQUIREMENTS.keys()
    ]

    assert wrong == []


def test_every_requirement_is_cited_somewhere() -> None:
    """Each id is cited in at least one of the two documents."""
    seen = {id_ for name in DOCUMENTS for _, node in cited(name) for id_ in node["x-requirements"]}

    assert sorted(REQUIREMENTS.keys() - seen) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_alternatives_are_values_of_the_switchboard(name: DocumentName) -> None:
    """Each alternative can be chosen in a scenario, and the object cites the id that it belongs to."""
    nodes = [item for _, node in walk(LOADED[name]) for item in [node, *named_examples(node)]]
    readings = [(item, reading) for item in nodes for reading in item.get("x-alternatives", [])]

    assert readings
    for item, reading in readings:
        assert reading["value"] in REQUIREMENTS[reading["id"]].switch_values[1:]
        assert reading["id"] in item["x-requirements"]


def named_examples(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The examples of a media type."""
    examples = node.get("examples")
    return list(examples.values()) if isinstance(examples, dict) and "schema" in node else []
