"""The fields of a send (REQ-1 to REQ-12), as the provider gets them."""

from __future__ import annotations

import pytest

from tests.support import (
    DESTINATION,
    ORDINARY,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_refused,
)

VENDORS_EXAMPLE = {
    "destination": "+1234567890",
    "text": "Administrative message",
    "reference": {"service": "ADMIN", "action": "NOTIFICATION", "key": "admin-task-123"},
    "account": "admin-account",
    "lra": 1234,
    "businessRelationId": "BR-001",
    "detailed": True,
}


@pytest.mark.requirement("REQ-11", "REQ-9", "REQ-7", "REQ-8", "REQ-3", "REQ-6")
def test_the_vendors_full_example_is_accepted_and_every_field_arrives(world: SessionClient) -> None:
    """REQ-11: provider and UUID in the answer, all seven fields in the message."""
    response = world.send_object(VENDORS_EXAMPLE)

    message_id = assert_accepted(response, provider="PROVIDER1")
    assert world.messages() == [
        {
            "id": message_id,
            "destination": "+1234567890",
            "text": "Administrative message",
            "provider": "PROVIDER1",
            "acceptedAt": "2026-01-15T09:00:00Z",
            "account": "admin-account",
            "caller": "admin",
            "lra": 1234,
            "businessRelationId": "BR-001",
            "detailed": True,
            "reference": {"service": "ADMIN", "action": "NOTIFICATION", "key": "admin-task-123"},
            "webhook": None,
            "forced": False,
            "exchange": response.headers["x-mock-exchange"],
            "codes": [],
            "links": [],
        }
    ]


@pytest.mark.requirement("REQ-1")
@pytest.mark.parametrize("destination", ["+393401234567", "+1234567", "+123456789012345", "+390000000000"])
def test_seven_to_fifteen_digits_after_a_plus_are_a_destination(world: SessionClient, destination: str) -> None:
    """REQ-1: E.164 at both ends of its length."""
    assert_accepted(world.send(destination=destination))


@pytest.mark.requirement("REQ-1", "ERR-56")
@pytest.mark.parametrize("destination", ["+123456", "+1234567890123456", "+0123456789"])
def test_a_digit_too_few_or_too_many_is_no_destination(world: SessionClient, destination: str) -> None:
    """REQ-1: six digits, sixteen digits, a leading zero."""
    assert_refused(world.send(destination=destination), 56)


@pytest.mark.requirement("REQ-2", "BAD-3")
@pytest.mark.parametrize("character", ["x", "é", "\N{GRINNING FACE}"])
def test_a_text_may_have_1600_code_points_and_not_one_more(world: SessionClient, character: str) -> None:
    """REQ-2, BAD-3: code points are counted, not bytes and not UTF-16 units."""
    longest = world.send(character * 1600)
    longer = world.send(character * 1601)

    assert_accepted(longest)
    assert_refused(longer, 400, details="text: 1601 characters; at most 1600 are allowed")


@pytest.mark.requirement("REQ-2")
def test_a_text_arrives_as_it_was_sent_whatever_its_alphabet(world: SessionClient) -> None:
    """REQ-2: no character of any script is changed or lost."""
    text = "Grüße \N{WAVING HAND SIGN} Ελλάδα [^{}\\~|€] \r\n\t\N{RIGHT-TO-LEFT OVERRIDE}"

    assert_accepted(world.send(text))

    assert world.messages()[0]["text"] == text


@pytest.mark.requirement("REQ-3", "REQ-4")
@pytest.mark.parametrize("service", ["AUTHENTICATION", "DIGITALSIGN", "ECOMMERCE", "ADMIN"])
@pytest.mark.parametrize("action", ["2FA", "PASSWORD_RESET", "NOTIFICATION", "AUTH", "verification", "anything"])
def test_the_services_of_the_vendors_pages_are_known_and_actions_are_free_text(
    world: SessionClient, service: str, action: str
) -> None:
    """REQ-4: four services, any action."""
    assert_accepted(world.send(reference={"service": service, "action": action, "key": "k"}))


@pytest.mark.requirement("REQ-3", "ERR-59")
@pytest.mark.parametrize(
    "reference",
    [
        {"service": "NOWHERE"},
        {"service": "authentication"},
        {"service": ""},
        {"service": " ADMIN"},
        {"action": "2FA"},
        {"key": "k"},
        {"service": None, "key": "k"},
        {"action": ""},
    ],
)
def test_a_reference_with_an_action_or_key_needs_a_known_service(
    world: SessionClient, reference: dict[str, object]
) -> None:
    """REQ-3: an unknown service, and an action or key without one, get 59."""
    assert_refused(world.send(reference=reference), 59)


