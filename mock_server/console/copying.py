"""Exchanges to paste: as a curl command, and as a test."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from mock_server.domain.errors import BY_CODE

_OF_CURL_ITSELF = frozenset(
    {"host", "content-length", "user-agent", "accept", "accept-encoding", "authorization", "connection"}
)
_PASSWORD = "PASSWORD"  # noqa: S105 - what stands in a password's place


Passwords = Mapping[str, str]
"""The passwords that may be shown, by username."""


def as_curl(exchange: Mapping[str, Any], origin: str, passwords: Passwords) -> str | None:
    """The request as a curl command for the server at `origin`; curl asks for a password that may not be shown.

    `None` where its body is kept no more, or was no text.
    """
    request = exchange["request"]
    if request["evicted"] or request["body_truncated"] or request["body_encoding"] == "base64":
        return None
    parts = ["curl", "-i"]
    if exchange["method"] != "POST" or not request["body"]:
        parts += ["-X", exchange["method"]]
    username = exchange["caller"]
    if username is not None:
        parts += ["-u", f"{username}:{passwords.get(username, _PASSWORD)}"]
    for name, value in request["headers"] or ():
        if name.lower() not in _OF_CURL_ITSELF:
            parts += ["-H", f"{name}: {value}"]
    if request["body"]:
        parts += ["--data-raw", request["body"]]
    return shlex.join([*parts, origin + exchange["path"]])


def first_curl(base: str, scenario: Mapping[str, Any], passwords: Passwords) -> str:
    """A curl command for a first message, by an administrator of the scenario."""
    sender = sender_of(scenario)
    content = json.dumps({"destination": "+447700900123", "text": "Your code is 428371"})
    credentials = f"{sender}:{passwords.get(sender, _PASSWORD)}"
    json_type = "Content-Type: application/json"
    return shlex.join(["curl", "-u", credentials, base + "/api/Admin/send", "-H", json_type, "-d", content])


def as_pytest(exchange: Mapping[str, Any]) -> str | None:
    """A test that forces the same answer; `None` if the exchange was no answered send."""
    content = content_of(exchange)
    if content is None or exchange["outcome"] not in {"accepted", "refused", "silently dropped"}:
        return None
    if exchange["outcome"] == "refused" and exchange["code"] not in BY_CODE:
        return None
    destination, text = content.get("destination"), content.get("text")
    if not (isinstance(destination, str) and isinstance(text, str)):
        return None
    lines = [
        "from mock_server.testing import MockGateway",
        "",
        "",
        f"def test_a_send_is_{exchange['outcome'].replace(' ', '_')}() -> None:",
        "    with MockGateway() as gateway:",
        f"        gateway.control.stub(when={{'destination': {destination!r}}}, then={_outcome(exchange)!r})",
        "",
        "        # In the place of this line: your own client, with gateway.url as its base URL.",
        f"        sent = gateway.control.send({destination!r}, {text!r})",
        "",
    ]
    if exchange["outcome"] == "refused":
        lines += [f"        assert (sent.accepted, sent.code) == (False, {exchange['code']})"]
    else:
        lines += ["        assert sent.accepted"]
    return "\n".join(lines) + "\n"


def sender_of(scenario: Mapping[str, Any]) -> str:
    """The default sender: the first active administrator."""
    accounts = scenario.get("accounts", ())
    return next((each["username"] for each in accounts if each.get("admin") and each.get("active", True)), "admin")


def _outcome(exchange: Mapping[str, Any]) -> dict[str, Any]:
    if exchange["outcome"] == "refused":
        return {"refuse": exchange["code"]}
    return {"accept": True} if exchange["outcome"] == "accepted" else {"drop": True}


def content_of(exchange: Mapping[str, Any]) -> dict[str, Any] | None:
    """The JSON object of a send; `None` if it is evicted or was no object."""
    body = exchange["request"]["body"]
    if not body or exchange["operation"] is None:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
