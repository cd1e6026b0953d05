"""Who may steer: the control surface's door, by token, by address, by Host and by Origin."""

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
    """What the application answered."""

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
    """One request to a gateway's application, from any address, with any headers."""
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
def test_this_machine_may_steer(peer: str) -> None:
    """Every way to write a loopback address."""
    assert asked(Access(), client=(peer, 1)).status == 200


def test_a_caller_in_process_may_steer() -> None:
    """It has no address at all."""
    assert asked(Access(), client=None).status == 200


@pytest.mark.parametrize("peer", ["192.0.2.7", "10.0.0.1", "::2", "::ffff:192.0.2.7", "128.0.0.1", "localhost", ""])
def test_another_machine_may_not_steer(peer: str) -> None:
    """403 that names the two options; what is no address is not taken for this machine."""
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
def test_a_host_that_is_this_machine_is_let_in(host: str) -> None:
    """Whatever the port."""
    assert asked(Access(), headers=[("host", host)]).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "notlocalhost",
     "localhost@evil.example", "evil.example@localhost", "localhost:8080.evil.example", "127.1", "0177.0.0.1",
     "0.0.0.0", "[::2]", "[::1", "::1", "", "localhost, evil.example", "local host", "evil.example\xe9"],
)  # fmt: skip
def test_a_name_that_anybody_may_have_pointed_here_is_refused(host: str) -> None:
    """DNS rebinding: a page's own name leads to this machine. Listed, a name is let in."""
    answer = asked(Access(), headers=[("host", host)])

    assert answer.status == 403
    assert "--control-host" in answer.content["details"]
    assert asked(Access(open=True), headers=[("host", host)]).status == 200


def test_listed_hosts_are_let_in_without_regard_to_case_or_port() -> None:
    """And nothing below them."""
    access = Access(hosts=frozenset({"SMS-Mock", "ci.example."}))

    assert asked(access, headers=[("host", "sms-mock:8080")]).status == 200
    assert asked(access, headers=[("host", "CI.example")]).status == 200
    assert asked(access, headers=[("host", "www.ci.example")]).status == 403
    assert asked(access, headers=[("host", "sms-mock")], client=ELSEWHERE).status == 403


def test_no_host_and_two_hosts_are_refused() -> None:
    """One good one does not hide a bad one."""
    assert asked(Access(), headers=[]).status == 403
    assert asked(Access(), headers=[("host", "localhost"), ("host", "evil.example")]).status == 403
    assert asked(Access(), headers=[("host", "evil.example"), ("host", "localhost")]).status == 403


def test_the_host_that_is_shown_is_bounded() -> None:
    """A header of 8 KiB does not come back whole."""
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
def test_with_a_token_only_the_token_is_asked_for(name: str, value: str) -> None:
    """From anywhere, under any name, in either header."""
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
def test_without_the_token_nobody_is_let_in(headers: Headers) -> None:
    """401 with a challenge and what to send; this machine makes no difference, and an open surface none either."""
    for access in (WITH_TOKEN, Access(token=TOKEN, open=True, hosts=frozenset({"localhost"}))):
        answer = asked(access, headers=[("host", "localhost"), *headers])

        assert answer.status == 401
        assert answer.headers["www-authenticate"] == CHALLENGE
        assert (answer.content["code"], answer.content["message"]) == (401, "Control token required")
        assert "send `Authorization: Bearer <token>` or `X-Mock-Control-Token: <token>`" in answer.content["details"]
        assert TOKEN not in json.dumps(answer.content)


def test_one_right_token_beside_a_wrong_one_is_enough() -> None:
    """A client's own Authorization header does not get in the way."""
    both = [("host", "x"), ("authorization", basic(*ADMIN)), ("x-mock-control-token", TOKEN)]

    assert asked(WITH_TOKEN, headers=both).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize(
    "path",
    ["/_control/messages", "/_control/scenario", "/_control/clock/advance", "/_control/sessions/default",
     "/_control/openapi/sms-gateway.yaml", "/~default/_control/reset", "/_control/exchanges/1"],
)  # fmt: skip
def test_every_method_of_every_route_is_guarded(method: str, path: str) -> None:
    """Before it is said which methods there are; under a session's prefix as well."""
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
def test_no_odd_path_leads_past_the_guard(path: str) -> None:
    """It is another path, which is not there, or it is guarded."""
    answer = asked(WITH_TOKEN, path=path)

    assert answer.status in {401, 404}
    assert "messages" not in answer.content


