"""Both anti-flooding mechanisms over HTTP (AF-1 to AF-7)."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import (
    ADMIN,
    CUSTOMER,
    DESTINATION,
    ORDINARY,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_refused,
    basic,
    decided,
)

HOUR = 3600


def fill(world: SessionClient, count: int, *, start: int = 0) -> None:
    """Send so many accepted messages to one destination, each with another text."""
    for number in range(start, start + count):
        assert_accepted(world.send(f"message {number}"))


@pytest.mark.requirement("AF-1", "AF-7")
def test_a_third_identical_text_within_the_hour_is_accepted_but_not_sent(world: SessionClient) -> None:
    """AF-1: the duplicate gets 200 and is never handed to a provider."""
    first, second = world.send(), world.send()

    third = world.send()

    kept = [assert_accepted(second), assert_accepted(first)]
    dropped = assert_accepted(third)
    assert dropped not in kept
    assert [message["id"] for message in world.messages()] == kept
    found = world.why(third)
    assert (found["outcome"], found["requirement"], found["status"]) == ("silently dropped", "AF-1", 200)
    assert found["anti_flooding"]["identical_texts"] == 2


@pytest.mark.requirement("AF-7")
def test_a_drop_looks_like_an_acceptance_in_every_way(world: SessionClient) -> None:
    """AF-7: the same message, the provider in a detailed answer, a new id each time."""
    accepted = [world.send(detailed=True) for _ in range(2)]

    dropped = [world.send(detailed=True) for _ in range(5)]

    ids = [assert_accepted(response, provider="PROVIDER1") for response in (*accepted, *dropped)]
    assert len(set(ids)) == 7
    assert {frozenset(response.headers) for response in accepted} == {
        frozenset(response.headers) for response in dropped
    }


@pytest.mark.requirement("AF-1", "AF-4")
def test_an_identical_text_is_sent_again_once_the_first_has_left_the_window(world: SessionClient) -> None:
    """AF-1, AF-4: it is a duplicate at 3599 s and not at 3600 s."""
    world.send()
    world.advance(10)
    world.send()

    world.advance(HOUR - 11)
    too_early = world.send()
    world.advance(1)
    in_time = world.send()
    full_again = world.send()

    assert decided(world, too_early)[0] == "silently dropped"
    assert decided(world, in_time)[0] == "accepted"
    assert decided(world, full_again)[0] == "silently dropped"
    assert len(world.messages()) == 3


@pytest.mark.requirement("AF-1")
def test_the_same_text_through_another_provider_is_no_duplicate(world: SessionClient) -> None:
    """AF-1: the limit applies to text, destination and provider together."""
    for _ in range(2):
        world.send()
    world.patch(providers=[{"name": "PROVIDER1", "up": False}, {"name": "MITTO"}])

    elsewhere = [decided(world, world.send())[0] for _ in range(3)]

    assert elsewhere == ["accepted", "accepted", "silently dropped"]


@pytest.mark.requirement("AF-6")
@pytest.mark.parametrize(
    "variant",
    ["hello", "Hello ", " Hello", "Hello\n", "Hello\N{ZERO WIDTH SPACE}", "H\N{CYRILLIC SMALL LETTER IE}llo"],
)
def test_a_text_that_differs_in_one_character_is_another_text(world: SessionClient, variant: str) -> None:
    """AF-6: case, white space and look-alikes are significant."""
    for _ in range(3):
        world.send("Hello")

    assert decided(world, world.send(variant))[0] == "accepted"


@pytest.mark.requirement("AF-6")
def test_composed_and_decomposed_letters_are_two_texts(world: SessionClient) -> None:
    """AF-6: texts are not normalised."""
    for _ in range(3):
        world.send("caf\N{LATIN SMALL LETTER E WITH ACUTE}")

    assert decided(world, world.send("cafe\N{COMBINING ACUTE ACCENT}"))[0] == "accepted"


@pytest.mark.requirement("AF-2", "ERR-60", "AF-4")
def test_the_151st_message_within_the_hour_is_refused_until_the_first_has_left(world: SessionClient) -> None:
    """AF-2, AF-4: refused after 3599 s, accepted after 3600 s."""
    fill(world, 150)

    at_once = world.send("one more")
    world.advance(HOUR - 1)
    too_early = world.send("one more")
    world.advance(1)
    in_time = world.send("one more")

    assert_refused(at_once, 60)
    assert_refused(too_early, 60)
    assert_accepted(in_time)
    assert decided(world, too_early) == ("refused", "volume", "AF-2")
    assert world.why(too_early)["grade"] == "conflict"


@pytest.mark.requirement("AF-2")
def test_under_the_other_reading_the_101st_message_is_refused(worlds: SessionFactory) -> None:
    """AF-2, alternative: the limit in the vendor's diagram."""
    world = worlds(assume={"AF-2": 100})
    fill(world, 100)

    assert_refused(world.send("one more"), 60)


