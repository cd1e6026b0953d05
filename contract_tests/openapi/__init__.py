"""The contract itself: the OpenAPI documents, and where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml

DocumentName = Literal["sms-gateway", "message-status"]

DOCUMENTS: tuple[DocumentName, ...] = ("sms-gateway", "message-status")


def document_path(name: DocumentName) -> Path:
    """Give the file of a document; ``ValueError`` where there is none of that name."""
    if name not in DOCUMENTS:
        raise ValueError(f"There is no document {name!r}; there are {', '.join(DOCUMENTS)}.")
    return Path(__file__).with_name(f"{name}.yaml")


def load_document(name: DocumentName) -> dict[str, Any]:
    """Read a document into plain JSON values. Each caller gets one of its own, free to alter it."""
    # The loader builds plain values only; the Python one would take ten times as long.
    document: dict[str, Any] = yaml.load(document_path(name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return document


def documented_codes() -> tuple[int, ...]:
    """The refusal codes of the vendor's catalogue, in ascending order."""
    schemas = load_document("sms-gateway")["components"]["schemas"]
    envelopes = (schemas[name] for name in ("RefusedEnvelope", "UnauthenticatedEnvelope"))
    return tuple(sorted(code for each in envelopes for code in each["properties"]["code"]["enum"]))


def documented_statements() -> dict[int, tuple[str, ...]]:
    """The requirements that each code of HTTP 500 rests on, by the examples of the document."""
    refused = load_document("sms-gateway")["components"]["responses"]["Refused"]["content"]["application/json"]
    return {each["value"]["code"]: tuple(each["x-requirements"]) for each in refused["examples"].values()}
