"""Filtering, counting and deleting exchanges, messages and webhook attempts."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from mock_server.control.search.subjects import ATTEMPT_MEMBERS, EXCHANGE_MEMBERS, MESSAGE_MEMBERS
from mock_server.testing import MockGateway
from tests.support import CUSTOMER, SessionClient, assert_accepted, assert_control, assert_control_error, bounded

OTHER = "+447700900124"
WATCHED = "+447700900061"
REFERENCE = {"service": "ADMIN", "action": "LOGIN", "key": "order-17"}


@pytest.fixture
def busy(world: SessionClient) -> SessionClient:
    """A session with an accepted, a refused and an unreadable send, one of an ordinary user, and a health check."""
    assert_accepted(world.send("Your code is 482913", reference=REFERENCE, lra=7))
    world.send("Your code is 111111", WATCHED, businessRelationId="BR-1")
    world.send_raw(b"{")
    assert_accepted(world.send("Bye: https://x.example/a", OTHER, auth=CUSTOMER, operation="Services"))
    world.post("/api/Admin/checkServiceStatus")
    return world


def ids(world: SessionClient, query: str, kind: str = "exchanges") -> list[str]:
    """The ids of the items that match, or of the exchanges' messages, newest first; the count must agree."""
    found = world.control("GET", f"/{kind}?{query}")[kind]
    if kind != "webhooks":
        assert world.control("GET", f"/{kind}/count?{query}")["count"] == len(found)
    return [each["exchange" if kind == "messages" else "id"] for each in found]


def receiver(world: SessionClient, name: str) -> str:
    """The URL of one of the session's own receivers."""
    return f"{str(world.client.base_url).rstrip('/')}{world.prefix}/_control/receiver/{name}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["5", "4", "3", "2", "1"]),
        ("destination=%2B447700900061", ["2"]),
        ("destination=+447700900061", ["2"]),
        ("destination~=77009001", ["4", "1"]),
        ("outcome=refused", ["3", "2"]),
        ("outcome=refused&code=61", ["2"]),
        ("outcome=silently%20dropped", []),
        ("code=null", ["5", "4", "1"]),
        ("operation=services", ["4"]),
        ("requirement=WL-1&grade=documented", ["2"]),
        ("rule=watchlist", ["2"]),
        ("forced=false&status=500", ["2"]),
        ("status=400", ["3"]),
        ("path~=checkServiceStatus", ["5"]),
        ("method=POST&id=4", ["4"]),
        ("text=Bye:%20https://x.example/a", ["4"]),
        ("text~=your%20code", []),
        ("text~=Your%20code", ["2", "1"]),
        ("text~=Your+code&lra=7", ["1"]),
        ("reference.key=order-17", ["1"]),
        ("reference.service=ADMIN&reference.action=LOGIN", ["1"]),
        ("businessRelationId=BR-1", ["2"]),
        ("detailed=false&destination~=124", ["4"]),
        ("after=3", ["5", "4"]),
        ("after=0", ["5", "4", "3", "2", "1"]),
        ("after=99", []),
        ("since=2026-01-15T09:00:00Z", ["5", "4", "3", "2", "1"]),
        ("since=2026-01-15T10:00:00+01:00&until=2026-01-15T09:00:01Z", ["5", "4", "3", "2", "1"]),
        ("until=2026-01-15T09:00:00Z", []),
        ("since=2026-01-15T09:00:01Z", []),
    ],
)
def test_exchanges_are_found_by_their_members_and_by_the_requests(
    busy: SessionClient, query: str, expected: list[str]
) -> None:
    """By any member, whole or in part; by members of the request; from and before an instant; after an id."""
    assert ids(busy, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["4", "1"]),
        ("destination=+447700900124", ["4"]),
        ("text~=code", ["1"]),
        ("codes=482913", ["1"]),
        ("links~=x.example", ["4"]),
        ("codes=111111", []),
        ("account=customer-account", ["4"]),
        ("caller=admin", ["1"]),
        ("reference.key=order-17", ["1"]),
        ("reference.key=order-17&text~=Bye", []),
        ("exchange=4", ["4"]),
        ("lra=7", ["1"]),
        ("webhook.url=null", ["4", "1"]),
        ("provider=PROVIDER1&limit=1", ["4"]),
    ],
)
def test_messages_are_found_by_their_members(busy: SessionClient, query: str, expected: list[str]) -> None:
    """By any member, including the codes and links of the text."""
    found = busy.control("GET", f"/messages?{query}")["messages"]
    assert [each["exchange"] for each in found] == expected


