"""The control API for what follows an acceptance: receivers, attempts, messages and the clock, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.raw_client import RawConnection, raw_request
from tests.support import (
    ADMIN,
    DESTINATION,
    MORNING,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_control_error,
)


def hook(world: SessionClient, name: str = "mine") -> str:
    """The URL of one of the session's own receivers."""
    return f"{str(world.client.base_url).rstrip('/')}{world.prefix}/_control/receiver/{name}"


def send(world: SessionClient, text: str = "Hi", *, url: str | None = None, **fields: Any) -> str:
    """A send with a webhook."""
    return assert_accepted(world.send(text, webhook={"url": url or hook(world)}, **fields))


def advance(world: SessionClient, **asked: object) -> dict[str, Any]:
    """Advance the clock; return the verb's answer."""
    found: dict[str, Any] = world.control("POST", "/clock/advance", asked)
    return found


def received(world: SessionClient, name: str = "mine") -> list[dict[str, Any]]:
    """What a receiver recorded."""
    found: list[dict[str, Any]] = world.control("GET", f"/receiver/{name}")["received"]
    return found


def statuses(world: SessionClient, name: str = "mine") -> list[tuple[str, str]]:
    """The instant and status of each notification that a receiver recorded."""
    return [(each["at"][11:19], json.loads(each["body"])["message"]["status"]) for each in received(world, name)]


def test_a_sessions_own_receivers_are_exempt_from_https_only(world: SessionClient) -> None:
    """Delivered in process, recorded with time, type and answer; no switch is needed for plain HTTP."""
    message_id = send(world)

    progress = advance(world, seconds=10)

    assert statuses(world) == [("09:00:01", "SENT"), ("09:00:03", "DELIVERED")]
    assert [(each["content_type"], each["answer"]) for each in received(world)] == [("application/json", 200)] * 2
    assert (progress["complete"], progress["pending"], progress["webhook_attempts"]) == (True, 0, 2)
    assert [(each["event"], each["message_id"]) for each in progress["fired"]] == [
        ("status", message_id),
        ("webhook", message_id),
    ] * 2


@pytest.mark.requirement("BAD-6")
def test_the_receivers_of_another_session_are_external(worlds: SessionFactory) -> None:
    """BAD-6: only the session's own receivers are exempt."""
    one, other = worlds(), worlds()

    refused = one.send(webhook={"url": hook(other)})

    assert refused.status_code == 400
    assert "plain http is refused" in refused.json()["details"]


@pytest.mark.parametrize(
    ("written", "name"),
    [("a%20b", "a b"), ("mine?tenant=7", "mine"), ("mine#part", "mine"), ("%C3%A4", "ä")],
)
def test_a_receiver_is_named_by_the_last_part_of_the_path(world: SessionClient, written: str, name: str) -> None:
    """The name is read as a server reads it that gets the notification over the network."""
    send(world, url=hook(world, written))
    advance(world, seconds=1)

    assert world.control("GET", f"/receiver/{httpx2.URL('http://x').copy_with(path='/' + name).path[1:]}")["received"]


@pytest.mark.parametrize("written", ["", "a/b", "/", "a%2Fb"])
def test_an_invalid_receiver_name_is_not_found(world: SessionClient, written: str) -> None:
    """404, as over the network; the notification is retried like any other failure."""
    message_id = send(world, url=hook(world, written))
    advance(world, seconds=1)

    [attempt] = world.control("GET", f"/messages/{message_id}")["webhooks"]
    assert (attempt["answer"]["status"], attempt["outcome"]) == (404, "failed")


@pytest.mark.requirement("WH-4")
@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (500, 500, None),
        (404, 404, None),
        (302, 302, None),
        ("hang", None, "timed out: the receiver hangs"),
        ("reset", None, "connection reset by the receiver"),
        ("redirect", 307, "redirects are not followed"),
    ],
)
def test_a_receiver_can_be_instructed_to_fail_a_number_of_times(
    world: SessionClient, answer: int | str, status: int | None, error: str | None
) -> None:
    """WH-4: it fails three times, then accepts; each notification is recorded with its answer."""
    told = world.control("PUT", "/receiver/mine", {"answer": answer, "times": 3})
    message_id = send(world)
    advance(world, duration="1h")

    assert (told["answer"], told["times"]) == (answer, 3)
    assert statuses(world) == [
        ("09:00:01", "SENT"),
        ("09:00:11", "SENT"),
        ("09:01:11", "SENT"),
        ("09:06:11", "SENT"),
        ("09:06:11", "DELIVERED"),
    ]
    assert [each["answer"] for each in received(world)] == [answer] * 3 + [200, 200]
    attempts = world.control("GET", f"/messages/{message_id}")["webhooks"]
    assert [(each["answer"]["status"], each["answer"]["error"]) for each in attempts[:3]] == [(status, error)] * 3
    assert [each["next_try_at"] and each["next_try_at"][11:19] for each in attempts] == [
        "09:00:11",
        "09:01:11",
        "09:06:11",
        None,
        None,
    ]


