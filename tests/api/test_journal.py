"""What the journal keeps of each exchange, and what it evicts when it is full."""

from __future__ import annotations

from hashlib import sha256

import httpx2
import pytest

from mock_server.domain.instants import Instant
from mock_server.journal.journal import Bounds, Journal
from mock_server.journal.raw_budget import RawBudget
from mock_server.testing import MockGateway
from tests.raw_client import RawConnection, raw_request
from tests.support import (
    DESTINATION,
    MORNING,
    SessionClient,
    assert_accepted,
    assert_control,
    assert_control_error,
    bounded,
)

MIDNIGHT = Instant(0)


@pytest.mark.requirement("ANS-1")
def test_an_exchange_is_kept_with_everything_that_explains_it(world: SessionClient) -> None:
    """Request, response, the rule, its requirement and grade, and the findings of the rules."""
    body = b'{"destination":"+447700900123","text":"Hi"}'
    response = world.send_raw(body, headers={"User-Agent": "tester"})

    found = world.why(response)

    headers = found["request"].pop("headers")
    assert {rule["said"] for rule in found.pop("rules")} == {"passed"}
    assert ["user-agent", "tester"] in headers
    assert ["authorization", "***"] in headers
    assert found == {
        "id": "1",
        "at": MORNING,
        "method": "POST",
        "path": f"{world.prefix}/api/Admin/send",
        "operation": "admin",
        "destination": DESTINATION,
        "status": 200,
        "outcome": "accepted",
        "code": None,
        "rule": "provider accepted",
        "requirement": "ANS-1",
        "grade": "documented",
        "forced": False,
        "trouble": None,
        "stubs": [],
        "stubs_nearly_matched": [],
        "message_id": response.json()["id"],
        "caller": "admin",
        "advice": None,
        "values_missing": None,
        "persistence": None,
        "reason": None,
        "without_stub": None,
        "anti_flooding": {
            "messages_to_destination": 0,
            "room_again_at": None,
            "identical_texts": 0,
            "identical_text_leaves_at": None,
        },
        "request": {
            "body": body.decode(),
            "body_encoding": "utf-8",
            "body_length": len(body),
            "body_sha256": sha256(body).hexdigest(),
            "body_truncated": False,
            "evicted": False,
        },
        "response": {"status": 200, "body": response.text},
        "unknown_fields": [],
        "duplicate_keys": [],
        "bug": None,
    }


def test_a_summary_is_the_beginning_of_its_explanation(world: SessionClient) -> None:
    """The list and the single exchange have the same values."""
    for response in (world.send(), world.send(destination="x"), world.post("/no-such")):
        [summary] = [each for each in world.exchanges() if each["id"] == response.headers["x-mock-exchange"]]

        explained = world.why(response)
        assert summary == {key: explained[key] for key in summary}


def test_a_binary_body_is_shown_in_base64(world: SessionClient) -> None:
    """Its bytes are not lost."""
    request = world.why(world.send_raw(b"\xff\x00"))["request"]

    assert (request["body"], request["body_encoding"], request["body_length"]) == ("/wA=", "base64", 2)


def test_the_oldest_exchanges_are_evicted_and_counted() -> None:
    """Each session has the bound; an evicted exchange is not found, and the answer says why."""
    with bounded(exchanges=3) as world:
        for number in range(5):
            world.send(f"{number}")
        listed = world.control("GET", "/exchanges")
        gone = world.request("GET", "/_control/exchanges/2")
        before_gone = world.request("GET", "/_control/exchanges?before=2")
        kept = world.control("GET", "/exchanges/3")

    assert [each["id"] for each in listed["exchanges"]] == ["5", "4", "3"]
    assert listed["evicted"] == 2
    assert_control_error(gone, 404, "Unknown exchange", "2 older ones were evicted")
    assert_control_error(before_gone, 404, "Unknown exchange", "before")
    assert kept["request"]["body"] is not None


def test_the_oldest_messages_are_evicted_and_counted() -> None:
    """The windows still count them."""
    with bounded(messages=2) as world:
        ids = [assert_accepted(world.send(f"{number}")) for number in range(4)]
        listed = world.control("GET", "/messages")
        gone = world.request("GET", f"/_control/messages?before={ids[0]}")
        tally = world.why(world.send("5"))["anti_flooding"]

    assert [each["id"] for each in listed["messages"]] == [ids[3], ids[2]]
    assert listed["evicted"] == 2
    assert_control_error(gone, 404, "Unknown message", "is kept")
    assert tally["messages_to_destination"] == 4


def test_a_long_body_is_cut_and_its_length_and_hash_are_kept() -> None:
    """The hash distinguishes bodies with the same beginning."""
    body = b'{"destination":"+447700900123","text":"' + b"x" * 200 + b'"}'
    with bounded(body=100) as world:
        request = world.why(world.send_raw(body))["request"]
        short = world.why(world.send_raw(b"[]"))["request"]

    assert request["body"] == body[:100].decode()
    assert (request["body_truncated"], request["body_length"]) == (True, len(body))
    assert request["body_sha256"] == sha256(body).hexdigest()
    assert short["body_truncated"] is False


def test_the_default_cut_is_at_64_kib(world: SessionClient) -> None:
    """Exactly."""
    cut = world.why(world.send_raw(b" " * 65_537))["request"]
    whole = world.why(world.send_raw(b" " * 65_536))["request"]

    assert (len(cut["body"]), cut["body_truncated"]) == (65_536, True)
    assert (len(whole["body"]), whole["body_truncated"]) == (65_536, False)