def test_after_lists_the_messages_after_an_id(busy: SessionClient) -> None:
    """`after` and `before` select from the two ends of the same list."""
    newest, oldest = (each["id"] for each in busy.messages())

    assert ids(busy, f"after={oldest}", "messages") == ["4"]
    assert ids(busy, f"after={newest}", "messages") == []
    assert [each["id"] for each in busy.control("GET", f"/messages?before={newest}")["messages"]] == [oldest]


def test_each_message_has_the_codes_and_links_of_its_text(busy: SessionClient) -> None:
    """A test reads a code without a regular expression."""
    assert [(each["codes"], each["links"]) for each in busy.messages()] == [
        ([], ["https://x.example/a"]),
        (["482913"], []),
    ]
    message = busy.control("GET", f"/messages/{busy.messages()[1]['id']}")
    assert (message["codes"], message["links"]) == (["482913"], [])


def test_webhook_attempts_are_found_by_their_members(world: SessionClient) -> None:
    """By message, outcome, status and URL."""
    for name in ("good", "bad"):
        url = receiver(world, name)
        world.send(name, webhook={"url": url})
    world.control("PUT", "/receiver/bad", {"answer": 500})
    world.advance(5)

    assert len(ids(world, "", "webhooks")) == 3
    assert len(ids(world, "outcome=taken&status=DELIVERED", "webhooks")) == 1
    bad = world.control("GET", "/webhooks?url~=bad&answer.status=500")["webhooks"]
    assert [each["outcome"] for each in bad] == ["failed"]
    assert ids(world, f"message_id={bad[0]['message_id']}&after=0", "webhooks") == [bad[0]["id"]]


@pytest.mark.parametrize(
    ("path", "details"),
    [
        ("/exchanges?destinaton=x", "unknown parameter 'destinaton'"),
        ("/exchanges?destinaton=x", "did you mean 'destination'?"),
        ("/exchanges?destinaton~=x", "did you mean 'destination'?"),
        ("/exchanges/count?limit=3", "unknown parameter 'limit'"),
        ("/messages?outcome=accepted", "known: after, since, until, and id, destination"),
        ("/exchanges?code=61&code=60", "code: given twice; once is allowed"),
        ("/exchanges?since=yesterday", "since: 'yesterday' must be a point in time"),
        ("/exchanges?until=2026-01-15T09:00:00", "until: '2026-01-15T09:00:00' must be"),
        ("/exchanges?after=x", "after: 'x' is no id"),
        ("/exchanges?limit=0", "limit: '0' is not a number"),
        ("/webhooks?before=3", "unknown parameter 'before'"),
    ],
)
def test_an_unknown_filter_is_refused_with_the_known_ones(world: SessionClient, path: str, details: str) -> None:
    """A misspelled filter must not match everything."""
    assert_control_error(world.request("GET", f"/_control{path}"), 400, "Bad request", details)


def test_after_an_unknown_message_is_not_found(world: SessionClient) -> None:
    """`after` names a message by its id; an unknown one is 404."""
    assert_control_error(
        world.request("GET", "/_control/messages?after=x"), 404, "Unknown message", "after: no message 'x' is kept"
    )


def test_every_member_is_a_filter(busy: SessionClient) -> None:
    """A new member of the list must become a filter too."""
    summary = busy.exchanges()[0]
    assert set(summary) <= set(EXCHANGE_MEMBERS)
    message = busy.messages()[1]
    assert {name for name in message if name not in {"reference", "webhook"}} <= set(MESSAGE_MEMBERS)
    assert {"url", "outcome", "status", "message_id", "answer.status", "request.body"} <= set(ATTEMPT_MEMBERS)


def test_a_secret_is_found_in_masked_form(world: SessionClient) -> None:
    """Passwords are masked in items and in queries: the item is found, and no answer shows the password."""
    world.send("The password is admin-secret indeed")

    assert ids(world, f"text={quote('The password is admin-secret indeed')}") == ["1"]
    refused = world.request("GET", "/_control/exchanges?admin-secret=1")
    assert refused.status_code == 400
    assert "admin-secret" not in refused.text