def test_an_instruction_without_a_number_of_times_holds_until_the_next(
    world: SessionClient,
) -> None:
    """Deleting the receiver deletes its instruction and its records."""
    world.control("PUT", "/receiver/mine", {"answer": 503})
    send(world)
    advance(world, seconds=71)
    failed = statuses(world)
    forgotten = world.control("DELETE", "/receiver/mine")
    advance(world, duration="1h")

    assert failed == [("09:00:01", "SENT"), ("09:00:11", "SENT"), ("09:01:11", "SENT")]
    assert forgotten == {"deleted": "mine"}
    assert statuses(world) == [("09:06:11", "SENT"), ("09:06:11", "DELIVERED")]


@pytest.mark.parametrize(
    ("asked", "details"),
    [
        ({}, "answer: None is neither a status from 200 to 599 nor one of hang, redirect, reset"),
        ({"answer": 199}, "answer: 199 is neither"),
        ({"answer": 600}, "answer: 600 is neither"),
        ({"answer": True}, "answer: True is neither"),
        ({"answer": "500"}, "answer: '500' is neither"),
        ({"answer": 200, "times": 0}, "times: 0 is not a number from 1"),
        ({"answer": 200, "times": 1.5}, "times: 1.5 is not a number from 1"),
        ({"answer": 200, "times": True}, "times: True is not a number from 1"),
        ({"answer": 200, "count": 1}, "unknown: count; known: answer, times"),
    ],
)
def test_an_invalid_instruction_changes_no_receiver(
    world: SessionClient, asked: dict[str, object], details: str
) -> None:
    """400 with a reason."""
    assert_control_error(world.request("PUT", "/_control/receiver/mine", asked), 400, "Bad request", details)
    send(world)
    advance(world, seconds=3)
    assert len(statuses(world)) == 2


def test_a_receiver_records_requests_from_the_network(world: SessionClient) -> None:
    """A webhook of another mock, or of curl, is recorded and answered as instructed."""
    for answer in (200, 204, 205, 304, 404, 503, 307):
        told: object = "redirect" if answer == 307 else answer
        world.control("PUT", "/receiver/mine", {"answer": told, "times": 1})
        got = world.client.post(hook(world), content=b"raw", headers={"Content-Type": "text/x"})

        assert got.status_code == answer
        assert got.content == (b"" if answer in {204, 205, 304} else b"{}")

    assert [(each["body"], each["content_type"]) for each in received(world)] == [("raw", "text/x")] * 7


@pytest.mark.parametrize("behaviour", ["hang", "reset"])
def test_a_receiver_can_hang_over_the_network(gateway: MockGateway, world: SessionClient, behaviour: str) -> None:
    """It records the request and never answers; the sender must time out."""
    world.control("PUT", "/receiver/mine", {"answer": behaviour})
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(f"{world.prefix}/_control/receiver/mine", b"raw"))
        while not received(world):
            pass
        connection.end()

    assert [each["answer"] for each in received(world)] == [behaviour]


def test_a_receiver_refuses_bodies_over_one_mebibyte(world: SessionClient) -> None:
    """413, and nothing is recorded; nor is a body that is cut off."""
    too_large = world.client.post(hook(world), content=b"x" * (1024 * 1024 + 1))
    with RawConnection(str(world.client.base_url)) as connection:
        connection.send(raw_request(f"{world.prefix}/_control/receiver/mine", b"x", declared=10))
        connection.end()

    assert_control_error(too_large, 413, "Payload too large", "body: at most 1 MiB is allowed")
    assert received(world) == []


def test_a_session_has_at_most_a_thousand_receivers(gateway: MockGateway, world: SessionClient) -> None:
    """409 for the next, by every verb that creates one; reading creates none. A notification to it is retried."""
    session = gateway.server.sessions.get(world.name)
    assert session is not None
    for number in range(1000):
        session.state.receivers.answer_with(f"r{number}", 200, None)
    message_id = send(world)
    advance(world, seconds=1)

    said = "a session has at most 1000 receivers"
    assert world.control("GET", "/receiver/mine") == {"name": "mine", "received": []}
    refused = world.request("PUT", "/_control/receiver/mine", {"answer": 500})
    assert_control_error(refused, 409, "Too many receivers", said)
    assert_control_error(world.client.post(hook(world)), 409, "Too many receivers", said)
    [attempt] = world.control("GET", f"/messages/{message_id}")["webhooks"]
    assert (attempt["outcome"], attempt["answer"]["error"]) == ("failed", said)


