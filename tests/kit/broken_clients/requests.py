"""Clients that send a wrong request or message."""

from __future__ import annotations

import json
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from contract_tests.client.driver.protocol import Intent
from tests.kit.broken_clients.base import Message, Variant, encoded
from tests.kit.broken_clients.broken_client import BrokenClient, broken
from tests.kit.broken_clients.wire import WireRequest

_BMP = 0xFFFF


def on(name: str, change: Callable[[Any], Any]) -> Variant:
    """Changes a member if it is present."""
    return Variant(message=lambda message: {**message, name: change(message[name])} if name in message else message)


def text(change: Callable[[str], str]) -> Variant:
    """Changes the text."""
    return on("text", change)


def without(name: str, unless: Callable[[Any], bool] = lambda _: False) -> Variant:
    """Leaves a member out."""
    return Variant(
        message=lambda message: {key: each for key, each in message.items() if key != name or unless(each)}
    )


def request_by(change: Callable[[WireRequest], WireRequest]) -> Variant:
    """Changes the request before it is sent."""
    return Variant(request=lambda request, _: change(request))


def _filled(value: Any) -> Any:
    """Leaves out empty strings, as serialisers that omit defaults do."""
    if isinstance(value, dict):
        return {name: _filled(each) for name, each in value.items() if each != "" or name == "text"}
    return value


def _truthy(message: Message) -> Message:
    return {name: each for name, each in message.items() if each or name == "text"}


def _bare_null(message: Message) -> Message:
    return {"reference": {"service": None, "action": "", "key": ""}, "webhook": {"url": None}, **message}


def _by_url(request: WireRequest, intent: Intent) -> WireRequest:
    return replace(request, url=f"{request.url}?{urlencode({'password': intent.password})}")


def _in_authority(request: WireRequest, intent: Intent) -> WireRequest:
    """Sends the login a second time, in a URL that proxies log."""
    return request.having(Referer=f"http://{quote(intent.username)}:{quote(intent.password)}@sms.example/")


def _in_body(request: WireRequest, intent: Intent) -> WireRequest:
    return replace(request, content=encoded({**json.loads(request.content), "password": intent.password}))


def _encoded_login(request: WireRequest, intent: Intent) -> WireRequest:
    return request.having(X_Token=b64encode(intent.password.encode()).decode())


def _as_form(message: Message) -> bytes:
    fields = {name: each for name, each in message.items() if isinstance(each, str)}
    return urlencode(fields).encode()


TEXTS = (
    broken("strips the plus", "wanted.destination", on("destination", lambda number: number.removeprefix("+"))),
    broken("dials 00 for +", "wanted.destination", on("destination", lambda number: number.replace("+", "00"))),
    broken("groups the digits", "wanted.destination", on("destination", lambda number: f"{number[:3]} {number[3:]}")),
    broken("the body is Latin-1", "request.json", Variant(
        content=lambda message: json.dumps(message, ensure_ascii=False).encode("latin-1", "replace")
    )),
    broken("? for what Latin-1 lacks", "wanted.text", text(lambda t: t.encode("l1", "replace").decode("l1"))),
    broken("UTF-8 read as Latin-1", "wanted.text", text(lambda t: t.encode().decode("latin-1"))),
    broken("cuts at 160", "wanted.text", text(lambda t: t[:160])),
    broken("cuts at 306", "wanted.text", text(lambda t: t[:306])),
    broken("drops emoji", "wanted.text", text(lambda t: "".join(c for c in t if ord(c) <= _BMP) or "?")),
    broken("normalises to NFC", "wanted.text", text(lambda t: unicodedata.normalize("NFC", t))),
    broken("strips white space", "wanted.text", text(lambda t: t.strip() or " ")),
    broken("line breaks become spaces", "wanted.text", text(lambda t: t.replace("\n", " "))),
    broken("escapes for HTML", "wanted.text", text(lambda t: t.replace("&", "&amp;").replace("<", "&lt;"))),
    broken("one kind of line break", "wanted.text", text(lambda t: t.replace("\r\n", "\n").replace("\r", "\n"))),
    broken("escapes for a URL", "wanted.text", text(quote)),
    broken("trims the end as a shell does", "wanted.text", text(lambda t: t.rstrip("\n") or "\n")),
    broken("euro sign for EUR", "wanted.text", text(lambda t: t.replace("€", "EUR"))),
)  # fmt: skip

