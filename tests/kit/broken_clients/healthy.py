"""Unusual but valid clients: they must not break any check."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from contract_tests.client.driver.interface import Driver
from contract_tests.client.driver.protocol import Outcome, ReportedAccepted, ReportedFailed, ReportedRefused
from tests.kit.broken_clients.answers import changed_report
from tests.kit.broken_clients.base import ClientDriver, Message, Variant, interpret
from tests.kit.broken_clients.children import node
from tests.kit.broken_clients.requests import request_by
from tests.kit.broken_clients.retries import retry_if, retry_on_code
from tests.kit.broken_clients.wire import OldVersion, OneSocket, Reply, SendsChunks, WireRequest

_OPTIONAL = dict.fromkeys(("reference", "detailed", "businessRelationId", "webhook"))


def _sorted(message: Message) -> bytes:
    return json.dumps(message, ensure_ascii=False, sort_keys=True, indent=2).encode()


def _small_scheme(request: WireRequest) -> WireRequest:
    return request.having(Authorization=request.headers["Authorization"].replace("Basic", "basic"))


def _small(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _careful(reply: Reply) -> Outcome:
    """Trusting an acceptance of another content type is optional."""
    return interpret(reply) if "json" in reply.content_type else ReportedFailed(reply.content_type)


def _silent_on_provider(outcome: Outcome) -> Outcome:
    return replace(outcome, provider=None) if isinstance(outcome, ReportedAccepted) else outcome


def _without_codes(outcome: Outcome) -> Outcome:
    return ReportedFailed(f"refused: {outcome.code}") if isinstance(outcome, ReportedRefused) else outcome


SENDING: dict[str, Variant] = {
    "sorted members, raw UTF-8, white space": Variant(content=_sorted),
    "null for what is not wanted": Variant(message=lambda message: {**_OPTIONAL, **message}),
    "no detailed: false": Variant(message=lambda m: {name: each for name, each in m.items() if each is not False}),
    "a charset": request_by(lambda request: request.having(Content_Type="application/json; charset=UTF-8")),
    "JSON in capitals": request_by(lambda request: request.having(Content_Type="Application/JSON")),
    "accepts anything": request_by(lambda request: request.having(Accept="*/*")),
    "does not say what it accepts": request_by(lambda request: request.without("Accept")),
    "basic in small letters": request_by(_small_scheme),
    "a connection for each message": request_by(lambda request: request.having(Connection="close")),
    "header names in small letters": request_by(lambda request: replace(request, headers=_small(request.headers))),
    "HTTP/1.0": Variant(connect=OldVersion),
    "a body in chunks": Variant(connect=SendsChunks),
    "headers of its own": request_by(lambda request: request.having(X_Request_Id="4711", Cookie="theme=dark")),
}
"""Variants of requests."""

READING: dict[str, Variant] = {
    "trusts no other type": Variant(interpret=_careful),
    "every refusal failed": changed_report(_without_codes),
    "tells no provider": changed_report(_silent_on_provider),
    "tries 64 three times": retry_on_code(64, tries=3),
    "tries 60 once more": retry_on_code(60, tries=2),
    "comes again when it came too early": retry_if(
        lambda tried: tried.reply is not None and tried.reply.status in {429, 503}, tries=3
    ),
}
"""Variants of reading answers."""

BASES: dict[str, Callable[[], Driver]] = {
    "httpx2": ClientDriver,
    "one socket": lambda: ClientDriver(Variant(connect=OneSocket)),
    "Node": node("healthy", "", "healthy").make,
}
"""The bases of the broken clients, without a defect."""