@pytest.mark.requirement("AF-3")
def test_the_volume_is_counted_across_all_accounts_and_both_operations(worlds: SessionFactory) -> None:
    """AF-3: the limit applies to the destination, not to the sender."""
    world = worlds()
    world.patch(anti_flooding={"volume": {"limit": 3}})
    senders = [(ADMIN, "Admin"), (ORDINARY, "Services"), (CUSTOMER, "Services")]

    within = [world.send(f"{n}", auth=auth, operation=operation) for n, (auth, operation) in enumerate(senders)]
    beyond = [world.send(f"over {auth}", auth=auth, operation=operation) for auth, operation in senders]
    elsewhere = world.send("1", destination="+447700900124")

    for response in within:
        assert_accepted(response)
    for response in beyond:
        assert_refused(response, 60)
    assert_accepted(elsewhere)


@pytest.mark.requirement("AF-3", "AF-1")
def test_duplicates_are_counted_across_all_accounts(world: SessionClient) -> None:
    """AF-3: the same text of another sender is a duplicate."""
    world.send(auth=ADMIN)
    world.send(auth=ORDINARY, operation="Services")

    third = world.send(auth=CUSTOMER, operation="Services")

    assert decided(world, third)[0] == "silently dropped"


@pytest.mark.requirement("AF-3")
def test_the_two_mechanisms_are_independent(worlds: SessionFactory) -> None:
    """AF-3: a full volume refuses a duplicate with 60; a duplicate takes no room in the volume."""
    world = worlds(anti_flooding={"duplicates": {"limit": 1}, "volume": {"limit": 2}})

    outcomes = [decided(world, world.send(text))[:2] for text in ("a", "a", "a", "b", "a", "c")]

    assert outcomes == [
        ("accepted", "provider accepted"),
        ("silently dropped", "duplicate"),
        ("silently dropped", "duplicate"),
        ("accepted", "provider accepted"),
        ("refused", "volume"),
        ("refused", "volume"),
    ]


@pytest.mark.requirement("AF-4")
def test_a_sliding_window_frees_one_place_at_a_time(worlds: SessionFactory) -> None:
    """AF-4: each message leaves 3600 s after it was counted."""
    world = worlds(anti_flooding={"volume": {"limit": 2}})
    world.send("at 0 s")
    world.advance(1800)
    world.send("at 1800 s")
    world.advance(1800)

    first_place = world.send("at 3600 s")
    no_second_place = world.send("too early")
    world.advance(1800)
    second_place = world.send("at 5400 s")

    assert_accepted(first_place)
    assert_refused(no_second_place, 60)
    assert_accepted(second_place)


@pytest.mark.requirement("AF-4")
def test_under_the_other_reading_a_window_is_fixed_and_ends_all_at_once(worlds: SessionFactory) -> None:
    """AF-4, alternative: it starts with the first message, and all messages leave it an hour later."""
    world = worlds(anti_flooding={"volume": {"limit": 2}}, assume={"AF-4": "fixed"})
    world.send("at 0 s")
    world.advance(HOUR - 1)
    world.send("at 3599 s")

    still_full = world.send("at 3599 s, one more")
    world.advance(1)
    new_window = [world.send(f"at 3600 s, {number}") for number in range(3)]

    assert_refused(still_full, 60)
    assert_accepted(new_window[0])
    assert_accepted(new_window[1])
    assert_refused(new_window[2], 60)


@pytest.mark.requirement("AF-5")
def test_refused_and_dropped_messages_do_not_count(worlds: SessionFactory) -> None:
    """AF-5: only messages handed to a provider count."""
    world = worlds(anti_flooding={"duplicates": {"limit": 1}, "volume": {"limit": 2}})
    world.send("counted")
    for _ in range(3):
        world.send("counted")  # dropped
        world.send("refused", reference={"service": "NOWHERE"})
        world.send("https://example.com")
    world.patch(providers=[])
    assert_refused(world.send("nobody takes it"), 64)
    world.patch(providers=[{"name": "PROVIDER1"}])

    assert_accepted(world.send("second"))
    assert_refused(world.send("third"), 60)


@pytest.mark.requirement("AF-5")
def test_under_the_other_reading_every_well_formed_attempt_counts_towards_the_volume(worlds: SessionFactory) -> None:
    """AF-5, alternative: refused and dropped ones count; malformed and unauthenticated ones do not."""
    world = worlds(anti_flooding={"duplicates": {"limit": 1}, "volume": {"limit": 4}}, assume={"AF-5": "attempts"})
    for _ in range(5):
        world.send(auth=None)
        world.send(text="")
        world.send(text=7)
    world.send("sent")
    world.send("sent")  # dropped, counted
    assert_refused(world.send("https://example.com"), 74)  # counted
    assert_refused(world.send("x", reference={"service": "NOWHERE"}), 59)  # counted

    assert_refused(world.send("one more"), 60)