FIELDS = (
    broken("lra as a string", "request.schema", on("lra", str)),
    broken("lra 0 is left out", "wanted.fields", without("lra", unless=bool)),
    broken("empty strings are left out", "wanted.reference", Variant(message=_filled)),
    broken("whatever is false is left out", "wanted.fields", Variant(message=_truthy)),
    broken("null where none is allowed", "request.schema", Variant(message=_bare_null)),
    broken(
        "a field of its own",
        "request.schema",
        Variant(message=lambda message: {**message, "priority": "high"}),
    ),
    broken("detailed as a string", "request.schema", on("detailed", lambda flag: str(flag).lower())),
    broken("detailed is never sent", "wanted.fields", without("detailed")),
    broken("the reference is left out", "wanted.reference", without("reference")),
    broken("the account is left out", "wanted.fields", without("account")),
    broken("the webhook is left out", "wanted.fields", without("webhook")),
    broken("the business relation is left out", "wanted.fields", without("businessRelationId")),
)

HTTP = (
    broken("no Content-Type", "request.headers", request_by(lambda request: request.without("Content-Type"))),
    broken("calls JSON plain text", "request.headers", request_by(lambda r: r.having(Content_Type="text/plain"))),
    broken("sends a form", "request.json", Variant(
        content=_as_form,
        request=lambda request, _: request.having(Content_Type="application/x-www-form-urlencoded"),
    )),
    broken("JSON in JSON", "request.json", Variant(content=lambda m: json.dumps(json.dumps(m)).encode())),
    broken("a byte order mark", "request.json", Variant(content=lambda m: b"\xef\xbb\xbf" + encoded(m))),
    broken("no Authorization", "request.basic", request_by(lambda request: request.without("Authorization"))),
    broken("Bearer for Basic", "request.basic", request_by(
        lambda request: request.having(Authorization=request.headers["Authorization"].replace("Basic", "Bearer"))
    )),
    broken("signs in without the password", "request.basic", Variant(
        request=lambda request, intent: request.having(
            Authorization=f"Basic {b64encode(intent.username.encode()).decode()}"
        )
    )),
    broken("services for admin", "request.operation", request_by(
        lambda request: replace(request, url=request.url.replace("/Admin/", "/Services/"))
    )),
    broken("GET for POST", "request.target", request_by(lambda request: replace(request, method="GET"))),
    broken("a trailing slash", "request.target", request_by(lambda request: replace(request, url=request.url + "/"))),
    broken("a path in lower case", "request.target", request_by(
        lambda request: replace(request, url=request.url.replace("/Admin/", "/admin/"))
    )),
    broken("a parameter in the query", "request.target", request_by(
        lambda request: replace(request, url=request.url + "?version=1")
    )),
)  # fmt: skip

SECRETS = (
    broken("the password in the URL", "secrets.request", Variant(request=_by_url)),
    broken("the password in a header", "secrets.request", Variant(
        request=lambda request, intent: request.having(X_Api_Password=intent.password)
    )),
    broken("the password in its own name", "secrets.request", Variant(
        request=lambda request, intent: request.having(User_Agent=f"sms/1.0 ({intent.username}:{intent.password})")
    )),
    broken("the password in Base64 in a header", "secrets.request", Variant(request=_encoded_login)),
    broken("the login in a referrer", "secrets.request", Variant(request=_in_authority)),
    broken("the password in the body", "secrets.request", Variant(request=_in_body)),
)  # fmt: skip

REQUESTS: tuple[BrokenClient, ...] = (*TEXTS, *FIELDS, *HTTP, *SECRETS)
