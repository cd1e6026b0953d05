"""Clients that do something otherwise than most, and nothing wrong: no check may tell of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from contract_tests.client.driver.interface import Driver
from contract_tests.client.driver.protocol import Outcome, ReportedAccepted, ReportedFailed, ReportedRefused
from tests.kit.broken_clients.answers import changed_report
from tests.kit.broken_clients.base import Behaviour, ClientDriver, Message, understood
from tests.kit.broken_clients.children import node
from tests.kit.broken_clients.requests import asked
from tests.kit.broken_clients.retries import on, retry_on_code
from tests.kit.broken_clients.wire import OldVersion, OneSocket, Reply, SendsChunks, WireRequest

_OPTIONAL = dict.fromkeys(("reference", "detailed", "businessRelationId", "webhook"))


def _sorted(message: Message) -> bytes:
    return json.dumps(message, ensure_ascii=False, sort_keys=True, indent=2).encode()


def _small_scheme(request: WireRequest) -> WireRequest:
    return request.having(Authorization=request.headers["Authorization"].replace("Basic", "basic"))


def _small(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _careful(reply: Reply) -> Outcome:
    """Whether to trust an acceptance that says it is something else is open."""
    return understood(reply) if "json" in reply.content_type else ReportedFailed(reply.content_type)


def _silent_on_provider(outcome: Outcome) -> Outcome:
    return replace(outcome, provider=None) if isinstance(outcome, ReportedAccepted) else outcome


def _without_codes(outcome: Outcome) -> Outcome:
    return ReportedFailed(f"refused: {outcome.code}") if isinstance(outcome, ReportedRefused) else outcome


SENDING: dict[str, Behaviour] = {
    "sorted members, raw UTF-8, white space": Behaviour(content=_sorted),
    "null for what is not wanted": Behaviour(message=lambda message: {**_OPTIONAL, **message}),
    "no detailed: false": Behaviour(message=lambda m: {name: each for name, each in m.items() if each is not False}),
    "a charset": asked(lambda request: request.having(Content_Type="application/json; charset=UTF-8")),
    "JSON in capitals": asked(lambda request: request.having(Content_Type="Application/JSON")),
    "accepts anything": asked(lambda request: request.having(Accept="*/*")),
    "does not say what it accepts": asked(lambda request: request.without("Accept")),
    "basic in small letters": asked(_small_scheme),
    "a connection for each message": asked(lambda request: request.having(Connection="close")),
    "header names in small letters": asked(lambda request: replace(request, headers=_small(request.headers))),
    "HTTP/1.0": Behaviour(connect=OldVersion),
    "a body in chunks": Behaviour(connect=SendsChunks),
    "headers of its own": asked(lambda request: request.having(X_Request_Id="4711", Cookie="theme=dark")),
}
"""They differ in what they send."""

READING: dict[str, Behaviour] = {
    "trusts no other type": Behaviour(understood=_careful),
    "every refusal failed": changed_report(_without_codes),
    "tells no provider": changed_report(_silent_on_provider),
    "tries 64 three times": retry_on_code(64, tries=3),
    "tries 60 once more": retry_on_code(60, tries=2),
    "comes again when it came too early": on(
        lambda tried: tried.reply is not None and tried.reply.status in {429, 503}, tries=3
    ),
}
"""They differ in what they make of answers."""

BASES: dict[str, Callable[[], Driver]] = {
    "httpx2": ClientDriver,
    "one socket": lambda: ClientDriver(Behaviour(connect=OneSocket)),
    "Node": node("healthy", "", "healthy").make,
}
"""What the broken clients are made of, with nothing broken."""
