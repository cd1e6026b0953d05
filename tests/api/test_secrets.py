"""Passwords are never shown: not by the control API and not in logs, wherever a client wrote them."""

from __future__ import annotations

import hashlib
import json
import logging
from base64 import b64encode
from urllib.parse import quote

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import ADMIN, DESTINATION, SessionClient, SessionFactory, assert_control, basic

PASSWORD = "admin-secret"
WRONG = "wr0ng/guess+ü"
ENCODED = b64encode(b"admin:admin-secret").decode()

CONTROL_READS = ("/_control/exchanges", "/_control/messages", "/_control/scenario", "/_control/sessions", "/_ready")


def everything_shown(world: SessionClient) -> str:
    """Everything that the control API shows of a session, explanations included."""
    told = [assert_control(world.request("GET", path)) for path in CONTROL_READS]
    told += [world.control("GET", f"/exchanges/{each['id']}") for each in world.exchanges()]
    return json.dumps(told, ensure_ascii=False)


def spelled(username: str, password: str) -> list[str]:
    """The spellings of a password that a client may have written."""
    plain = [password, quote(password, safe=""), json.dumps(password)[1:-1]]
    return [*plain, b64encode(password.encode()).decode(), basic(username, password).removeprefix("Basic ")]


def assert_not_shown(told: str, username: str, password: str) -> None:
    """Assert that no spelling of the password is shown."""
    found = [spelling for spelling in spelled(username, password) if spelling in told]
    assert found == []


FIELDS = [
    {"text": "{}"},
    {"text": "say {} twice: {}"},
    {"destination": "{}"},
    {"destination": 7, "account": "{}"},
    {"account": "{}"},
    {"reference": {"service": "{}"}},
    {"reference": {"service": "ADMIN", "action": "{}", "key": "{}"}},
    {"businessRelationId": "{}"},
    {"webhook": {"url": "{}"}},
    {"webhook": {"url": "https://admin:{}@example.com/{}"}},
    {"webhook": {"url": "https://example.com", "authentication": {"type": "{}"}}},
    {"{}": "{}"},
    {"reference": {"{}": 1}},
    {"lra": "{}"},
    {"attemptCount": ["{}", {"{}": "{}"}]},
]


def filled_in(content: object, secret: str) -> object:
    """The content with the secret instead of every `{}`."""
    return json.loads(json.dumps(content).replace("{}", json.dumps(secret)[1:-1]))


@pytest.mark.parametrize("secret", [PASSWORD, ENCODED, "customer-secret"])
@pytest.mark.parametrize("content", FIELDS, ids=json.dumps)
def test_a_password_in_any_field_is_not_shown(world: SessionClient, content: dict[str, object], secret: str) -> None:
    """Accepted or refused: not in lists, explanations or messages."""
    fields = filled_in({"destination": DESTINATION, "text": "Hi"} | content, secret)

    world.send_object(fields)

    told = everything_shown(world)
    assert secret not in told
    assert "***" in told


@pytest.mark.parametrize(
    "body", [b"admin-secret", b'{"text": "admin-secret"', b"\xff admin-secret \xff", b'"YWRtaW46YWRtaW4tc2VjcmV0"']
)
def test_a_password_in_a_body_that_is_no_request_is_not_shown(world: SessionClient, body: bytes) -> None:
    """Also where the body is shown in Base64 because it is binary."""
    world.send_raw(body)
    world.send_raw(body, headers={"Content-Type": "text/admin-secret"})

    told = everything_shown(world)
    assert_not_shown(told, *ADMIN)
    assert b64encode(body).decode() not in told


@pytest.mark.parametrize("username", ["admin", "nobody"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/Admin/send"),
        ("POST", "/api/Services/send"),
        ("POST", "/api/Admin/checkServiceStatus"),
        ("POST", "/api/Services/checkServiceStatus"),
        ("GET", "/api/Admin/send"),
        ("POST", "/api/no-such"),
    ],
)
@pytest.mark.parametrize("password", [PASSWORD, WRONG])
def test_a_right_or_wrong_password_in_any_part_of_a_request_is_not_shown(
    world: SessionClient, method: str, path: str, username: str, password: str
) -> None:
    """A wrong one may be a misspelled right one, or the right one of another system."""
    quoted = quote(password, safe="")
    body = {"destination": password, "text": f"my {password}", password: 1}
    headers = {
        "Authorization": basic(username, password),
        "Proxy-Authorization": basic(username, password),
        "Cookie": f"session={quoted}",
        "X-Api-Key": quoted,
        "X-Debug": quoted,
        "Referer": f"http://{username}:{quoted}@example.com/",
    }

    for target in (
        f"{path}?password={quoted}&auth={quote(b64encode(f'{username}:{password}'.encode()))}",
        f"{path}/{quoted}",
    ):
        world.client.request(method, world.prefix + target, json=body, headers=headers)

    told = everything_shown(world)
    assert_not_shown(told, username, password)
    assert len(world.exchanges()) == 2