def test_a_password_across_the_cut_is_masked() -> None:
    """Both of its parts."""
    with bounded(body=100) as world:
        body = b'{"destination":"+447700900123","text":"'
        response = world.send_raw(body + b"x" * (100 - len(body) - 6) + b'admin-secret"}')
        shown = world.why(response)["request"]["body"]

    assert "admin" not in shown


def test_raw_bytes_are_evicted_oldest_first_over_all_sessions() -> None:
    """One budget for the whole server; verdict, length and hash stay."""
    body = b'{"destination":"+447700900123","text":"' + b"x" * 1000 + b'"}'
    with bounded(bytes=4000) as world:
        other = SessionClient(world.client, assert_control(world.client.post("/_control/sessions"), 201)["id"])
        oldest = other.send_raw(body)
        for number in range(4):
            world.send_raw(body.replace(b"xxxx", b"%04d" % number, 1))
        found = other.why(oldest)
        listed = world.control("GET", "/exchanges")
        newest = world.control("GET", f"/exchanges/{listed['exchanges'][0]['id']}")["request"]

    request = found["request"]
    assert (request["body"], request["body_encoding"], request["headers"]) == (None, None, None)
    assert (request["evicted"], request["body_truncated"]) == (True, False)
    assert (request["body_length"], request["body_sha256"]) == (len(body), sha256(body).hexdigest())
    assert (found["outcome"], found["unknown_fields"]) == ("accepted", [])
    assert listed["raw_bodies_evicted"] >= 2
    assert listed["evicted"] == 0
    assert newest["evicted"] is False


@pytest.mark.parametrize("path", ["/api/no-such", "/api/Services/checkServiceStatus", "/api/Admin/send"])
def test_headers_and_paths_count_towards_the_budget(path: str) -> None:
    """Unknown paths with large headers take no more memory than sends."""
    with bounded(bytes=100_000) as world:
        for _ in range(5):
            world.post(f"{path}?{'q' * 10_000}", headers={"X-Big": "x" * 30_000})
        listed = world.control("GET", "/exchanges")
        held = world.control("GET", "/exchanges/5")["request"]["evicted"]

    assert listed["raw_bodies_evicted"] >= 2
    assert held is False


def test_a_budget_of_0_keeps_only_verdicts() -> None:
    """The explanations lack only the bytes."""
    with bounded(bytes=0) as world:
        response = world.send()
        found = world.why(response)

    assert (found["outcome"], found["request"]["evicted"]) == ("accepted", True)


def test_the_budget_drops_released_entries_at_any_position() -> None:
    """An idle session's entry at the front does not keep the released entries of a busy session in memory."""
    raw = RawBudget(10**9)
    journals = [Journal(Bounds(exchanges=most), raw) for most in (1, 10, 20_000)]
    for journal, count in zip(journals, (1, 20_000, 1), strict=True):
        for number in range(count):
            journal.settle(journal.open(MIDNIGHT, "POST", f"/{number}".encode(), []), None)

    assert raw.held == sum(len(exchange.path) for journal in journals for exchange in journal)
    assert len(raw._order) < 20_000


def test_released_entries_are_not_counted_as_evicted() -> None:
    """Only entries that the budget evicted count."""
    raw = RawBudget(100)
    quiet, busy = (Journal(Bounds(exchanges=most), raw) for most in (9, 1))
    for journal, path in ((quiet, b"/" * 40), (busy, b"/" * 40), (busy, b"/" * 40)):
        journal.settle(journal.open(MIDNIGHT, "POST", path, []), None)
    none_yet = raw.evicted
    quiet.settle(quiet.open(MIDNIGHT, "POST", b"/" * 95, []), None)

    assert none_yet == 0
    assert raw.evicted == 2
    assert raw.held == 95


@pytest.mark.parametrize("meanwhile", ["evicted", "reset", "deleted"])
def test_an_exchange_that_is_evicted_before_it_is_complete_is_not_counted(meanwhile: str) -> None:
    """A slow client's request outlives its entry: the client gets its answer, and the budget counts no bytes."""
    with (
        MockGateway(bounds=Bounds(exchanges=1)) as gateway,
        httpx2.Client(base_url=gateway.url, trust_env=False) as client,
        RawConnection(gateway.url) as slow,
    ):
        world = SessionClient(client, assert_control(client.post("/_control/sessions"), 201)["id"])
        body = b'{"destination":"+447700900123","text":"Hi"}'
        slow.send(raw_request(f"{world.prefix}/api/Admin/send", body[:5], declared=len(body)))
        opened = next(found for _ in range(1000) if (found := world.exchanges()))
        assert opened[0]["outcome"] == "open"
        if meanwhile == "evicted":
            world.post("/")
        elif meanwhile == "reset":
            world.control("POST", "/reset")
        else:
            client.delete(f"/_control/sessions/{world.name}")
        slow.send(body[5:])
        answer = slow.answer()
        client.delete(f"/_control/sessions/{world.name}")
        held = gateway.server.raw.held

    assert (answer.status, answer.headers["x-mock-exchange"]) == (200, "1")
    assert held == 0


def test_deleting_and_resetting_sessions_releases_their_bytes() -> None:
    """Deleted exchanges no longer count."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        for _ in range(3):
            world = SessionClient(client, assert_control(client.post("/_control/sessions"), 201)["id"])
            world.send()
            world.control("POST", "/reset")
            world.send()
            client.delete(f"/_control/sessions/{world.name}")
        held = gateway.server.raw.held

    assert held == 0