@pytest.mark.requirement("REQ-3")
@pytest.mark.parametrize("reference", [{}, {"service": None, "action": None, "key": None}, {"service": "ADMIN"}])
def test_a_reference_may_be_empty_or_have_only_a_service(world: SessionClient, reference: dict[str, object]) -> None:
    """REQ-3: only an action or a key makes the service required."""
    assert_accepted(world.send(reference=reference))


@pytest.mark.requirement("REQ-4")
def test_a_scenario_replaces_the_list_of_services(worlds: SessionFactory) -> None:
    """REQ-4: the list is not published, so it can be set."""
    world = worlds(services=["BANKING"])

    assert_accepted(world.send(reference={"service": "BANKING"}))
    assert_refused(world.send(reference={"service": "ADMIN"}), 59)


@pytest.mark.requirement("REQ-5")
@pytest.mark.parametrize("value", [1, -1, 10**30, "three", None, True, [1], {"n": 1}])
def test_attempt_count_is_accepted_and_ignored_whatever_it_is(world: SessionClient, value: object) -> None:
    """REQ-5: deprecated, without effect, and not flagged as unknown."""
    response = world.send(attemptCount=value)

    assert_accepted(response)
    assert world.why(response)["unknown_fields"] == []


@pytest.mark.requirement("REQ-6", "ANS-2")
def test_only_a_detailed_answer_names_the_provider(world: SessionClient) -> None:
    """REQ-6: true names it; false, null and absent do not."""
    assert_accepted(world.send("1", detailed=True), provider="PROVIDER1")
    assert_accepted(world.send("2", detailed=False))
    assert_accepted(world.send("3", detailed=None))
    assert_accepted(world.send("4"))


@pytest.mark.requirement("REQ-8")
@pytest.mark.parametrize("lra", [0, -(2**31), 2**31 - 1, 1.0, -0.0, 1e3])
def test_an_lra_is_an_int32_in_any_notation(world: SessionClient, lra: float) -> None:
    """REQ-8: 1.0 equals 1."""
    assert_accepted(world.send(lra=lra))

    assert world.messages()[0]["lra"] == int(lra)
    assert type(world.messages()[0]["lra"]) is int


@pytest.mark.requirement("REQ-8", "BAD-2")
@pytest.mark.parametrize("lra", [2**31, -(2**31) - 1, 1.5, True, "1", [], {}, 10**25, 1e300])
def test_an_lra_that_is_no_int32_is_malformed(world: SessionClient, lra: object) -> None:
    """REQ-8: out of range, a fraction, a boolean; the answer names the field."""
    response = world.send(lra=lra)

    assert_refused(response, 400, details=world.why(response)["reason"])
    assert response.json()["details"].startswith("lra: expected an integer from -2147483648 to 2147483647, got ")
    assert world.why(response)["requirement"] == "REQ-8"


@pytest.mark.requirement("REQ-9")
def test_a_business_relation_is_kept_with_the_message(world: SessionClient) -> None:
    """REQ-9: any string, on both operations."""
    assert_accepted(world.send(businessRelationId="BR-7", auth=ORDINARY, operation="Services"))

    assert world.messages()[0]["businessRelationId"] == "BR-7"


@pytest.mark.requirement("REQ-10")
@pytest.mark.parametrize(
    "webhook",
    [
        {"url": "https://example.com/receipts", "authentication": {"type": "NONE"}},
        {"url": "https://example.com/receipts"},
        {"url": "https://example.com:8443/receipts?for=1#here", "authentication": None},
        {"url": "https://example.com", "authentication": {}},
    ],
)
def test_a_webhook_is_an_https_url_without_authentication(world: SessionClient, webhook: dict[str, object]) -> None:
    """REQ-10: `authentication` absent means `NONE`."""
    assert_accepted(world.send(webhook=webhook))

    assert world.messages()[0]["webhook"] == {"url": webhook["url"], "authentication": {"type": "NONE"}}


@pytest.mark.requirement("REQ-12")
def test_unknown_fields_are_ignored_and_flagged(world: SessionClient) -> None:
    """REQ-12: the send is accepted, and the journal names the field."""
    response = world.send_object(
        {
            "destination": DESTINATION,
            "text": "Hi",
            "Text": 1,
            "refrence": {"service": "NOWHERE"},
            "reference": {"sevice": "NOWHERE"},
            "webhook": {"url": "https://example.com", "uri": 1, "authentication": {"type": "NONE", "token": "t"}},
        }
    )

    assert_accepted(response)
    assert world.why(response)["unknown_fields"] == [
        "Text",
        "reference.sevice",
        "refrence",
        "webhook.authentication.token",
        "webhook.uri",
    ]
