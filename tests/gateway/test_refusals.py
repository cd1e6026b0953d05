"""Every refusal by its natural cause (ERR-*, NUM-1, WL-*, URL-*, PR-*), without stubs."""

from __future__ import annotations

import pytest

from tests.support import (
    ADMIN,
    CUSTOMER,
    DESTINATION,
    MISSING_HEADER,
    ORDINARY,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_refused,
    decided,
)

NOBODY = ("nobody", "nothing-at-all")


@pytest.mark.requirement("ERR-8")
def test_a_number_that_cannot_receive_sms_is_a_wrong_number_permanently(worlds: SessionFactory) -> None:
    """ERR-8: a retry gets the same answer."""
    world = worlds(unreachable=[DESTINATION, "+4477009002*"])

    first, again = world.send(), world.send()
    by_prefix = world.send(destination="+447700900299")
    beside = world.send(destination="+447700900124")

    for refused in (first, again, by_prefix):
        assert_refused(refused, 8)
        assert decided(world, refused) == ("refused", "reachability", "ERR-8")
        assert world.why(refused)["persistence"] == "permanent"
    assert_accepted(beside)


@pytest.mark.requirement("ERR-56")
@pytest.mark.parametrize(
    "destination",
    [
        "447700900123",
        "00447700900123",
        "+44 7700 900123",
        "+44-7700-900123",
        "+44(0)7700900123",
        "++447700900123",
        "+44770090012a",
        "+٤٤٧٧٠٠٩٠٠١٢٣",
        "+447700900123\n",
        "+447700900123\x00",
        "tel:+447700900123",
        "+",
        "",
        "  ",
    ],
)
def test_a_malformed_destination_is_an_invalid_number(world: SessionClient, destination: str) -> None:
    """ERR-56: no country prefix, spaces, dashes, parentheses, double plus, other digits, line ends."""
    refused = world.send(destination=destination)

    assert_refused(refused, 56)
    assert world.why(refused)["rule"] == "destination"


@pytest.mark.requirement("NUM-1", "ERR-56")
@pytest.mark.parametrize("destination", ["+999123456789", "+210123456789", "+801234567890"])
def test_an_unassigned_calling_code_is_an_invalid_number(world: SessionClient, destination: str) -> None:
    """NUM-1: the first digits must be the code of a country or a network."""
    refused = world.send(destination=destination)

    assert_refused(refused, 56)
    assert decided(world, refused) == ("refused", "destination", "NUM-1")


@pytest.mark.requirement("NUM-1")
@pytest.mark.parametrize(
    "destination", ["+1234567890", "+390000000000", "+441212345678", "+882123456789", "+80012345678"]
)
def test_the_national_numbering_plan_is_not_enforced(world: SessionClient, destination: str) -> None:
    """NUM-1: the vendor's own examples violate it; landlines and non-geographic codes are accepted."""
    assert_accepted(world.send(destination=destination))


@pytest.mark.requirement("ERR-59")
def test_an_unknown_reference_service_is_refused(world: SessionClient) -> None:
    """ERR-59: the explanation lists the known services, the answer does not."""
    refused = world.send(reference={"service": "WEBSHOP"})

    assert_refused(refused, 59)
    found = world.why(refused)
    assert found["reason"] == "service 'WEBSHOP' is not one of: ADMIN, AUTHENTICATION, DIGITALSIGN, ECOMMERCE"


@pytest.mark.requirement("ERR-60")
def test_too_many_messages_to_one_number_are_flooding(worlds: SessionFactory) -> None:
    """ERR-60: transient; the explanation names the instant of the next room."""
    world = worlds(anti_flooding={"volume": {"limit": 1}})
    world.send("1")

    refused = world.send("2")

    assert_refused(refused, 60)
    assert decided(world, refused) == ("refused", "volume", "AF-2")
    found = world.why(refused)
    assert found["persistence"] == "transient"
    assert found["reason"] == "1 of 1 messages to this destination, room again at 2026-01-15T10:00:00Z"


@pytest.mark.requirement("ERR-61", "WL-1")
def test_a_destination_on_the_watchlist_is_refused_for_every_account(worlds: SessionFactory) -> None:
    """ERR-61, WL-1: for any sender and operation; the passage of time changes nothing."""
    world = worlds(
        watchlist=[DESTINATION],
        accounts=[
            {"username": "admin", "password": "admin-secret", "admin": True},
            {"username": "web-shop", "password": "web-shop-secret", "urls": "allowed"},
        ],
    )

    as_admin = world.send()
    as_customer = world.send(auth=ORDINARY, operation="Services")
    world.advance(365 * 24 * 3600)
    a_year_later = world.send()

    for refused in (as_admin, as_customer, a_year_later):
        assert_refused(refused, 61)
        assert decided(world, refused) == ("refused", "watchlist", "WL-1")


@pytest.mark.requirement("WL-2")
def test_the_watchlist_takes_exact_numbers_and_prefixes(worlds: SessionFactory) -> None:
    """WL-2: an exact entry matches one number, one with `*` all that begin with it."""
    world = worlds(watchlist=["+447700900061", "+447700901*"])

    assert_refused(world.send(destination="+447700900061"), 61)
    assert_refused(world.send(destination="+447700901000"), 61)
    assert_refused(world.send(destination="+447700901"), 61)
    assert_accepted(world.send(destination="+4477009000610"))
    assert_accepted(world.send(destination="+447700900062"))


@pytest.mark.requirement("ERR-63a", "ACC-1")
@pytest.mark.parametrize("operation", ["Admin", "Services"])
def test_missing_credentials_are_refused_with_their_own_message(world: SessionClient, operation: str) -> None:
    """ERR-63a: no `Authorization` header at all."""
    refused = world.send(auth=None, operation=operation)

    assert_refused(refused, 63, message=MISSING_HEADER)
    assert decided(world, refused) == ("refused", "authentication", "ERR-63a")