def test_bodies_that_cannot_be_searched_are_counted() -> None:
    """An evicted or cut body cannot match; queries about bodies report how many there are."""
    with bounded(bytes=900, body=200) as world:
        world.send("needle " + "x" * 300)
        for _ in range(5):
            world.send("needle")

        found = world.control("GET", "/exchanges?text~=needle")
        assert found["not_searched"] > 1
        assert len(found["exchanges"]) + found["not_searched"] == 6
        counted = world.control("GET", "/exchanges/count?text~=needle&destination=+447700900123")
        assert counted == {"count": len(found["exchanges"]), "evicted": 0, "not_searched": found["not_searched"]}
        assert world.control("GET", "/exchanges/count?text~=needle&code=61")["not_searched"] == 0
        assert world.control("GET", "/exchanges/count") == {"count": 6, "evicted": 0}


def test_deleting_the_journal_continues_the_numbers(busy: SessionClient) -> None:
    """No number names two exchanges; a deleted number is unknown, and the answer says why."""
    assert busy.control("DELETE", "/exchanges") == {"deleted": 5}

    assert busy.exchanges() == []
    assert busy.control("GET", "/exchanges/count") == {"count": 0, "evicted": 0}
    assert [each["exchange"] for each in busy.messages()] == ["4", "1"]
    assert_control_error(
        busy.request("GET", "/_control/exchanges/1"), 404, "Unknown exchange", "up to 5 were deleted"
    )
    assert busy.send("Again").headers["x-mock-exchange"] == "6"
    assert ids(busy, "") == ["6"]
    assert busy.control("GET", "/exchanges/6")["id"] == "6"


def test_deleting_messages_deletes_their_notifications(world: SessionClient) -> None:
    """Messages, lives and pending notifications are deleted; the windows stay, because only time empties them."""
    url = receiver(world, "shop")
    for _ in range(2):
        kept = assert_accepted(world.send("Same", webhook={"url": url}))

    assert world.control("DELETE", "/messages") == {"deleted": 2}

    assert world.messages() == []
    assert world.request("GET", f"/_control/messages/{kept}").status_code == 404
    world.advance(60)
    assert world.control("GET", "/webhooks")["webhooks"] == []
    assert world.why(world.send("Same"))["outcome"] == "silently dropped"


@pytest.mark.parametrize("path", ["/exchanges", "/messages"])
def test_a_deletion_takes_no_filter(world: SessionClient, path: str) -> None:
    """An ignored filter would delete too much."""
    refused = world.request("DELETE", f"/_control{path}?destination=x")

    assert_control_error(refused, 400, "Bad request", "destination: no parameter is taken here")


def test_a_request_that_is_served_while_the_journal_is_deleted_is_entered_anew(gateway: MockGateway) -> None:
    """It is complete after the deletion, so the new journal has it; its raw bytes are counted once."""
    world = gateway.server

    async def test() -> list[str]:
        session = world.default
        await session.reset()
        begun, deleted = asyncio.Event(), asyncio.Event()
        scope = {
            "type": "http", "http_version": "1.1", "scheme": "http", "method": "POST", "root_path": "",
            "path": "/api/Admin/send", "raw_path": b"/api/Admin/send", "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }  # fmt: skip

        async def receive() -> dict[str, object]:
            begun.set()
            await deleted.wait()
            return {"type": "http.request", "body": b'{"text": "x"}', "more_body": False}

        async def send(_: object) -> None:
            return

        application: Any = world.app
        serving: asyncio.Task[None] = asyncio.create_task(application(scope, receive, send))
        await begun.wait()
        session.forget_exchanges()
        deleted.set()
        await serving
        assert session.state.journal.counters.sends == 1
        return [each.id for each in session.state.journal]

    assert asyncio.run(test()) == ["2"]


def test_filters_and_pages_can_be_combined(busy: SessionClient) -> None:
    """`limit` counts the items that match."""
    for number in range(4):
        busy.send(f"page {number}", OTHER)

    first = busy.control("GET", "/messages?text~=page&limit=2")["messages"]
    second = busy.control("GET", f"/messages?text~=page&limit=9&before={first[-1]['id']}")["messages"]

    assert [each["text"] for each in first + second] == [f"page {number}" for number in (3, 2, 1, 0)]
    assert assert_control(busy.request("GET", "/_control/exchanges?text~=page&limit=1"))["exchanges"][0]["id"] == "9"