@pytest.mark.requirement("WH-4")
def test_every_attempt_is_in_the_journal_with_request_answer_duration_and_next_try(world: SessionClient) -> None:
    """WH-4: newest first, with all members."""
    world.control("PUT", "/receiver/mine", {"answer": 500, "times": 1})
    message_id = send(world)
    advance(world, seconds=1)

    listed = world.control("GET", "/webhooks")

    assert listed == {
        "webhooks": [
            {
                "id": "1",
                "at": "2026-01-15T09:00:01Z",
                "message_id": message_id,
                "url": hook(world),
                "status": "SENT",
                "attempt": 1,
                "outcome": "failed",
                "request": {"content_type": "application/json", "body": received(world)[0]["body"]},
                "answer": {"status": 500, "error": None, "body": "", "duration_ms": 0},
                "next_try_at": "2026-01-15T09:00:11Z",
            }
        ],
        "evicted": 0,
    }
    advance(world, duration="1h")
    assert [each["id"] for each in world.control("GET", "/webhooks")["webhooks"]] == ["3", "2", "1"]
    assert [each["id"] for each in world.control("GET", "/webhooks?limit=1")["webhooks"]] == ["3"]


@pytest.mark.requirement("ST-1", "ST-2")
def test_a_message_is_shown_with_its_past_and_planned_changes(world: SessionClient) -> None:
    """ST-1: past changes, planned changes, and every webhook attempt."""
    message_id = send(world)
    advance(world, seconds=1)

    shown = world.control("GET", f"/messages/{message_id}")

    usual = {"code": "0", "message": None}
    assert shown["status"] == "SENT"
    assert shown["changes"] == [
        {
            "at": MORNING,
            "status": "PROVIDER_ACCEPTANCE",
            "provider": {**usual, "status": "PROVIDER_ACCEPTANCE"},
            "forced": False,
        },
        {"at": "2026-01-15T09:00:01Z", "status": "SENT", "provider": {**usual, "status": "SENT"}, "forced": False},
    ]
    assert [each["status"] for each in shown["planned"]] == ["DELIVERED"]
    assert [each["status"] for each in shown["webhooks"]] == ["SENT"]
    assert (shown["id"], shown["destination"]) == (message_id, DESTINATION)


def test_a_push_and_a_resend_over_http(world: SessionClient) -> None:
    """POST /_control/messages/<id>/status and …/resend."""
    message_id = send(world)

    illegal = world.request("POST", f"/_control/messages/{message_id}/status", {"status": "READ"})
    pushed = world.control("POST", f"/messages/{message_id}/status", {"status": "REJECTED"})
    advance(world, seconds=0)
    again = world.control("POST", f"/messages/{message_id}/resend")

    assert_control_error(illegal, 409, "Illegal change", "`force: true` does it anyway")
    assert pushed["status"] == "REJECTED"
    assert again["outcome"] == "taken"
    assert [each["body"] for each in received(world)] == [received(world)[0]["body"]] * 2
    unknown = world.request("POST", "/_control/messages/no-such/resend")
    assert_control_error(unknown, 404, "Unknown message", "no message 'no-such' is kept in this session")


@pytest.mark.parametrize(
    ("asked", "details"),
    [
        ({"until": "noon"}, 'until: only "idle" is allowed'),
        ({"until": "idle", "seconds": 1}, 'until: only "idle" is allowed, and neither seconds nor duration then'),
        ({"until": True}, 'until: only "idle" is allowed'),
        ({"seconds": 1, "wall_limit": -1}, "wall_limit: -1 is not a number from 0 to 3600"),
        ({"seconds": 1, "wall_limit": 3601}, "wall_limit: 3601 is not a number from 0 to 3600"),
        ({"seconds": 1, "wall_limit": "1s"}, "wall_limit: '1s' is not a number"),
        ({"seconds": 1, "limit": -1}, "limit: -1 is not a number from 0 to"),
        ({"seconds": 1, "limit": 100_001}, "limit: 100001 is not a number from 0 to"),
        ({"seconds": 1, "limit": 0.5}, "limit: 0.5 is not a whole number"),
        ({"duration": "-1h"}, "duration: must be a length of time"),
        ({"duration": "100000000h"}, "duration: must be at most ten years"),
    ],
)
def test_an_invalid_advance_performs_nothing(world: SessionClient, asked: dict[str, object], details: str) -> None:
    """400 with a reason; what was due stays due."""
    send(world)

    assert_control_error(world.request("POST", "/_control/clock/advance", asked), 400, "Bad request", details)

    assert (statuses(world), world.control("GET", "/clock")["now"]) == ([], MORNING)


