"""The ledger page: the outcomes of sends, and duplicates of one intent."""

from __future__ import annotations

import pytest

from tests.console.pages import opened
from tests.support import DESTINATION, SessionClient, bounded

WATCHED = "+447700900061"
SCRIPT = "<script>alert(1)</script>"


def test_a_ledger_without_a_send_says_what_it_is_for(world: SessionClient) -> None:
    """The empty state explains the page."""
    assert "This page counts all sends" in opened(world, "/ledger").text


def test_each_send_is_counted_by_its_outcome(world: SessionClient) -> None:
    """Refusals by code, each with its message and a link to the inbox."""
    world.send("Hello")
    for _ in range(2):
        world.send("Hi", WATCHED)
    world.send("Hello", auth=None)
    world.send_raw(b"{")

    page = opened(world, "/ledger")

    assert "Sends 5 accepted 1 refused 4 dropped 0" in page.text
    assert "61 Message in watchlist 2" in page.text
    assert "63 Missing" not in page.text
    assert "63 Username or password not valid 1" in page.text
    assert "400 Malformed request 1" in page.text
    assert page.all("a", href=f"{world.prefix}/_console?state=refused")


def test_duplicates_are_listed_newest_first(world: SessionClient) -> None:
    """With the outcome of each, and links to the requests."""
    for text in ("one", "one", "two", "two", "two"):
        world.send(text)
    world.send("worded anew", reference={"service": "ADMIN", "key": "order-17"})
    world.send("worded so", "+447700900124", reference={"service": "ADMIN", "key": "order-17"})

    page = opened(world, "/ledger")

    told = page.text.partition("Sent more than once")[2]
    lines = ("several numbers key order-17 2", f"{DESTINATION} two 3 accepted 2 dropped 1", f"{DESTINATION} one 2")
    places = [told.index(line) for line in lines]
    assert places == sorted(places)
    for number in range(1, 8):
        assert page.all("a", href=f"{world.prefix}/_console/exchanges/{number}")


def test_sends_that_differ_are_no_duplicates(world: SessionClient) -> None:
    """Another text to the same destination is another intent."""
    world.send("one")
    world.send("two")

    assert "No message was sent twice" in opened(world, "/ledger").text


def test_many_duplicates_are_cut_off_and_counted(world: SessionClient) -> None:
    """At most a hundred rows of ten requests; the page says that there are more."""
    for number in range(101):
        for _ in range(2):
            world.send("Hello", f"+39340{number:07d}")
    for _ in range(12):
        world.send("Again", "+447700900999")

    page = opened(world, "/ledger")

    assert "The newest 100 of 102 are shown." in page.text
    assert "and 2 more" in page.text
    assert len(page.all("th", scope="row")) == 100


def test_evicted_requests_are_reported() -> None:
    """The counters are exact although the journal evicted exchanges."""
    with bounded(exchanges=5, bytes=900) as world:
        for number in range(20):
            world.send(f"text {number}")

        text = opened(world, "/ledger").text

    assert "Sends 20" in text
    assert "not compared because newer ones have replaced them: 15." in text
    assert "Sends not compared because their request is no longer kept" in text


def test_only_the_newest_requests_are_compared(world: SessionClient) -> None:
    """The page says so; an open page must not slow down the gateway."""
    for _ in range(1001):
        world.post("/nowhere")
    world.send("Hello")

    assert "Only the newest 1000 of 1002 requests were searched" in opened(world, "/ledger").text


@pytest.mark.parametrize("hostile", [SCRIPT, "\u202egnirts", "&lt;b&gt;"])
def test_texts_and_keys_are_escaped(world: SessionClient, hostile: str) -> None:
    """Whatever they contain."""
    for _ in range(2):
        world.send(hostile, reference={"service": "ADMIN", "key": hostile})

    page = opened(world, "/ledger")

    assert SCRIPT not in page.source
    assert "\u202e" not in page.source
    assert "<b>" not in page.source


def test_the_page_is_in_italian(world: SessionClient) -> None:
    """Messages of the gateway stay as they are."""
    world.send("Hi", WATCHED)

    text = opened(world, "/ledger", language="it").text

    assert "Rifiutati, per codice" in text
    assert "Message in watchlist" in text