@pytest.mark.requirement("ERR-63b", "ACC-1")
@pytest.mark.parametrize(
    "auth", [NOBODY, ("admin", "guess"), ("admin", ""), ("", ""), ("former-customer", "former-secret")]
)
@pytest.mark.parametrize("operation", ["Admin", "Services"])
def test_an_unknown_user_a_wrong_password_and_an_inactive_account_look_alike(
    world: SessionClient, auth: tuple[str, str], operation: str
) -> None:
    """ERR-63b: one answer for all three; the journal distinguishes them."""
    refused = world.send(auth=auth, operation=operation)

    assert_refused(refused, 63)
    assert decided(world, refused) == ("refused", "authentication", "ACC-1")


@pytest.mark.requirement("ERR-64", "PR-1")
def test_nothing_is_accepted_while_all_providers_are_down(worlds: SessionFactory) -> None:
    """ERR-64, PR-1: 200 means that a provider accepted the message."""
    world = worlds(providers=[{"name": "PROVIDER1", "up": False}, {"name": "MITTO", "up": False}])

    refused = world.send()
    messages_then = world.messages()
    world.patch(providers=[{"name": "PROVIDER1"}])
    retried = world.send(detailed=True)

    assert_refused(refused, 64)
    assert decided(world, refused) == ("refused", "provider", "PR-1")
    assert world.why(refused)["persistence"] == "transient"
    assert messages_then == []
    assert_accepted(retried, provider="PROVIDER1")


@pytest.mark.requirement("ERR-64")
def test_a_gateway_without_any_provider_refuses_the_same_way(worlds: SessionFactory) -> None:
    """ERR-64: an empty list causes no bug."""
    assert_refused(worlds(providers=[]).send(), 64)


@pytest.mark.requirement("PR-2")
def test_the_first_provider_that_is_up_takes_the_message(worlds: SessionFactory) -> None:
    """PR-2: failover in the scenario's order, and back again."""
    world = worlds(providers=[{"name": "PROVIDER1", "up": False}, {"name": "MITTO"}, {"name": "THIRD"}])

    failed_over = world.send("1", detailed=True)
    world.patch(providers=[{"name": "PROVIDER1"}, {"name": "MITTO"}])
    back = world.send("2", detailed=True)

    assert_accepted(failed_over, provider="MITTO")
    assert_accepted(back, provider="PROVIDER1")
    assert [message["provider"] for message in world.messages()] == ["PROVIDER1", "MITTO"]


@pytest.mark.requirement("ERR-66", "BAD-2", "BAD-8")
@pytest.mark.parametrize("content", [{}, {"text": ""}, {"text": None}])
def test_an_empty_null_or_missing_text_is_refused(world: SessionClient, content: dict[str, object]) -> None:
    """ERR-66: all three mean that there is no text."""
    refused = world.send_object({"destination": DESTINATION, **content})

    assert_refused(refused, 66)
    assert decided(world, refused) == ("refused", "text", "ERR-66")


@pytest.mark.requirement("ERR-74", "URL-1", "URL-2")
@pytest.mark.parametrize(
    "text",
    [
        "See https://example.com/a?b=c",
        "see HTTP://EXAMPLE.COM",
        "ftp://files.example.org",
        "myapp://open/this",
        "go to www.example.com now",
        "WWW.example.com",
    ],
)
def test_a_url_is_denied_unless_the_account_may_send_urls(world: SessionClient, text: str) -> None:
    """ERR-74, URL-1: a permission of the account, by default denied."""
    denied = world.send(text, auth=ORDINARY, operation="Services")
    allowed = world.send(text, auth=CUSTOMER, operation="Services")

    assert_refused(denied, 74)
    assert decided(world, denied) == ("refused", "url", "URL-1")
    assert_accepted(allowed)


@pytest.mark.requirement("URL-2")
def test_under_impersonation_the_other_accounts_permission_counts(world: SessionClient) -> None:
    """URL-2: the administrator may not send URLs and the customer may, and vice versa."""
    text = "https://example.com"

    own = world.send(text, auth=ADMIN)
    for_the_permitted = world.send(text, auth=ADMIN, account="customer-account")
    for_the_other = world.send(text, auth=ADMIN, account="another-user")

    assert_refused(own, 74)
    assert_accepted(for_the_permitted)
    assert_refused(for_the_other, 74)


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize(
    "text", ["buy at example.com", "(example.co.uk/path)", "bücher.example.de", "пример.рф", "例え。jp"]
)
def test_a_bare_domain_is_a_url(world: SessionClient, text: str) -> None:
    """URL-3: a known top-level domain, internationalised ones included, with or without a path."""
    assert_refused(world.send(text), 74)


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize(
    "text", ["write to me@example.com", "3.14 is pi", "End.Begin", "v1.2.3", "a.b", "Hello...world", "12:30"]
)
def test_an_email_address_and_a_full_stop_are_no_url(world: SessionClient, text: str) -> None:
    """URL-3: no known top-level domain, or an `@` before it."""
    assert_accepted(world.send(text))


@pytest.mark.requirement("ERR-8", "ERR-60", "ERR-61", "ERR-64", "ERR-74")
@pytest.mark.parametrize(("suffix", "code"), [("008", 8), ("060", 60), ("061", 61), ("064", 64), ("074", 74)])
def test_the_magic_destinations_of_the_default_scenario_name_their_refusal(
    world: SessionClient, suffix: str, code: int
) -> None:
    """The last digits choose the refusal, for any text; nothing reaches the provider."""
    refused = world.send(destination=f"+447700900{suffix}", text="harmless")

    assert_refused(refused, code)
    assert world.messages() == []