@pytest.mark.parametrize(
    ("asked", "details"),
    [
        ({"factor": 0}, "factor: 0 is not a number from 0.001 to 100000"),
        ({"factor": -1}, "factor: -1 is not a number"),
        ({"factor": 100_001}, "factor: 100001 is not a number"),
        ({"factor": "2"}, "factor: '2' is not a number"),
        ({"rate": 2}, "unknown: rate; known: factor"),
    ],
)
def test_an_invalid_resume_leaves_the_clock_frozen(
    world: SessionClient, asked: dict[str, object], details: str
) -> None:
    """400 with a reason."""
    assert_control_error(world.request("POST", "/_control/clock/resume", asked), 400, "Bad request", details)
    assert world.control("GET", "/clock") == {"mode": "frozen", "now": MORNING}


def test_resume_continues_from_the_clocks_instant(world: SessionClient) -> None:
    """At the rate of wall time, or faster; freeze stops it again."""
    real = world.control("POST", "/clock/resume", {})
    scaled = world.control("POST", "/clock/resume", {"factor": 60})
    frozen = world.control("POST", "/clock/freeze", {})

    assert (real["mode"], scaled["mode"], scaled["factor"], frozen["mode"]) == ("real", "scaled", 60, "frozen")
    assert MORNING <= real["now"] <= scaled["now"] <= frozen["now"] < "2026-01-15T10"


def test_a_reset_deletes_receivers_and_pending_notifications(world: SessionClient) -> None:
    """No notification of the former world arrives in the new one."""
    world.control("PUT", "/receiver/mine", {"answer": 500})
    send(world)
    advance(world, seconds=1)
    world.control("POST", "/reset")

    progress = advance(world, duration="10h")

    assert (progress["fired"], received(world)) == ([], [])
    assert world.control("GET", "/webhooks") == {"webhooks": [], "evicted": 0}


def test_no_secret_is_shown_in_messages_and_attempts(worlds: SessionFactory) -> None:
    """A password or key in a webhook's URL or a reference is masked by every verb that shows it."""
    world = worlds(
        accounts=[{"username": "admin", "password": "admin-secret", "admin": True}], api_keys=["status-key-7"]
    )
    reference = {"service": "ADMIN", "action": "admin-secret", "key": "status-key-7"}
    message_id = send(world, url=hook(world, "mine?password=admin-secret&key=status-key-7"), reference=reference)

    progress = advance(world, duration="1h")
    resent = world.control("POST", f"/messages/{message_id}/resend")
    shown = [
        progress,
        resent,
        world.control("GET", f"/messages/{message_id}"),
        world.control("GET", "/messages"),
        world.control("GET", "/webhooks"),
        world.control("GET", "/receiver/mine"),
    ]

    assert progress["webhook_attempts"] == 2
    for each in shown:
        assert "admin-secret" not in json.dumps(each)
        assert "status-key-7" not in json.dumps(each)
    assert '"action":"***"' in received(world)[0]["body"]


def test_the_default_session_finds_its_receivers_with_and_without_its_prefix() -> None:
    """By the bare URL and by its own prefix."""
    with MockGateway() as own, httpx2.Client(base_url=own.url, trust_env=False, auth=ADMIN) as client:
        client.post("/_control/clock/freeze", json={})
        for number, prefix in enumerate(("", "/~default")):
            webhook = {"url": f"{own.url}{prefix}/_control/receiver/mine"}
            sent = client.post(
                "/api/Admin/send", json={"destination": DESTINATION, "text": f"{number}", "webhook": webhook}
            )
            assert_accepted(sent)
        client.post("/_control/clock/advance", json={"until": "idle"})

        assert len(client.get("/_control/receiver/mine").json()["received"]) == 4


@pytest.mark.parametrize("force", ["yes", 1, None])
def test_a_force_that_is_no_boolean_is_refused(world: SessionClient, force: object) -> None:
    """Also where the change is legal without it."""
    message_id = assert_accepted(world.send())

    refused = world.request("POST", f"/_control/messages/{message_id}/status", {"status": "SENT", "force": force})

    assert_control_error(refused, 400, "Bad request", f"force: {force!r} is neither true nor false")


def test_allow_names_all_methods_of_a_receiver(world: SessionClient) -> None:
    """`Allow` is complete, although delivery is public and the other methods are not."""
    refused = world.request("PATCH", "/_control/receiver/shop")

    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT", "POST", "DELETE"}
