"""Who may send, and for whom (ACC-1 to ACC-5)."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.support import (
    ADMIN,
    CUSTOMER,
    MISSING_HEADER,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_refused,
    decided,
)


@pytest.mark.requirement("ACC-1")
def test_an_account_that_is_made_active_may_send_at_once(worlds: SessionFactory) -> None:
    """ACC-1: username, password, and the account must be active."""
    account = {"username": "web-shop", "password": "web-shop-secret"}
    world = worlds(accounts=[account | {"active": False}])

    inactive = world.send(auth=("web-shop", "web-shop-secret"), operation="Services")
    world.patch(accounts=[account])
    active = world.send(auth=("web-shop", "web-shop-secret"), operation="Services")

    assert_refused(inactive, 63)
    assert_accepted(active)


@pytest.mark.requirement("ACC-2")
def test_an_ordinary_account_on_the_administrators_operation_looks_like_a_wrong_password(
    world: SessionClient,
) -> None:
    """ACC-2: 401, code 63; only the journal says that the privilege is missing."""
    refused = world.send(auth=CUSTOMER, operation="Admin")

    assert_refused(refused, 63)
    assert decided(world, refused) == ("refused", "privilege", "ACC-2")


@pytest.mark.requirement("ACC-2", "OP-4")
def test_under_the_other_reading_an_ordinary_account_is_forbidden(worlds: SessionFactory) -> None:
    """ACC-2, alternative: 403 with the same envelope and no challenge; a wrong password is still 401."""
    world = worlds(accounts=[{"username": "web-shop", "password": "web-shop-secret"}], assume={"ACC-2": 403})

    send = world.send(auth=("web-shop", "web-shop-secret"))
    health = world.post("/api/Admin/checkServiceStatus", auth=("web-shop", "web-shop-secret"))
    wrong_password = world.send(auth=("web-shop", "guess"))

    assert_refused(send, 63, status=403)
    assert_refused(health, 63, status=403)
    assert_refused(wrong_password, 63)


@pytest.mark.requirement("ACC-3", "REQ-7")
@pytest.mark.parametrize("account", ["no-such-account", "former-customer", "", "Customer-Account"])
def test_an_unknown_or_inactive_impersonated_account_is_refused(world: SessionClient, account: str) -> None:
    """ACC-3: the same 401 / 63 as for the caller's own."""
    refused = world.send(account=account)

    assert_refused(refused, 63)
    assert decided(world, refused) == ("refused", "impersonation", "ACC-3")


@pytest.mark.requirement("ACC-3")
def test_under_the_other_reading_an_unknown_account_is_ignored(worlds: SessionFactory) -> None:
    """ACC-3, alternative: sent as the caller."""
    world = worlds(assume={"ACC-3": "ignored"})

    assert_accepted(world.send(account="no-such-account"))

    assert world.messages()[0]["account"] == "admin"


@pytest.mark.requirement("ACC-4", "OP-2")
@pytest.mark.parametrize("account", ["customer-account", "no-such-account", 7, {"n": 1}, [], True])
def test_the_services_operation_ignores_account_and_lra(world: SessionClient, account: object) -> None:
    """ACC-4: any value is ignored and flagged like an unknown field."""
    response = world.send(
        auth=("web-shop", "web-shop-secret"), operation="Services", account=account, lra="no number"
    )

    assert_accepted(response)
    [message] = world.messages()
    assert (message["account"], message["lra"]) == ("web-shop", None)
    assert world.why(response)["unknown_fields"] == ["account", "lra"]


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "bAsIc", "Basic  "])
def test_the_scheme_is_case_insensitive(world: SessionClient, scheme: str) -> None:
    """ACC-5: more than one space after it is allowed."""
    header = f"{scheme} {b64encode(b'admin:admin-secret').decode()}"

    assert_accepted(world.send(auth=None, headers={"Authorization": header}))


@pytest.mark.requirement("ACC-5", "ERR-63a")
@pytest.mark.parametrize(
    "header", ["Bearer abc", "Digest username=admin", "", "Basically YTpi", "YWRtaW46YWRtaW4tc2VjcmV0"]
)
def test_another_scheme_is_a_missing_header(world: SessionClient, header: str) -> None:
    """ACC-5, ERR-63a: there are no Basic credentials."""
    refused = world.send(auth=None, headers={"Authorization": header})

    assert_refused(refused, 63, message=MISSING_HEADER)


@pytest.mark.requirement("ACC-5", "ERR-63b")
@pytest.mark.parametrize(
    "encoded",
    [
        "admin:admin-secret",
        "!!!",
        "YWRtaW46YWRtaW4tc2VjcmV",
        "YWRtaW46 YWRtaW4tc2VjcmV0",
        b64encode(b"admin").decode(),
        b64encode("admin:pässword".encode("latin-1")).decode(),
        b64encode(b"\xff\xfe:\x00").decode(),
        b64encode("admin:admin-secret".encode("utf-16")).decode(),
        "=" * 8,
    ],
)
def test_undecodable_basic_credentials_are_a_wrong_password(world: SessionClient, encoded: str) -> None:
    """ACC-5: not Base64, not UTF-8, no colon."""
    refused = world.send(auth=None, headers={"Authorization": f"Basic {encoded}"})

    assert_refused(refused, 63)
    assert decided(world, refused) == ("refused", "authentication", "ACC-5")


@pytest.mark.requirement("ACC-5", "ERR-63b")
def test_basic_without_credentials_is_a_wrong_password(world: SessionClient) -> None:
    """ACC-5: the scheme is Basic, so the header is not missing."""
    assert_refused(world.send(auth=None, headers={"Authorization": "Basic"}), 63)


@pytest.mark.requirement("ACC-5")
def test_the_first_colon_splits_and_both_parts_are_utf_8(worlds: SessionFactory) -> None:
    """ACC-5: a password may contain colons and any letters."""
    world = worlds(accounts=[{"username": "jürgen", "password": "a:b:ç\N{KEY}", "admin": True}])

    assert_accepted(world.send(auth=("jürgen", "a:b:ç\N{KEY}")))
    assert_refused(world.send(auth=("jürgen", "a")), 63)


@pytest.mark.requirement("ACC-1")
def test_usernames_and_passwords_are_compared_exactly(world: SessionClient) -> None:
    """ACC-1: neither case nor white space is normalised."""
    for auth in (("Admin", "admin-secret"), ("admin", "Admin-secret"), ("admin ", "admin-secret")):
        assert_refused(world.send(auth=auth), 63)
    assert_accepted(world.send(auth=ADMIN))