@pytest.mark.parametrize("operation", ["Admin", "Services"])
@pytest.mark.parametrize(
    "authentication",
    [
        {"type": "BASIC", "username": "shop", "password": WRONG},
        {"type": "NONE", "token": WRONG},
        {"password": WRONG},
    ],
)
def test_webhook_credentials_are_not_shown(
    world: SessionClient, authentication: dict[str, object], operation: str
) -> None:
    """The contract has no such member, so no account has this password; it is a password nevertheless."""
    webhook = {"url": "https://shop.example/receipts", "authentication": authentication}
    exchange = world.send("Hello", webhook=webhook, operation=operation).headers["x-mock-exchange"]

    told = everything_shown(world) + world.client.get(f"{world.prefix}/_control/exchanges/har").text
    page = world.client.get(f"{world.prefix}/_console/exchanges/{exchange}").text

    assert_not_shown(told, "", WRONG)
    assert_not_shown(page, "", WRONG)
    assert "shop.example/receipts" in page


@pytest.mark.parametrize("webhook", ["authentication", {"authentication": "BASIC"}, {"authentication": [1]}, 7])
def test_a_webhook_of_another_type_is_searched_for_passwords(world: SessionClient, webhook: object) -> None:
    """It is searched like any other, and causes no bug."""
    assert "x-mock-bug" not in world.send("Hello", webhook=webhook).headers
    assert "x-mock-bug" not in world.send_raw(b'{"webhook": {"authentication": ').headers


def test_a_wrong_password_with_a_body_too_large_is_not_shown(world: SessionClient) -> None:
    """The refusal comes before authentication, so no rule found the password wrong."""
    quoted = quote(WRONG, safe="")
    world.post(f"/api/Admin/send?p={quoted}", b" " * (1024 * 1024 + 1), auth=("admin", WRONG))

    assert_not_shown(everything_shown(world), "admin", WRONG)


@pytest.mark.parametrize("header", ["Basic admin:admin-secret", "Bearer admin-secret", "admin-secret", "Basic YWRt!"])
def test_an_authorization_header_is_not_shown(world: SessionClient, header: str) -> None:
    """Not even the scheme."""
    response = world.send(auth=None, headers={"Authorization": header})

    headers = dict(world.why(response)["request"]["headers"])
    assert headers["authorization"] == "***"
    assert_not_shown(everything_shown(world), *ADMIN)


def test_swapped_username_and_password_are_not_shown(world: SessionClient) -> None:
    """A common mistake."""
    world.send(auth=("admin-secret", "admin"))

    assert PASSWORD not in everything_shown(world)


def test_a_password_that_is_set_later_is_masked_in_earlier_records(worlds: SessionFactory) -> None:
    """And the former one stays masked."""
    world = worlds()
    world.send("the next password is correct-horse, the former was admin-secret")

    world.patch(accounts=[{"username": "admin", "password": "correct-horse", "admin": True}])
    world.send("correct-horse and admin-secret", auth=("admin", "correct-horse"))

    told = everything_shown(world)
    assert "correct-horse" not in told
    assert PASSWORD not in told
    world.control("POST", "/reset")
    world.send("correct-horse and admin-secret")
    told = everything_shown(world)
    assert "correct-horse" not in told
    assert PASSWORD not in told