@pytest.mark.requirement("AF-5", "AF-2")
def test_under_the_other_reading_a_client_that_keeps_trying_stays_locked_out(worlds: SessionFactory) -> None:
    """AF-5, alternative: attempts refused with 60 count, so the window never empties."""
    world = worlds(anti_flooding={"volume": {"limit": 1}}, assume={"AF-5": "attempts"})
    assert_accepted(world.send("0"))

    answers = []
    for number in range(4):
        world.advance(1800)
        answers.append(world.send(f"retry {number}"))
    world.advance(HOUR)
    after_patience = world.send("after an hour of silence")

    for answer in answers:
        assert_refused(answer, 60)
    assert_accepted(after_patience)


@pytest.mark.requirement("AF-2", "AF-4")
def test_a_refusal_does_not_make_the_gateway_forget_the_window(worlds: SessionFactory) -> None:
    """AF-2: a full window refuses every attempt, however many generations old the destination is."""
    world = worlds(anti_flooding={"volume": {"limit": 2}})
    world.send("elsewhere", destination="+447700900999")
    world.advance(1800)
    fill(world, 2)
    world.advance(1800)

    answers = [world.send(f"over {number}") for number in range(3)]

    for answer in answers:
        assert_refused(answer, 60)


@pytest.mark.requirement("AF-1", "AF-4")
def test_a_drop_does_not_make_the_gateway_forget_the_text(world: SessionClient) -> None:
    """AF-1: third, fourth and fifth copies are dropped, however many generations old the destination is."""
    world.send("elsewhere", destination="+447700900999")
    world.advance(1800)
    world.send()
    world.send()
    world.advance(1800)

    outcomes = [decided(world, world.send())[0] for _ in range(3)]

    assert outcomes == ["silently dropped"] * 3


@pytest.mark.requirement("AF-3")
def test_changing_the_rules_and_moving_the_clock_back_leave_the_windows_alone(worlds: SessionFactory) -> None:
    """AF-3: only time empties the windows."""
    world = worlds(anti_flooding={"volume": {"limit": 2}})
    fill(world, 2)

    world.patch(watchlist=["+1*"], accounts=[{"username": "admin", "password": "admin-secret", "admin": True}])
    after_patch = world.send("x")
    world.patch(anti_flooding={"volume": {"limit": 3}})
    raised = world.send("y")
    world.patch(anti_flooding={"volume": {"limit": 2}})
    lowered = world.send("z")
    world.control("POST", "/clock/freeze", {"at": "2026-01-15T08:00:00Z"})
    an_hour_back = world.send("w")

    assert_refused(after_patch, 60)
    assert_accepted(raised)
    assert_refused(lowered, 60)
    assert_refused(an_hour_back, 60)


@pytest.mark.requirement("AF-2")
def test_a_limit_of_0_refuses_the_first_message(worlds: SessionFactory) -> None:
    """AF-2: zero is a limit like any other."""
    world = worlds(anti_flooding={"volume": {"limit": 0}})

    refused = world.send()

    assert_refused(refused, 60)
    assert world.why(refused)["reason"] == "0 of 0 messages to this destination"


@pytest.mark.requirement("AF-1")
def test_a_limit_of_0_duplicates_drops_the_first_message(worlds: SessionFactory) -> None:
    """AF-1: no copy is sent, and each drop has an id of its own."""
    world = worlds(anti_flooding={"duplicates": {"limit": 0}})

    ids = {assert_accepted(world.send()) for _ in range(3)}

    assert len(ids) == 3
    assert world.messages() == []


@pytest.mark.requirement("AF-2")
def test_200_parallel_sends_to_one_number_are_150_acceptances_and_50_refusals(
    gateway: MockGateway, world: SessionClient
) -> None:
    """AF-2: deciding and counting are one step for concurrent sends."""

    async def all_at_once() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(base_url=gateway.url, timeout=20, trust_env=False) as client:
            sends = (
                client.post(
                    f"{world.prefix}/api/Admin/send",
                    json={"destination": DESTINATION, "text": f"parallel {number}"},
                    headers={"Authorization": basic(*ADMIN)},
                )
                for number in range(200)
            )
            return await asyncio.gather(*sends)

    responses = asyncio.run(all_at_once())

    assert Counter(response.status_code for response in responses) == {200: 150, 500: 50}
    for response in responses:
        if response.status_code == 500:
            assert_refused(response, 60)
    assert len({message["id"] for message in world.messages()}) == 150
