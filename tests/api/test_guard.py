"""Access control of the control API: by token, address, `Host` and `Origin`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx2
import pytest

from mock_server.api.guard import Access, AccessError
from mock_server.bootstrap import MockServer
from mock_server.scenario.model import Scenario
from mock_server.testing import MockGateway
from tests.raw_client import RawConnection, raw_request
from tests.support import ADMIN, DESTINATION, assert_control, assert_control_error, basic

TOKEN = "t0ken-of-the-tests"
WITH_TOKEN = Access(token=TOKEN)
LOOPBACK = ("127.0.0.1", 50000)
ELSEWHERE = ("192.0.2.7", 50000)
CHALLENGE = 'Bearer realm="SMS gateway mock control"'

Headers = Sequence[tuple[str, str]]


class GuardAnswer(NamedTuple):
    """The application's answer."""

    status: int
    headers: dict[str, str]
    content: Any


def asked(  # the parts of a request that the guard looks at
    access: Access,
    *,
    client: tuple[str, int] | None = LOOPBACK,
    headers: Headers = (("host", "localhost"),),
    method: str = "GET",
    path: str = "/_control/messages",
) -> GuardAnswer:
    """One request to the ASGI application, from any address, with any headers."""
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "client": client, "scheme": "http", "server": ("127.0.0.1", 80), "root_path": "",
    }  # fmt: skip

    async def ask() -> None:
        app: Any = MockServer(Scenario(version=1), access=access).app
        await app(scope, receive, send)

    asyncio.run(ask())
    found = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return GuardAnswer(said[0]["status"], found, json.loads(said[1]["body"]))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_a_loopback_address_is_allowed(peer: str) -> None:
    """Every notation of a loopback address."""
    assert asked(Access(), client=(peer, 1)).status == 200


def test_a_caller_in_process_is_allowed() -> None:
    """It has no address."""
    assert asked(Access(), client=None).status == 200


@pytest.mark.parametrize("peer", ["192.0.2.7", "10.0.0.1", "::2", "::ffff:192.0.2.7", "128.0.0.1", "localhost", ""])
def test_another_machine_is_refused(peer: str) -> None:
    """403 that names the two options; an invalid address is not a loopback address."""
    answer = asked(Access(), client=(peer, 1))

    assert answer.status == 403
    assert (answer.content["code"], answer.content["message"]) == (403, "Control surface closed")
    assert "--control-token" in answer.content["details"]
    assert "--control-open" in answer.content["details"]
    assert answer.headers["x-mock-control-version"] == "1"
    assert asked(Access(open=True), client=(peer, 1)).status == 200


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8080", "LOCALHOST:8080", "localhost.", "127.0.0.1", "127.1.2.3:1", "[::1]", "[::1]:8080",
     "orders.localhost:8080", "[::ffff:127.0.0.1]"],
)  # fmt: skip
def test_a_loopback_host_is_allowed(host: str) -> None:
    """With any port."""
    assert asked(Access(), headers=[("host", host)]).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "notlocalhost",
     "localhost@evil.example", "evil.example@localhost", "localhost:8080.evil.example", "127.1", "0177.0.0.1",
     "0.0.0.0", "[::2]", "[::1", "::1", "", "localhost, evil.example", "local host", "evil.example\xe9"],
)  # fmt: skip
def test_an_unlisted_host_name_is_refused(host: str) -> None:
    """DNS rebinding: a site can make its own name resolve to this machine. A listed name is allowed."""
    answer = asked(Access(), headers=[("host", host)])

    assert answer.status == 403
    assert "--control-host" in answer.content["details"]
    assert asked(Access(open=True), headers=[("host", host)]).status == 200


def test_listed_hosts_are_compared_without_case_and_port() -> None:
    """Subdomains of a listed host are refused."""
    access = Access(hosts=frozenset({"SMS-Mock", "ci.example."}))

    assert asked(access, headers=[("host", "sms-mock:8080")]).status == 200
    assert asked(access, headers=[("host", "CI.example")]).status == 200
    assert asked(access, headers=[("host", "www.ci.example")]).status == 403
    assert asked(access, headers=[("host", "sms-mock")], client=ELSEWHERE).status == 403


def test_no_host_and_two_hosts_are_refused() -> None:
    """A valid one does not excuse an invalid one."""
    assert asked(Access(), headers=[]).status == 403
    assert asked(Access(), headers=[("host", "localhost"), ("host", "evil.example")]).status == 403
    assert asked(Access(), headers=[("host", "evil.example"), ("host", "localhost")]).status == 403