def test_the_hash_and_length_of_a_masked_body_are_those_of_the_original(world: SessionClient) -> None:
    """They identify the bytes that a client sent."""
    body = json.dumps({"destination": DESTINATION, "text": f"{PASSWORD} {WRONG}"}).encode()

    for auth in (ADMIN, ("admin", WRONG)):
        request = world.why(world.send_raw(body, auth=auth))["request"]

        assert request["body_sha256"] == hashlib.sha256(body).hexdigest()
        assert request["body_length"] == len(body)
        assert (request["body_truncated"], request["evicted"]) == (False, False)
        assert "***" in request["body"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/_control/exchanges?before=admin-secret", None),
        ("GET", "/_control/messages?before=admin-secret", None),
        ("GET", "/_control/messages?limit=admin-secret", None),
        ("GET", "/_control/exchanges/admin-secret", None),
        ("GET", "/_control/admin-secret", None),
        ("GET", "/_control/openapi/admin-secret", None),
        ("GET", "/_control/sessions/admin-secret", None),
        ("POST", "/_control/clock/freeze", {"at": "admin-secret"}),
        ("POST", "/_control/clock/advance", {"seconds": "admin-secret"}),
        ("POST", "/_control/clock/advance", {"admin-secret": 1}),
        ("POST", "/_control/sessions", {"name": "admin-secret!"}),
        ("POST", "/_control/sessions", {"scenario": "admin-secret"}),
        ("POST", "/_control/sessions", {"scenario": {"version": "admin-secret"}}),
        ("PATCH", "/_control/scenario", {"watchlist": ["admin-secret"]}),
        ("PATCH", "/_control/scenario", {"accounts": [{"username": "admin", "password": ["admin-secret"]}]}),
        ("PATCH", "/_control/scenario", {"accounts": [{"username": "admin", "passwort": "admin-secret"}]}),
        ("PATCH", "/_control/scenario", {"admin-secret": 1}),
    ],
)
def test_an_error_of_the_control_api_repeats_no_password(
    world: SessionClient, method: str, path: str, body: object
) -> None:
    """It says what was wrong, and masks what it quotes."""
    refused = world.request(method, path, body)

    assert refused.status_code in {400, 404}
    assert refused.headers["x-mock-control-version"] == "1"
    assert PASSWORD not in refused.text


def test_the_shown_scenario_has_no_password_in_its_description(world: SessionClient) -> None:
    """The file's description contains credentials; the API masks them."""
    world.patch(title="ask for admin-secret", description="admin / admin-secret")

    told = json.dumps([world.control("GET", path) for path in ("/scenario", f"/sessions/{world.name}", "/sessions")])

    assert PASSWORD not in told


def test_no_log_line_holds_a_password(
    gateway: MockGateway, world: SessionClient, client: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """At any level, of the mock or of the server below it, on a connection that is opened while a handler listens."""
    caplog.set_level(logging.DEBUG)
    with httpx2.Client(base_url=gateway.url, trust_env=False) as fresh:
        world.client = fresh
        send_secrets(world)
    world.client = client

    ours = [record for record in caplog.records if record.name.split(".")[0] in {"mock_server", "uvicorn"}]
    said = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in ours)
    assert_not_shown(said, *ADMIN)
    assert_not_shown(said, "admin", WRONG)


def send_secrets(world: SessionClient) -> None:
    """Send right and wrong passwords in every part of a request."""
    for auth in (ADMIN, ("admin", WRONG), None):
        world.send(f"{PASSWORD} {WRONG}", auth=auth)
        world.post(f"/api/{quote(PASSWORD)}?q={quote(WRONG)}", auth=auth)
    world.request("PATCH", "/_control/scenario", {"accounts": [{"username": "a", "password": [PASSWORD]}]})


def test_a_short_password_is_not_masked_in_texts(worlds: SessionFactory) -> None:
    """It would match in many words; the header is masked nevertheless."""
    world = worlds(accounts=[{"username": "admin", "password": "abc", "admin": True}])

    response = world.send("abc", auth=("admin", "abc"))

    assert world.messages()[0]["text"] == "abc"
    assert dict(world.why(response)["request"]["headers"])["authorization"] == "***"


def test_the_gateways_own_members_are_not_masked(worlds: SessionFactory) -> None:
    """An account whose password equals its name is still named."""
    world = worlds(accounts=[{"username": "admin", "password": "admin", "admin": True}])
    response = world.send("Hi", auth=("admin", "admin"))

    [message] = world.messages()

    assert (message["caller"], message["account"], message["provider"]) == ("admin", "admin", "PROVIDER1")
    assert world.why(response)["operation"] == "admin"


def test_a_session_does_not_mask_the_passwords_of_another(worlds: SessionFactory, client: httpx2.Client) -> None:
    """Sessions share nothing, also not what is masked."""
    one = worlds(accounts=[{"username": "admin", "password": "first-password", "admin": True}])
    other = worlds(accounts=[{"username": "admin", "password": "other-password", "admin": True}])

    one.send("other-password", auth=("admin", "first-password"))
    other.send("other-password", auth=("admin", "other-password"))

    assert one.messages()[0]["text"] == "other-password"
    assert other.messages()[0]["text"] == "***"
