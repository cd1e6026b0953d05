"""A bug in the mock never looks like a refusal of the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx2
import pytest

from mock_server import wire
from mock_server.control import SessionControl
from mock_server.domain import rules
from mock_server.domain.rules.rule import Rule
from mock_server.gateway import submit as gateway_module
from mock_server.testing import MockGateway
from tests.support import ADMIN, DESTINATION, SessionClient, assert_accepted, assert_refused, basic


def broken_rule(submission: object, context: object) -> None:
    """A rule with a bug, whose error contains secrets."""
    raise RuntimeError("the rule is broken; admin-secret, and wrong-password-7")


def assert_bug(response: httpx2.Response) -> str:
    """Assert that a response reports a bug: plain text, no code, and where to read more; return the exchange's id."""
    exchange: str = response.headers["x-mock-bug"]
    assert response.status_code == 500
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == (
        f"A bug in the mock, not an answer of the gateway. GET /_control/exchanges/{exchange} has more.\n"
    )
    assert response.headers["x-mock-exchange"] == exchange
    return exchange


@pytest.mark.requirement("ANS-3")
def test_a_rule_that_raises_is_reported_as_a_bug(
    world: SessionClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Plain text and `X-Mock-Bug`; only the journal has the traceback, with secrets masked."""
    monkeypatch.setattr(rules, "SUBMISSION_RULES", (Rule("broken", broken_rule, broken_rule),))

    response = world.send()

    found = world.control("GET", f"/exchanges/{assert_bug(response)}")
    assert (found["outcome"], found["status"], found["rule"], found["code"]) == ("bug", 500, None, None)
    assert "Traceback" in found["bug"]
    assert "in broken_rule" in found["bug"]
    assert "RuntimeError: the rule is broken; ***" in found["bug"]
    assert "Traceback" not in response.text
    assert caplog.messages == [f"bug in the mock: exchange {found['id']} of session {world.name}"]
    assert caplog.records[0].exc_info is None
    assert world.exchanges()[0]["outcome"] == "bug"


def test_the_server_continues_after_a_bug(world: SessionClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next send on the same connection is decided as usual."""
    with monkeypatch.context() as broken:
        broken.setattr(rules, "SUBMISSION_RULES", (Rule("broken", broken_rule, broken_rule),))
        assert_bug(world.send())

    assert_accepted(world.send())
    assert len(world.messages()) == 1


def test_a_bug_before_authentication_keeps_the_wrong_password_masked(
    world: SessionClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rule checked the password, so it is masked whether right or wrong."""
    monkeypatch.setattr(gateway_module, "object_to_attempt", broken_rule)

    response = world.send("wrong-password-7", auth=("admin", "wrong-password-7"))

    assert_bug(response)
    assert "wrong-password-7" not in str(world.why(response))


def test_a_bug_in_a_health_check_is_reported_the_same_way(
    world: SessionClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same handler reports bugs of every operation."""

    def broken(*_: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(wire, "health_answer", broken)

    response = world.post("/api/Services/checkServiceStatus", auth=None)

    assert "ZeroDivisionError" in world.control("GET", f"/exchanges/{assert_bug(response)}")["bug"]


def test_a_bug_in_the_control_api_is_reported_and_journalled(
    world: SessionClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal holds control requests only if they failed; the answer has the version header."""

    async def broken(*_: object) -> None:
        raise LookupError("what a tester sent: admin-secret")

    world.send()
    monkeypatch.setattr(SessionControl, "reset", broken)

    response = world.request("POST", "/_control/reset")

    found = world.control("GET", f"/exchanges/{assert_bug(response)}")
    assert (found["path"], found["outcome"]) == (f"{world.prefix}/_control/reset", "bug")
    assert "LookupError: what a tester sent: ***" in found["bug"]
    assert response.headers["x-mock-control-version"] == "1"


def test_in_process_a_bug_is_answered_and_not_raised(
    gateway: MockGateway, world: SessionClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client of the ASGI application gets the same answer as a client of the port."""
    monkeypatch.setattr(rules, "SUBMISSION_RULES", (Rule("broken", broken_rule, broken_rule),))

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=gateway.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.post(
                f"{world.prefix}/api/Admin/send",
                json={"destination": DESTINATION, "text": "Hi"},
                headers={"Authorization": basic(*ADMIN)},
            )

    assert_bug(asyncio.run(send()))


def test_a_bug_after_the_answer_has_begun_is_journalled(gateway: MockGateway) -> None:
    """One request gets one answer; the journal has the bug."""
    session = gateway.server.default
    begun: list[str] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    async def send(message: Mapping[str, object]) -> None:
        begun.append(str(message["type"]))
        raise OSError("the wire is cut")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/Services/checkServiceStatus",
        "query_string": b"",
        "headers": [],
    }

    async def serve() -> None:
        await gateway.app(scope, receive, send)

    asyncio.run(serve())

    newest = next(iter(session.state.journal))
    assert begun == ["http.response.start"]
    assert newest.bug is not None
    assert "OSError: the wire is cut" in newest.bug


def test_a_refusal_has_no_sign_of_a_bug(world: SessionClient) -> None:
    """The two kinds of 500 have only the status in common."""
    refused = world.send(destination="x")

    assert_refused(refused, 56)
    assert "x-mock-bug" not in refused.headers
    assert world.why(refused)["bug"] is None