def test_the_host_that_is_shown_is_bounded() -> None:
    """The answer does not repeat a header of 8 KiB."""
    answer = asked(Access(), headers=[("host", "x" * 8000)])

    assert len(answer.content["details"]) < 500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("authorization", f"Bearer {TOKEN}"),
        ("authorization", f"bearer  {TOKEN} "),
        ("x-mock-control-token", TOKEN),
        ("x-mock-control-token", f" {TOKEN} "),
    ],
)
def test_with_a_token_only_the_token_is_checked(name: str, value: str) -> None:
    """From any address, with any host, in either header."""
    answer = asked(WITH_TOKEN, client=ELSEWHERE, headers=[("host", "evil.example"), (name, value)])

    assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", f"Basic {TOKEN}")],
        [("authorization", basic("control", TOKEN))],
        [("authorization", TOKEN)],
        [("authorization", "Bearer")],
        [("authorization", "Bearer ")],
        [("authorization", f"Bearer {TOKEN}x")],
        [("authorization", f"Bearer {TOKEN[:-1]}")],
        [("authorization", f"Bearer {TOKEN.upper()}")],
        [("authorization", f"Bearer {TOKEN}\xe9")],
        [("x-mock-control-token", "")],
        [("x-mock-control-token", f"{TOKEN},{TOKEN}")],
        [("cookie", f"token={TOKEN}")],
    ],
)
def test_without_the_token_every_request_is_refused(headers: Headers) -> None:
    """401 with a challenge and instructions, also from this machine and with `open` access."""
    for access in (WITH_TOKEN, Access(token=TOKEN, open=True, hosts=frozenset({"localhost"}))):
        answer = asked(access, headers=[("host", "localhost"), *headers])

        assert answer.status == 401
        assert answer.headers["www-authenticate"] == CHALLENGE
        assert (answer.content["code"], answer.content["message"]) == (401, "Control token required")
        assert "send `Authorization: Bearer <token>` or `X-Mock-Control-Token: <token>`" in answer.content["details"]
        assert TOKEN not in json.dumps(answer.content)


def test_one_valid_token_is_enough() -> None:
    """A client's own `Authorization` header does not interfere."""
    both = [("host", "x"), ("authorization", basic(*ADMIN)), ("x-mock-control-token", TOKEN)]

    assert asked(WITH_TOKEN, headers=both).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize(
    "path",
    ["/_control/messages", "/_control/scenario", "/_control/clock/advance", "/_control/sessions/default",
     "/_control/openapi/sms-gateway.yaml", "/~default/_control/reset", "/_control/exchanges/1"],
)  # fmt: skip
def test_every_method_of_every_route_is_guarded(method: str, path: str) -> None:
    """Before a 405 names the methods; also under a session's prefix."""
    assert asked(WITH_TOKEN, method=method, path=path).status == 401
    assert asked(Access(), client=ELSEWHERE, method=method, path=path).status == 403


@pytest.mark.parametrize(
    "path",
    ["//_control/messages", "/_control//messages", "/_control/messages/", "/_control/./messages",
     "/./_control/messages",
     "/_CONTROL/messages", "/~default//_control/messages", "/~default/~default/_control/messages", "/_control",
     "/_control/messages\n", "/_ready/../_control/messages", "/api/../_control/messages", "/_control/messages;x",
     "/~/_control/messages"],
)  # fmt: skip
def test_no_unusual_path_bypasses_the_guard(path: str) -> None:
    """It is an unknown path, or it is guarded."""
    answer = asked(WITH_TOKEN, path=path)

    assert answer.status in {401, 404}
    assert "messages" not in answer.content


