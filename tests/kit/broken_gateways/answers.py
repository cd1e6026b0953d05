"""Gateways that decide correctly and answer incorrectly."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

from tests.kit.broken_gateways.breaking import Broken, ChangeAnswer, GivenAnswer, SentRequest

JSON = {"content-type": "application/json"}


def on_code(code: int, change: ChangeAnswer) -> ChangeAnswer:
    """Change only the answers with this code."""
    return lambda asked, said: change(asked, said) if said.members.get("code") == code else said


def on_status(status: int, change: ChangeAnswer) -> ChangeAnswer:
    """Change only the answers with this status."""
    return lambda asked, said: change(asked, said) if said.status == status else said


def _crash(_: SentRequest, __: GivenAnswer) -> GivenAnswer:
    return GivenAnswer(500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error")


def _flooded(asked: SentRequest, _: GivenAnswer) -> GivenAnswer:
    return GivenAnswer(500, JSON, b'{"code":60,"message":"Anti-flooding error","details":null}')


def _sends_flooded(asked: SentRequest, said: GivenAnswer) -> GivenAnswer:
    return _flooded(asked, said) if asked.path.endswith("send") and asked.method == "POST" else said


def _password(asked: SentRequest, said: GivenAnswer) -> GivenAnswer:
    _, _, encoded = asked.headers.get("authorization", "").partition(" ")
    try:
        found = b64decode(encoded).decode()
    except ValueError:
        return said
    return said.having(message=f"{said.members.get('message')} ({found})") if found else said


def _redirect(asked: SentRequest, said: GivenAnswer) -> GivenAnswer:
    slash = asked.path.endswith("/")
    return GivenAnswer(307, {"location": asked.path.rstrip("/")}, b"") if slash else said


def _html(_: SentRequest, __: GivenAnswer) -> GivenAnswer:
    return GivenAnswer(404, {"content-type": "text/html"}, b"<h1>404</h1>")


def _provider(_: SentRequest, said: GivenAnswer) -> GivenAnswer:
    return said.having(provider="PROVIDER1") if "id" in said.members else said


def _same_id(_: SentRequest, said: GivenAnswer) -> GivenAnswer:
    known = "b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33"
    return said.having(id=known) if "id" in said.members else said


def _health_503(_: SentRequest, said: GivenAnswer) -> GivenAnswer:
    return replace(said, status=503) if said.members.get("globalStatus") is False else said


def _health_always_true(_: SentRequest, said: GivenAnswer) -> GivenAnswer:
    return said.having(globalStatus=True) if "globalStatus" in said.members else said


ANSWERS: tuple[Broken, ...] = (
    Broken("a refusal is a crash in plain text", "ANS-3", on_code(59, _crash)),
    Broken("a crash in place of 401", "ANS-4", on_status(401, _crash)),
    Broken("every send is refused with 60", "ANS-1", _sends_flooded),
    Broken(
        "an empty text gets 56", "ERR-66", on_code(66, lambda _, said: said.having(code=56, message="Invalid number"))
    ),
    Broken("a bad number gets 8", "ERR-56", on_code(56, lambda _, said: said.having(code=8, message="Wrong number"))),
    Broken("401 as 403", "ANS-4", on_status(401, lambda _, said: replace(said, status=403))),
    Broken("refusals as 400", "ANS-3", on_status(500, lambda _, said: replace(said, status=400))),
    Broken("provider always present", "ANS-2", _provider),
    Broken("provider never present", "REQ-6", on_status(200, lambda _, said: said.without("provider"))),
    Broken("one id for all", "ANS-1", _same_id),
    Broken("an id that is no UUID", "ANS-1", lambda _, s: s.having(id="42") if "id" in s.members else s),
    Broken(
        "another text for an acceptance", "ANS-1", lambda _, s: s.having(message="OK") if "id" in s.members else s
    ),
    Broken("details missing", "ANS-3", on_status(500, lambda _, said: said.without("details"))),
    Broken("details missing in 401 only", "ANS-4", on_status(401, lambda _, said: said.without("details"))),
    Broken("details that chat", "ANS-3", on_code(59, lambda _, said: said.having(details="no such service"))),
    Broken("a code nobody knows", "ANS-3", on_code(59, lambda _, said: said.having(code=99))),
    Broken("the code as text", "ANS-3", on_status(500, lambda _, s: s.having(code=str(s.members["code"])))),
    Broken("a message in other words", "ERR-56", on_code(56, lambda _, said: said.having(message="Invalid Number"))),
    Broken(
        "one wording for both 401",
        "ERR-63a",
        on_code(63, lambda _, s: s.having(message="Username or password not valid")),
    ),
    Broken("the password in a message", "ACC-1", on_status(401, _password)),
    Broken("text/json", "ANS-1", lambda _, said: said.with_header("content-type", "text/json")),
    Broken("Latin-1", "ANS-3", lambda _, said: said.with_header("content-type", "application/json; charset=latin-1")),
    Broken(
        "no challenge with 401", "ANS-5", on_status(401, lambda _, said: said.with_header("www-authenticate", None))
    ),
    Broken("404 as HTML", "BAD-5", on_status(404, _html)),
    Broken("a trailing slash redirects", "BAD-5", _redirect),
    Broken("405 without Allow", "BAD-5", on_status(405, lambda _, said: said.with_header("allow", None))),
    Broken("413 as 400", "BAD-5", on_status(413, lambda _, said: replace(said, status=400).having(code=400))),
    Broken("415 as 400", "BAD-4", on_status(415, lambda _, said: replace(said, status=400).having(code=400))),
    Broken("details that name nothing", "BAD-2", on_code(400, lambda _, said: said.having(details="invalid"))),
    Broken("health is 503 while a part is down", "OP-9", _health_503),
    Broken("health says all is well", "OP-9", _health_always_true),
)
