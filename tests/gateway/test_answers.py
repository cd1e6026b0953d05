"""The answers of a send (ANS-1 to ANS-5)."""

from __future__ import annotations

import pytest

from tests.support import MISSING_HEADER, SessionClient, SessionFactory, assert_accepted, assert_refused


@pytest.mark.requirement("ANS-1")
def test_an_acceptance_has_the_vendors_message_the_provider_and_a_uuid(world: SessionClient) -> None:
    """ANS-1: message, provider and id, in this order and no other member."""
    response = world.send(detailed=True)

    message_id = assert_accepted(response, provider="PROVIDER1")
    assert list(response.json()) == ["message", "provider", "id"]
    assert [message["id"] for message in world.messages()] == [message_id]
    found = world.why(response)
    assert (found["outcome"], found["requirement"], found["message_id"]) == ("accepted", "ANS-1", message_id)


@pytest.mark.requirement("ANS-2")
def test_an_answer_that_is_not_detailed_has_no_provider_member(world: SessionClient) -> None:
    """ANS-2: absent, not null."""
    response = world.send()

    assert list(response.json()) == ["message", "id"]


@pytest.mark.requirement("ANS-2")
def test_under_the_other_reading_the_provider_member_is_null(worlds: SessionFactory) -> None:
    """ANS-2, alternative: `null` in an answer without details, the name in a detailed one."""
    world = worlds(assume={"ANS-2": "null"})

    short = world.send("1")
    detailed = world.send("2", detailed=True)

    assert short.status_code == 200
    assert list(short.json()) == ["message", "provider", "id"]
    assert b'"provider":null,' in short.content
    assert_accepted(detailed, provider="PROVIDER1")


@pytest.mark.requirement("ANS-3")
def test_a_refusal_is_http_500_with_code_message_and_null_details(world: SessionClient) -> None:
    """ANS-3: an integer, a string, null; the journal shows a refusal, not a bug."""
    response = world.send(destination="0044")

    assert_refused(response, 56)
    assert response.content == b'{"code":56,"message":"Invalid number","details":null}'
    assert type(response.json()["code"]) is int
    assert "x-mock-bug" not in response.headers


@pytest.mark.requirement("ANS-4", "ANS-5")
def test_an_authentication_failure_is_http_401_with_the_envelope_and_a_challenge(world: SessionClient) -> None:
    """ANS-4, ANS-5: code 63, and a challenge with the realm."""
    response = world.send(auth=None)

    assert_refused(response, 63, message=MISSING_HEADER)
    assert response.content == b'{"code":63,"message":"Missing basic authentication header","details":null}'
    assert response.headers["www-authenticate"] == 'Basic realm="SMS Gateway"'


@pytest.mark.requirement("ANS-5", "OP-4")
def test_under_the_other_reading_a_401_does_not_challenge(worlds: SessionFactory) -> None:
    """ANS-5, alternative: the same answer without the header, on sends and on the health check."""
    world = worlds(assume={"ANS-5": "no-challenge"})

    assert_refused(world.send(auth=None), 63, message=MISSING_HEADER, challenge=False)
    health = world.post("/api/Admin/checkServiceStatus", auth=None)
    assert_refused(health, 63, message=MISSING_HEADER, challenge=False)
