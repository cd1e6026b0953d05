"""The OpenAPI document of the control API, and a check of answers against it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

from mock_server.api.control.documents import documents

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

Document = dict[str, Any]


class DocumentedOperation(NamedTuple):
    """One operation: its id, method, path and description in the document."""

    id: str
    method: str
    path: str
    described: dict[str, Any]


class DocumentedAnswer(NamedTuple):
    """An answer of the server."""

    status: int
    content_type: str
    content: Any


@cache
def _loaded() -> Document:
    text = documents()["control.yaml"].read_text(encoding="utf-8")
    document: Document = yaml.load(text, Loader=yaml.CSafeLoader)
    return document


def load_control_document() -> Document:
    """The document as plain values; each caller gets a copy."""
    return deepcopy(_loaded())


def operations(document: Document) -> Iterator[DocumentedOperation]:
    """Every operation, in the order of the document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield DocumentedOperation(item[method]["operationId"], method.upper(), path, item[method])


def resolved(document: Document, node: dict[str, Any]) -> dict[str, Any]:
    """The target of a `$ref`, or the node itself."""
    while "$ref" in node:
        reference = node["$ref"]
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    return node


class ControlContract:
    """Checks answers against the document."""

    def __init__(self) -> None:
        self.document = load_control_document()
        self.operations = {each.id: each for each in operations(self.document)}
        self._registry = jsonschema_rs.Registry([("urn:control", self.document)])
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def schema_violations(self, name: str, value: object) -> list[str]:
        """How a value violates one of the document's named schemas."""
        return self._broken(f"urn:control#/components/schemas/{name}", value)

    def violations(self, operation_id: str, answer: DocumentedAnswer) -> list[str]:
        """How an answer violates the document's description of the operation; empty if it conforms."""
        responses = self.operations[operation_id].described["responses"]
        listed = responses.get(str(answer.status))
        if listed is None:
            return [f"{operation_id}: status {answer.status} is not documented; {', '.join(responses)} are"]
        contents = resolved(self.document, listed).get("content", {})
        if answer.content_type not in contents:
            return [f"{operation_id}: {answer.content_type} is not documented for {answer.status}"]
        # The schema is addressed in the registered document, so that its references can be resolved.
        base = listed["$ref"] if "$ref" in listed else self._pointer(operation_id, answer.status)
        media_type = answer.content_type.replace("/", "~1")
        broken = self._broken(f"urn:control{base}/content/{media_type}/schema", answer.content)
        return [f"{operation_id} {answer.status}: {each}" for each in broken]

    def _pointer(self, operation_id: str, status: int) -> str:
        operation = self.operations[operation_id]
        path = operation.path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        return f"#/paths/{path}/{operation.method.lower()}/responses/{status}"

    def _broken(self, pointer: str, value: object) -> list[str]:
        validator = self._validators.get(pointer)
        if validator is None:
            validator = self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                {"$ref": pointer}, registry=self._registry, validate_formats=True
            )
        return [
            f"{'.'.join(map(str, error.instance_path)) or 'the body'}: {error.message}"
            for error in validator.iter_errors(value)
        ]
