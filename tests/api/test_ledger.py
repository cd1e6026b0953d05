"""The ledger: the outcomes of sends, and duplicates of one intent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mock_server.domain.decision import Accepted, Decision
from mock_server.journal.counters import Counters
from mock_server.testing import MockGateway
from tests.raw_client import RawConnection
from tests.support import DESTINATION, SessionClient, bounded

WATCHED = "+447700900061"
FORCED = "+447700900064"


def test_each_send_is_counted_by_its_outcome(worlds: Callable[..., SessionClient]) -> None:
    """Accepted, dropped, or refused by code; also in forced. Other requests are not counted."""
    world = worlds(
        watchlist=[WATCHED],
        accounts=[{"username": "admin", "password": "admin-secret", "admin": True}],
        stubs=[{"when": {"destination": FORCED}, "then": {"refuse": 64}}],
    )
    for _ in range(3):
        world.send("Same")
    world.send("Hello", WATCHED)
    world.send("Hello", FORCED)
    world.send("Hello", auth=None)
    world.send_raw(b"{")
    world.send_raw(b"x" * (1024 * 1024 + 1))
    world.post("/api/Admin/checkServiceStatus")
    world.post("/nowhere")

    ledger = world.control("GET", "/ledger")

    assert ledger == {
        "sends": 8,
        "accepted": 2,
        "dropped": 1,
        "refused": {"61": 1, "63": 1, "64": 1, "400": 1, "413": 1},
        "failed": 0,
        "unanswered": 0,
        "forced": 1,
        "duplicates_by_intent": [
            {"by": "text", "destination": DESTINATION, "text": "Same", "sends": 3, "accepted": 2, "dropped": 1,
             "refused": 0, "exchanges": ["1", "2", "3"]},
        ],
        "not_searched": 0,
        "evicted": 0,
    }  # fmt: skip


def test_sends_of_the_same_key_are_one_intent(world: SessionClient) -> None:
    """A retry with another text is found by the key; where destinations differ, none is named."""
    for text, destination in (("one", DESTINATION), ("two", DESTINATION), ("three", "+447700900124")):
        world.send(text, destination, reference={"service": "ADMIN", "key": "order-17"})
    for text in ("x", "y"):
        world.send(text, reference={"service": "ADMIN", "key": "order-18"})
    world.send("alone", reference={"service": "ADMIN", "key": "order-19"})

    found = world.control("GET", "/ledger")["duplicates_by_intent"]

    assert [(each["by"], each["destination"], each["key"], each["sends"], each["exchanges"]) for each in found] == [
        ("key", None, "order-17", 3, ["1", "2", "3"]),
        ("key", DESTINATION, "order-18", 2, ["4", "5"]),
    ]


def test_the_counters_stay_exact_when_the_journal_evicts() -> None:
    """Counters need no journal; duplicates need it, and the number of exchanges that are missing is shown."""
    with bounded(exchanges=5, bytes=900) as world:
        for number in range(20):
            world.send(f"text {number}")

        ledger = world.control("GET", "/ledger")

    assert (ledger["sends"], ledger["accepted"], ledger["evicted"]) == (20, 20, 15)
    assert 0 < ledger["not_searched"] < 5


def test_a_send_that_is_cut_off_is_counted_as_unanswered(gateway: MockGateway, world: SessionClient) -> None:
    """It was never decided."""
    with RawConnection(gateway.url) as connection:
        head = f"POST {world.prefix}/api/Admin/send HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
        connection.send(head.encode() + b"{")
    world.control("GET", "/exchanges/wait?outcome=disconnected")

    ledger = world.control("GET", "/ledger")

    assert (ledger["sends"], ledger["unanswered"]) == (1, 1)
    assert ledger["duplicates_by_intent"] == []


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/exchanges"), ("POST", "/reset")])
def test_deleting_the_journal_resets_the_ledger(world: SessionClient, method: str, path: str) -> None:
    """A deletion and a reset set the counters to zero."""
    world.send()

    world.control(method, path)

    ledger = world.control("GET", "/ledger")
    assert (ledger["sends"], ledger["accepted"]) == (0, 0)


def test_a_bug_is_counted_as_failed() -> None:
    """Whatever was decided: the client got no answer of the gateway."""
    ledger = Counters()
    ledger.count(Decision(Accepted("id", "P"), "provider accepted", None, forced=True), None, bug=True)

    assert (ledger.sends, ledger.failed, ledger.accepted, ledger.forced) == (1, 1, 0, 1)
