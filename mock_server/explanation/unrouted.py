"""Advice on answers given before any rule: wrong path, method, size, API key or query."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

from mock_server.domain.decision import ProtocolError
from mock_server.explanation.masking import readable
from mock_server.journal.exchange import Exchange
from mock_server.scenario.outcome_header import NAME as OUTCOME_HEADER


class VendorRoute(NamedTuple):
    """An operation of the vendor's API, by method and path."""

    method: str
    path: str

    def __str__(self) -> str:
        """Method and path, as documents write them."""
        return f"{self.method} {self.path}"


VENDOR_ROUTES = (
    VendorRoute("POST", "/api/Admin/send"),
    VendorRoute("POST", "/api/Services/send"),
    VendorRoute("POST", "/api/Admin/checkServiceStatus"),
    VendorRoute("POST", "/api/Services/checkServiceStatus"),
    VendorRoute("GET", "/api/messagestatus/phonenumber/{phonenumber}"),
    VendorRoute("GET", "/api/messagestatus/reference/{referencekey}"),
    VendorRoute("GET", "/api/messagestatus/{messageid}"),
)
"""Every operation of the contract."""

_SESSION = re.compile(r"/~[^/]*")
_PARAMETER = re.compile(r"\{\w+\}")
_ALIKE_ENOUGH = 0.6
_LONGEST_COMPARED = 200
_REMEDIES = {
    OUTCOME_HEADER: "Correct this header of the mock's own, or leave it out",
    "size": "Send a smaller body",
    "count": "Give `count` a number from 1 to 100, or leave it out",
    "sendDate": "Give `sendDate` a date-time with its offset, such as 2026-01-15T09:00:00Z, or leave it out",
    "message id": (
        "Look for the `id` of a send's answer in the session that it was sent to; "
        "a silently dropped message is never found"
    ),
}


def advice_on_protocol_error(exchange: Exchange, error: ProtocolError) -> str:
    """What is wrong with a request that reached no rule, and what to do."""
    if error.rule == "path":
        return _on_path(_own_path(exchange))
    if error.rule == "method":
        return _on_method(exchange)
    if error.rule == "api key":
        return _on_key(exchange, error)
    said = error.details or error.error.message
    return f"{said[:1].upper()}{said[1:]}. {_REMEDIES[error.rule]}."


def _on_path(path: str) -> str:
    """Name the most similar route, or all routes if none is similar."""
    alike = {route: SequenceMatcher(None, _compared(route, path), path.lower()).ratio() for route in VENDOR_ROUTES}
    nearest = max(VENDOR_ROUTES, key=alike.__getitem__)
    if alike[nearest] >= _ALIKE_ENOUGH:
        return f"The gateway has no path {path!r}; did you mean {nearest}? Letter case and a slash at the end count."
    return f"The gateway has no path {path!r}. It has: {', '.join(map(str, VENDOR_ROUTES))}."


def _compared(route: VendorRoute, path: str) -> str:
    """The route with the client's own key filled in, if both have as many segments."""
    key = path.rpartition("/")[2] if path.count("/") == route.path.count("/") else ""
    return _PARAMETER.sub(lambda _: key, route.path).lower()


def _on_method(exchange: Exchange) -> str:
    path = _own_path(exchange)
    method = "GET" if path.startswith("/api/messagestatus/") else "POST"
    return f"{path} takes {method} only, and this was {exchange.method}. Send it as {method}."


def _on_key(exchange: Exchange, error: ProtocolError) -> str:
    """Tell the number of keys, not the keys."""
    count = 0 if exchange.policy is None else len(exchange.policy.api_keys)
    presented = error.details is not None and not error.details.endswith("missing")
    said = "not one of the scenario's keys" if presented else "missing; the scenario has keys"
    return f"X-Api-Key: {said} ({count}). Send one of its `api_keys` in the header X-Api-Key."


def _own_path(exchange: Exchange) -> str:
    """The path without the session's prefix and the query."""
    path = readable(exchange.path).partition("?")[0][:_LONGEST_COMPARED]
    return _SESSION.sub("", path, count=1) if path.startswith("/~") else path