@pytest.mark.parametrize("prefix", ["", "/~default"])
def test_readiness_and_delivery_to_a_receiver_are_public(prefix: str) -> None:
    """Another gateway posts to a receiver without a token; only the tester may read the records."""
    foreign: Headers = [("host", "evil.example")]
    for access in (WITH_TOKEN, Access()):
        assert asked(access, path=f"{prefix}/_ready", client=ELSEWHERE, headers=foreign).status == 200
        receiver = f"{prefix}/_control/receiver/shop"
        assert asked(access, path=receiver, method="POST", client=ELSEWHERE, headers=foreign).status == 200
        for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
            assert asked(access, path=receiver, method=method, client=ELSEWHERE).status in {401, 403}


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://localhost:8081", "http://localhost.evil.example:8080", "file://",
     "http://127.0.0.1:8080", "http://localhost"],
)  # fmt: skip
@pytest.mark.parametrize("access", [Access(), Access(open=True)])
def test_a_foreign_origin_is_refused(origin: str, access: Access) -> None:
    """403 even with open access: only a browser that another site abuses sends a foreign `Origin`."""
    answer = asked(
        access, method="POST", path="/_control/reset", headers=[("host", "localhost:8080"), ("origin", origin)]
    )

    assert answer.status == 403
    assert "Origin: " in answer.content["details"]


def test_the_gateways_own_origin_is_allowed() -> None:
    """With either scheme, because a proxy in front may change it."""
    for origin in ("http://localhost:8080", "https://LOCALHOST:8080"):
        headers = [("host", "localhost:8080"), ("origin", origin)]
        assert asked(Access(), method="POST", path="/_control/reset", headers=headers).status == 200
    foreign = [("host", "x"), ("origin", "http://evil.example"), ("x-mock-control-token", TOKEN)]
    assert asked(WITH_TOKEN, method="POST", path="/_control/reset", headers=foreign).status == 200


@pytest.mark.parametrize("token", ["", " ", "two words", "käse", "a\nb", "x" * 257])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    """The error names the option, and does not contain the token."""
    with pytest.raises(AccessError, match="--control-token") as caught:
        Access(token=token)

    assert not token.strip() or token not in str(caught.value)


@pytest.mark.parametrize("name", ["", "http://x", "x:8080", "a b", "*", "x/y", "[zz]"])
def test_an_invalid_host_option_is_refused(name: str) -> None:
    """The error says what to write instead."""
    with pytest.raises(AccessError, match="without scheme and port"):
        Access(hosts=frozenset({name}))


def test_the_token_is_not_in_any_representation() -> None:
    """A failing test prints its values."""
    assert TOKEN not in repr(WITH_TOKEN)


def test_sends_need_no_token_on_a_guarded_gateway() -> None:
    """The gateway's own operations take no token, and the session is chosen by header before the guard is asked."""
    body = {"destination": DESTINATION, "text": "Hi"}
    with MockGateway(access=WITH_TOKEN) as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        sent = client.post("/api/Admin/send", json=body, auth=ADMIN)
        refused = client.get("/_control/messages", headers={"X-Mock-Session": "default"})
        listed = client.get("/_control/messages", headers={"Authorization": f"Bearer {TOKEN}"})

    assert sent.status_code == 200
    assert refused.headers["www-authenticate"] == CHALLENGE
    assert_control_error(refused, 401, "Control token required", "a token is needed")
    assert len(assert_control(listed)["messages"]) == 1


def test_a_refused_body_does_not_become_the_next_request() -> None:
    """On a kept connection, the body is read before the next request."""
    smuggled = raw_request("/_control/reset", auth=None)
    with MockGateway(access=WITH_TOKEN) as gateway, RawConnection(gateway.url) as connection:
        connection.send(raw_request("/_control/reset", smuggled, auth=None))
        first = connection.answer()
        connection.send(raw_request("/_ready", method="GET", auth=None))
        second = connection.answer()

    assert (first.status, second.status) == (401, 200)


def test_the_token_is_masked_wherever_a_clients_text_is_shown() -> None:
    """In the journal's headers, body and path, and in messages; also of a session that is created later."""
    with (
        MockGateway(access=WITH_TOKEN) as gateway,
        httpx2.Client(base_url=gateway.url, trust_env=False, headers={"X-Mock-Control-Token": TOKEN}) as client,
    ):
        made = assert_control(client.post("/_control/sessions"), 201)["id"]
        for prefix in ("", f"/~{made}"):
            sent = {"destination": DESTINATION, "text": f"my {TOKEN}"}
            client.post(f"{prefix}/api/Admin/send?t={TOKEN}", json=sent, auth=ADMIN)
            client.post(f"{prefix}/_control/reset-{TOKEN}", json={TOKEN: TOKEN})
            told = [client.get(f"{prefix}/_control/{page}").text for page in ("exchanges", "exchanges/1", "messages")]

            assert '"text":"my ***"' in told[2]
            assert [each for each in told if TOKEN in each] == []
            assert TOKEN not in client.get(f"{prefix}/_control/{TOKEN}").text
