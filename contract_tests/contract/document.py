"""The contract of the OpenAPI document: the catalogue, and the schema of each answer.

Codes, messages and schemas are read from the document and not repeated here.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs

from contract_tests.contract.readings import Readings
from contract_tests.openapi import load_document
from contract_tests.target.exchange import LOOK_UPS

ADMIN_SEND, SERVICES_SEND = "/api/Admin/send", "/api/Services/send"
ADMIN_HEALTH, SERVICES_HEALTH = "/api/Admin/checkServiceStatus", "/api/Services/checkServiceStatus"
SENDS = (ADMIN_SEND, SERVICES_SEND)

_UNDOCUMENTED = {404: "Not found", 405: "Method not allowed"}
"""BAD-5: these belong to paths and methods that no document can list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the catalogue: the answer, and the requirements that it rests on."""

    status: int
    code: int
    message: str
    ids: tuple[str, ...]


class Contract:
    """The document, adapted to the readings that are known: an open reading allows all of its alternatives."""

    def __init__(self, readings: Readings) -> None:
        self.document = adapted(load_document("sms-gateway"), readings)
        self.status_document = load_document("message-status")
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    @cached_property
    def catalogue(self) -> tuple[Entry, ...]:
        """Every refusal that is an example in the document, and those without an operation."""
        found = dict.fromkeys(_entries(self.document))
        rest = (Entry(status, status, message, ("BAD-5",)) for status, message in _UNDOCUMENTED.items())
        return (*found, *rest)

    @cached_property
    def codes(self) -> dict[int, frozenset[int]]:
        """The codes that belong to each HTTP status."""
        found: dict[int, set[int]] = {}
        for entry in self.catalogue:
            found.setdefault(entry.status, set()).add(entry.code)
        return {status: frozenset(codes) for status, codes in found.items()}

    def messages(self, status: int, code: int) -> tuple[str, ...]:
        """The exact messages that a code may have."""
        return tuple(dict.fromkeys(e.message for e in self.catalogue if (e.status, e.code) == (status, code)))

    def statuses(self, path: str) -> frozenset[int]:
        """The statuses of an operation in the document; empty for an unknown path."""
        operation = self._operation(path)
        return frozenset(int(status) for status in operation["responses"]) if operation else frozenset()

    def violations(self, path: str, status: int, content: Any) -> list[str]:
        """How a body breaks the schema of this operation's answer; empty if it matches."""
        return self._broken(f"{self._pointer(path, status)}/content/application~1json/schema", content)

    def receipt_violations(self, content: Any) -> list[str]:
        """How the body of a notification breaks the document's schema for webhooks (WH-2)."""
        return self._broken("gateway#/components/schemas/DeliveryReceipt", content)

    def _broken(self, pointer: str, content: Any) -> list[str]:
        validator = self._validators.get(pointer)
        if validator is None:
            documents = [("urn:gateway", self.document), ("urn:status", self.status_document)]
            validator = self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                {"$ref": f"urn:{pointer}"},
                registry=jsonschema_rs.Registry(documents),
                validate_formats=True,
                mask="the value",
            )
        return [
            f"{'.'.join(map(str, e.instance_path)) or 'the body'}: {e.message}"
            for e in validator.iter_errors(content)
        ]

    def _operation(self, path: str) -> dict[str, Any] | None:
        if path.startswith(LOOK_UPS):
            operation: dict[str, Any] | None = self.status_document["paths"][look_up_path(path)]["get"]
        else:
            operation = self.document["paths"].get(path, {}).get("post")
        return operation

    def _pointer(self, path: str, status: int) -> str:
        name = "status" if path.startswith(LOOK_UPS) else "gateway"
        response = (self._operation(path) or {})["responses"][str(status)]
        if "$ref" in response:
            return f"{name}{response['$ref']}"
        return f"{name}#/paths/{path.replace('~', '~0').replace('/', '~1')}/post/responses/{status}"


def look_up_path(path: str) -> str:
    """The path of a look-up in its document."""
    kind, slash, _ = path.partition("?")[0].removeprefix(LOOK_UPS).partition("/")
    names = {"phonenumber": "phonenumber/{phonenumber}", "reference": "reference/{referencekey}"}
    return "/messagestatus/" + (names.get(kind, "{messageid}") if slash else "{messageid}")


def _entries(document: dict[str, Any]) -> Iterator[Entry]:
    for item in document["paths"].values():
        for status, response in item["post"]["responses"].items():
            resolved = _resolved(document, response)
            for example in resolved["content"]["application/json"].get("examples", {}).values():
                shown = _resolved(document, example)
                if "code" in shown["value"]:
                    ids = tuple(shown.get("x-requirements", resolved["x-requirements"]))
                    yield Entry(int(status), shown["value"]["code"], shown["value"]["message"], ids)


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def adapted(document: dict[str, Any], readings: Readings) -> dict[str, Any]:
    """The document under the readings, with the changes of each alternative."""
    document = deepcopy(document)
    schemas, responses = document["components"]["schemas"], document["components"]["responses"]
    if "500" in readings.of("BAD-1"):
        schemas["RefusedEnvelope"]["properties"]["code"]["enum"].append(400)
        malformed = deepcopy(responses["Malformed"]["content"]["application/json"]["examples"]["notJson"])
        responses["Refused"]["content"]["application/json"]["examples"]["malformed"] = malformed
    if "403" in readings.of("ACC-2"):
        for path in (ADMIN_SEND, ADMIN_HEALTH):
            document["paths"][path]["post"]["responses"]["403"] = {"$ref": "#/components/responses/Unauthenticated"}
    if "accepted" in readings.of("BAD-3"):
        del schemas["Text"]["maxLength"]
    if "plain-http" in readings.of("BAD-6"):
        url = schemas["Webhook"]["properties"]["url"]
        url["pattern"] = url["pattern"].replace("[Ss]:", "[Ss]?:")
    return document
