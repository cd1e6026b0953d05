"""The journal as HAR 1.2."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from mock_server.journal.journal import Bounds
from mock_server.testing import MockGateway
from tests.support import SessionClient, assert_control_error

TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": -1}
PAIRS = {"type": "array", "items": {"type": "object", "required": ["name", "value"], "additionalProperties": False,
                                    "properties": {"name": TEXT, "value": TEXT}}}  # fmt: skip


def exact(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """A schema of an object with exactly these members, plus any that begin with an underscore."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | optional | {"comment": TEXT},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


SCHEMA = exact({
    "log": exact({
        "version": {"const": "1.2"},
        "creator": exact({"name": TEXT, "version": TEXT}),
        "entries": {"type": "array", "items": exact({
            "startedDateTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
            "time": {"type": "number", "minimum": 0},
            "request": exact({
                "method": TEXT, "url": {"type": "string", "pattern": "^https?://[^/]+/"}, "httpVersion": TEXT,
                "cookies": {"type": "array"}, "headers": PAIRS, "queryString": PAIRS, "headersSize": COUNT,
                "bodySize": COUNT,
            }, postData=exact({"mimeType": TEXT, "text": TEXT})),
            "response": exact({
                "status": {"type": "integer"}, "statusText": TEXT, "httpVersion": TEXT, "cookies": {"type": "array"},
                "headers": PAIRS, "redirectURL": TEXT, "headersSize": COUNT, "bodySize": COUNT,
                "content": exact({"size": COUNT, "mimeType": TEXT}, text=TEXT, encoding={"const": "base64"}),
            }),
            "cache": exact({}),
            "timings": exact({key: {"type": "number", "minimum": 0} for key in ("send", "wait", "receive")}),
        })},
    })
})  # fmt: skip
"""HAR 1.2, written by hand from its specification: the mandatory members, and the optional ones in use."""


def entries(world: SessionClient, query: str = "") -> list[dict[str, Any]]:
    """The entries of an export, which must be valid."""
    har = world.control("GET", f"/exchanges/har{query}")
    jsonschema_rs.validator_for(SCHEMA).validate(har)
    found: list[dict[str, Any]] = har["log"]["entries"]
    return found


def test_exchanges_are_written_oldest_first_with_request_and_answer(world: SessionClient) -> None:
    """Headers and bodies of both, and the reason as a comment."""
    body = '{"destination": "+447700900123", "text": "Gr\u00fc\u00dfe"}'
    sent = world.send_raw(body.encode())
    world.send("Hello", "+447700900061")
    world.send("Hello", auth=None)

    first, second, third = entries(world)

    assert first["startedDateTime"] == "2026-01-15T09:00:00.000Z"
    assert first["request"]["method"] == "POST"
    assert first["request"]["url"] == f"{str(world.client.base_url).rstrip('/')}{world.prefix}/api/Admin/send"
    assert {"name": "authorization", "value": "***"} in first["request"]["headers"]
    assert first["request"]["postData"] == {"mimeType": "application/json", "text": body}
    assert first["request"]["bodySize"] == len(body.encode())
    assert first["response"]["status"] == 200
    assert first["response"]["statusText"] == "OK"
    assert first["response"]["content"] == {
        "size": len(sent.content), "mimeType": "application/json", "text": sent.text,
    }  # fmt: skip
    told = {each["name"]: each["value"] for each in first["response"]["headers"]}
    assert told == {name: value for name, value in sent.headers.items() if name != "date"}
    assert first["comment"] == "accepted by provider accepted (ANS-1, documented)"
    reason = "the destination is on the watchlist: +447700900061"
    assert second["comment"] == f"refused 61 by watchlist (WL-1, documented): {reason}"
    assert {"name": "www-authenticate", "value": 'Basic realm="SMS Gateway"'} in third["response"]["headers"]


def test_filters_select_exchanges(world: SessionClient) -> None:
    """The filters of the list; an unknown one is refused."""
    for text in ("one", "two", "three"):
        world.send(text)

    assert ["tw" in each["request"]["postData"]["text"] for each in entries(world, "?text=two")] == [True]
    assert len(entries(world, "?after=1")) == 2
    refused = world.request("GET", "/_control/exchanges/har?txt=two")
    assert_control_error(refused, 400, "Bad request", "did you mean 'text'?")


def test_a_query_is_written_in_parts(world: SessionClient) -> None:
    """Names and values, also a name without a value."""
    world.post("/api/Admin/send?a=1&b=%C3%BC&c", b"{}")

    assert entries(world)[0]["request"]["queryString"] == [
        {"name": "a", "value": "1"},
        {"name": "b", "value": "\u00fc"},
        {"name": "c", "value": ""},
    ]


def test_a_binary_body_is_written_in_base64(world: SessionClient) -> None:
    """The specification has a member for that in answers, and none in requests."""
    world.send_raw(b"\xff\xfe")

    posted = entries(world)[0]["request"]["postData"]
    assert posted["_encoding"] == "base64"
    assert b64decode(posted["text"]) == b"\xff\xfe"


def test_a_request_without_an_answer_has_status_0(gateway: MockGateway) -> None:
    """An open or aborted exchange is an entry too."""
    session = gateway.server.sessions.create(gateway.server.default.scenario)
    try:
        session.state.journal.open(session.now(), "GET", b"/open", [])
        with httpx2.Client(base_url=gateway.url, trust_env=False) as client:
            response = entries(SessionClient(client, session.name))[0]["response"]
    finally:
        gateway.server.sessions.delete(session.name)
    assert (response["status"], response["statusText"], response["bodySize"]) == (0, "", -1)
    assert (response["headers"], response["content"]["mimeType"]) == ([], "x-unknown")


@pytest.mark.parametrize(
    ("bounds", "said"),
    [({"bytes": 100}, "no longer kept: 54 bytes, SHA-256 "), ({"body": 10}, "only its beginning is kept: 54 bytes")],
)
def test_an_evicted_body_leaves_its_length_and_hash(bounds: dict[str, int], said: str) -> None:
    """A comment says that the body was evicted or cut."""
    with (
        MockGateway(bounds=Bounds(**bounds)) as gateway,
        httpx2.Client(base_url=gateway.url, trust_env=False) as client,
    ):
        world = SessionClient(client, "default")
        world.send("Hello you!")

        posted = entries(world)[0]["request"]["postData"]

    assert posted["comment"].startswith(said)
    assert len(posted["text"]) <= 10


def test_no_secret_is_written(world: SessionClient) -> None:
    """Neither in headers nor in bodies nor in paths."""
    world.send("The password is admin-secret")
    world.post("/api/Admin/send?p=admin-secret", b'{"text": "admin-secret"}')

    assert "admin-secret" not in json.dumps(entries(world))
    assert re.search(r"\*\*\*", json.dumps(entries(world)))


def test_no_secret_is_written_in_the_headers_of_a_raw_answer(world: SessionClient) -> None:
    """A tester chooses them: a cookie or a token, for example."""
    headers = {"Location": "https://there.example/?p=admin-secret", "X-P": "admin-secret", "Content-Type": "text/x"}
    answer = {"status": 302, "headers": headers, "body": "Found"}
    world.control_created("/stubs", {"then": {"answer": answer}})
    world.send()

    found = entries(world)

    assert found[0]["response"]["redirectURL"] == "https://there.example/?p=***"
    assert found[0]["response"]["content"]["mimeType"] == "text/x"
    assert "admin-secret" not in json.dumps(found)