@pytest.mark.parametrize("prefix", ["", "/~default"])
def test_readiness_is_for_everybody_and_so_is_delivering_to_a_receiver(prefix: str) -> None:
    """A gateway elsewhere posts there and has no token; what arrived is for the tester."""
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
def test_a_page_of_another_site_may_not_have_a_browser_post(origin: str, access: Access) -> None:
    """403, even where the surface is open: nobody who steers on purpose sends a foreign Origin."""
    answer = asked(
        access, method="POST", path="/_control/reset", headers=[("host", "localhost:8080"), ("origin", origin)]
    )

    assert answer.status == 403
    assert "Origin: " in answer.content["details"]


def test_a_page_of_the_gateway_itself_may_steer() -> None:
    """Its own origin, whatever the scheme that a proxy in front made of it."""
    for origin in ("http://localhost:8080", "https://LOCALHOST:8080"):
        headers = [("host", "localhost:8080"), ("origin", origin)]
        assert asked(Access(), method="POST", path="/_control/reset", headers=headers).status == 200
    foreign = [("host", "x"), ("origin", "http://evil.example"), ("x-mock-control-token", TOKEN)]
    assert asked(WITH_TOKEN, method="POST", path="/_control/reset", headers=foreign).status == 200


@pytest.mark.parametrize("token", ["", " ", "two words", "käse", "a\nb", "x" * 257])
def test_a_token_that_no_header_carries_is_refused(token: str) -> None:
    """With the option's name, and without the token."""
    with pytest.raises(AccessError, match="--control-token") as caught:
        Access(token=token)

    assert not token.strip() or token not in str(caught.value)


@pytest.mark.parametrize("name", ["", "http://x", "x:8080", "a b", "*", "x/y", "[zz]"])
def test_a_host_that_is_no_name_is_refused(name: str) -> None:
    """With what to write instead."""
    with pytest.raises(AccessError, match="without scheme and port"):
        Access(hosts=frozenset({name}))


def test_the_token_shows_in_nothing_that_is_printed_of_it() -> None:
    """A failing test prints its values."""
    assert TOKEN not in repr(WITH_TOKEN)


def test_on_the_wire_a_guarded_gateway_still_sends_for_everybody() -> None:
    """The gateway's own operations know no token, and the header chooses the session before the guard is asked."""
    body = {"destination": DESTINATION, "text": "Hi"}
    with MockGateway(access=WITH_TOKEN) as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        sent = client.post("/api/Admin/send", json=body, auth=ADMIN)
        refused = client.get("/_control/messages", headers={"X-Mock-Session": "default"})
        listed = client.get("/_control/messages", headers={"Authorization": f"Bearer {TOKEN}"})

    assert sent.status_code == 200
    assert refused.headers["www-authenticate"] == CHALLENGE
    assert_control_error(refused, 401, "Control token required", "a token is needed")
    assert len(assert_control(listed)["messages"]) == 1


def test_on_the_wire_a_refused_body_does_not_become_the_next_request() -> None:
    """A connection that goes on, goes on with the next request."""
    smuggled = raw_request("/_control/reset", auth=None)
    with MockGateway(access=WITH_TOKEN) as gateway, RawConnection(gateway.url) as connection:
        connection.send(raw_request("/_control/reset", smuggled, auth=None))
        first = connection.answer()
        connection.send(raw_request("/_ready", method="GET", auth=None))
        second = connection.answer()

    assert (first.status, second.status) == (401, 200)


def test_the_token_is_masked_wherever_a_clients_text_is_shown() -> None:
    """In the journal's headers, body and path, in messages, also of a session that was made later."""
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
