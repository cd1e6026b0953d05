"""Explanations: for every refusal and the silent drop, the rule, value, limit, statement and advice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx2
import pytest

from mock_server.client.explaining import lines_of
from mock_server.domain.errors import PROTOCOL_ERRORS
from mock_server.domain.rules import ORDER
from mock_server.explanation.unrouted import VENDOR_ROUTES
from tests.raw_client import RawConnection, raw_request
from tests.support import DESTINATION, ORDINARY, SessionClient, SessionFactory, bounded

ELSEWHERE = "+393401234567"
URL = "https://example.com/a"


class Cause(NamedTuple):
    """How to get an answer naturally, what its explanation must contain, and how to follow its advice."""

    provoke: Callable[[SessionClient], httpx2.Response]
    rule: str
    saw: str
    limit: str
    requirement: str
    grade: str
    remedy: str
    follow: Callable[[SessionClient, dict[str, Any]], httpx2.Response]


def flood(world: SessionClient) -> httpx2.Response:
    """Send one message too many to the destination, the first at nine o'clock."""
    world.patch(anti_flooding={"volume": {"limit": 2}})
    world.send("one")
    world.advance(843)
    world.send("two")
    return world.send("three")


def repeat(world: SessionClient) -> httpx2.Response:
    """Send the same text three times."""
    world.send()
    world.advance(60)
    world.send()
    return world.send()


def wait_and_send(text: str) -> Callable[[SessionClient, dict[str, Any]], httpx2.Response]:
    """Advance to the instant that the advice names, and send; a second earlier the answer is the same as before."""

    def follow(world: SessionClient, fired: dict[str, Any]) -> httpx2.Response:
        [instant] = re.findall(r"wait until (\S+Z)", fired["to_pass"])
        [away] = re.findall(r"advance the clock by (\w+)", fired["to_pass"])
        world.control("POST", "/clock/advance", {"duration": away})
        assert world.control("GET", "/clock")["now"] == instant
        world.control("POST", "/clock/freeze", {"at": _a_second_before(instant)})
        early = world.send(text)
        assert world.why(early)["rule"] == fired["rule"], "the instant in the advice is too late"
        world.control("POST", "/clock/freeze", {"at": instant})
        return world.send(text)

    return follow


def _a_second_before(instant: str) -> str:
    """One second before an instant that is not a full minute."""
    seconds = int(instant[11:13]) * 3600 + int(instant[14:16]) * 60 + int(instant[17:19]) - 1
    return f"{instant[:11]}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def send_with(**fields: Any) -> Callable[[SessionClient, dict[str, Any]], httpx2.Response]:
    """Send with other fields."""
    return lambda world, _: world.send(**fields)


def patch_and_send(
    *, text: str = "Hello", **parts: Any
) -> Callable[[SessionClient, dict[str, Any]], httpx2.Response]:
    """Patch the scenario as advised, and send the same."""

    def follow(world: SessionClient, _: dict[str, Any]) -> httpx2.Response:
        world.patch(**parts)
        return world.send(text)

    return follow


def send_as_written(world: SessionClient, fired: dict[str, Any]) -> httpx2.Response:
    """Send to the number as the advice writes it."""
    [number] = re.findall(r"write it as (\S+)", fired["to_pass"])
    return world.send(destination=number)


def name_a_service(world: SessionClient, fired: dict[str, Any]) -> httpx2.Response:
    """Use the first service that the advice lists."""
    [service] = re.findall(r"name one of (\w+)", fired["to_pass"])
    return world.send(reference={"service": service})


def no_provider(world: SessionClient) -> httpx2.Response:
    """Take all providers down."""
    world.patch(providers=[{"name": "PROVIDER1", "up": False}])
    return world.send()


def watched(world: SessionClient) -> httpx2.Response:
    """Put a prefix of the destination on the watchlist."""
    world.patch(watchlist=["+391*", "+4477009*"])
    return world.send()


def unreachable(world: SessionClient) -> httpx2.Response:
    """Put the destination on the list of unreachable numbers."""
    world.patch(unreachable=[DESTINATION])
    return world.send()


CAUSES: dict[tuple[int, str] | str, Cause] = {
    (8, "Wrong number"): Cause(
        unreachable, "reachability", DESTINATION, f"unreachable: {DESTINATION}", "ERR-8", "documented",
        "send to a number that can receive an SMS", send_with(destination=ELSEWHERE),
    ),
    (56, "Invalid number"): Cause(
        lambda world: world.send(destination="0039 340 123 4567"), "destination", "'0039 340 123 4567'",
        "a plus and 7 to 15 digits", "REQ-1", "documented", "write it as +393401234567", send_as_written,
    ),
    (59, "Invalid reference service"): Cause(
        lambda world: world.send(reference={"service": "OTHER"}), "reference", "service 'OTHER'",
        "one of: ADMIN, AUTHENTICATION, DIGITALSIGN, ECOMMERCE", "REQ-3", "documented", "name one of ADMIN",
        name_a_service,
    ),
    (60, "Anti-flooding error"): Cause(
        flood, "volume", DESTINATION, "2 of 2 messages since 09:00:00, resets 10:00:00", "AF-2", "conflict",
        "wait until 2026-01-15T10:00:00Z, or advance the clock by 45m57s", wait_and_send("three"),
    ),
    (61, "Message in watchlist"): Cause(
        watched, "watchlist", DESTINATION, "on the watchlist: +4477009*", "WL-1", "documented",
        "send to a number that no watchlist entry covers", send_with(destination=ELSEWHERE),
    ),
    (63, "Missing basic authentication header"): Cause(
        lambda world: world.send(auth=None), "authentication", "no Basic credentials were presented",
        "one of 17 accounts", "ERR-63a", "assumed", "send the header `Authorization: Basic", send_with(),
    ),
    (63, "Username or password not valid"): Cause(
        lambda world: world.send(auth=("admin", "a guess")), "authentication", "wrong password for 'admin'",
        "active, with its password", "ACC-1", "documented", "sign in as an active account", send_with(),
    ),
    (64, "SMS provider not available"): Cause(
        no_provider, "provider", "no provider that is up", "PROVIDER1 down", "PR-1", "documented",
        "bring a provider up", patch_and_send(providers=[{"name": "PROVIDER1"}]),
    ),
    (66, "Empty or missing message text"): Cause(
        lambda world: world.send(""), "text", "no text", "at least one character", "ERR-66", "assumed",
        "give `text` at least one character", send_with(text="x"),
    ),
    (74, "Message containing URL is denied"): Cause(
        lambda world: world.send(f"see {URL}"), "url", repr(URL), "account 'admin' may not send URLs", "URL-1",
        "documented", "remove the URL",
        patch_and_send(
            text=f"see {URL}",
            accounts=[{"username": "admin", "password": "admin-secret", "admin": True, "urls": "allowed"}],
        ),
    ),
    "silently dropped": Cause(
        repeat, "duplicate", "'Hello' through PROVIDER1", "2 of 2 identical texts since 09:00:00, resets 10:00:00",
        "AF-1", "documented", "wait until 2026-01-15T10:00:00Z, or advance the clock by 59m", wait_and_send("Hello"),
    ),
}  # fmt: skip


@pytest.mark.requirement("REQ-12")
@pytest.mark.parametrize("answer", CAUSES, ids=str)
def test_each_explanation_names_rule_value_limit_statement_and_advice(
    world: SessionClient, answer: tuple[int, str] | str
) -> None:
    """From its natural cause; a send that follows the advice is accepted."""
    cause = CAUSES[answer]
    response = cause.provoke(world)

    found = world.why(response)
    if isinstance(answer, tuple):
        assert (response.json()["code"], response.json()["message"]) == answer
        assert (found["outcome"], found["code"]) == ("refused", answer[0])
    else:
        assert found["outcome"] == answer
    [fired] = [each for each in found["rules"] if each["said"] in {"refused", "dropped"}]
    assert (fired["rule"], fired["requirement"], fired["grade"]) == (cause.rule, cause.requirement, cause.grade)
    assert found["rule"] == cause.rule
    assert cause.saw in fired["saw"]
    assert cause.limit in fired["limit"]
    assert cause.remedy in fired["to_pass"]
    assert cause.remedy[1:] in found["advice"]
    assert world.why(cause.follow(world, fired))["outcome"] == "accepted"


def test_the_rules_are_listed_in_order_up_to_the_one_that_decided(world: SessionClient) -> None:
    """Later rules were not asked, and only the rule that fired says what would have made it pass."""
    rules = world.why(world.send(destination="+447700900061"))["rules"]

    assert [each["rule"] for each in rules] == list(ORDER)
    before, after = ORDER.index("watchlist"), len(ORDER) - ORDER.index("watchlist") - 1
    assert [each["said"] for each in rules] == ["passed"] * before + ["refused"] + ["not asked"] * after
    assert [each["rule"] for each in rules if each["to_pass"] is not None] == ["watchlist"]
    for unasked in rules[before + 1 :]:
        assert {unasked[member] for member in ("saw", "limit", "requirement", "grade", "to_pass")} == {None}
    assert all(
        each["saw"] and each["limit"] and each["requirement"] and each["grade"] for each in rules[: before + 1]
    )


def test_an_accepted_message_needs_no_advice(world: SessionClient) -> None:
    """All rules passed, and their findings are shown."""
    found = world.why(world.send())

    assert {each["said"] for each in found["rules"]} == {"passed"}
    assert (found["advice"], found["values_missing"]) == (None, None)


@pytest.mark.parametrize(
    ("auth", "saw"),
    [
        (("nobody", "not-it"), "no account 'nobody'"),
        (("admin", "not-it"), "wrong password for 'admin'"),
        (("former-customer", "former-secret"), "account 'former-customer' is not active"),
    ],
)
def test_the_causes_of_63_are_distinguished(world: SessionClient, auth: tuple[str, str], saw: str) -> None:
    """The client must not know the cause; the explanation names it, without the password."""
    found = world.why(world.send(auth=auth))

    assert (found["code"], found["rules"][0]["saw"]) == (63, saw)
    assert auth[1] not in str(found)


@pytest.mark.requirement("AF-4", "AF-5")
@pytest.mark.parametrize(
    "readings", [{}, {"AF-4": "fixed"}, {"AF-5": "attempts"}, {"AF-4": "fixed", "AF-5": "attempts"}]
)
def test_the_instant_in_the_advice_is_exact_under_every_reading(
    worlds: SessionFactory, readings: dict[str, str]
) -> None:
    """Sliding and fixed windows, messages and attempts: a second earlier the send is refused, then it is accepted."""
    world = worlds()
    world.patch(anti_flooding={"volume": {"limit": 3}}, assume=readings)
    for text in ("one", "two", "three"):
        world.send(text)
        world.advance(601)

    fired = world.why(world.send("four"))["rules"][ORDER.index("volume")]

    assert fired["limit"].startswith("3 of 3 ")
    assert " since 09:00:00, resets " in fired["limit"]
    [instant] = re.findall(r"wait until (\S+Z)", fired["to_pass"])
    sliding_attempts = readings == {"AF-5": "attempts"}
    assert instant == ("2026-01-15T10:10:01Z" if sliding_attempts else "2026-01-15T10:00:00Z")
    world.control("POST", "/clock/freeze", {"at": _a_second_before(instant)})
    if "AF-5" not in readings:
        # Where attempts count, this attempt would move the instant.
        assert world.why(world.send("four"))["rule"] == "volume"
    world.control("POST", "/clock/freeze", {"at": instant})
    assert world.why(world.send("four"))["outcome"] == "accepted"


def test_the_advice_for_a_limit_of_0_names_no_instant(world: SessionClient) -> None:
    """No amount of time makes room."""
    world.patch(anti_flooding={"volume": {"limit": 0}})

    found = world.why(world.send())

    assert found["rules"][ORDER.index("volume")]["limit"] == "0 of 0 messages"
    assert "No wait helps" in found["advice"]


def test_a_later_change_of_the_scenario_does_not_change_an_explanation(world: SessionClient) -> None:
    """The explanation uses the scenario that was in force at the answer."""
    refused = world.send(destination="+447700900061")
    before = world.why(refused)
    world.patch(watchlist=[], services=["OTHER"], accounts=[{"username": "new", "password": "new-secret"}])

    assert world.why(refused) == before


def test_a_forced_answer_shows_the_rules_verdict(worlds: SessionFactory) -> None:
    """The rules are listed as if there were no stub; the advice is about the stub."""
    world = worlds(stubs=[{"when": {"destination": "+44*"}, "then": {"refuse": 61}}], services=["A"])
    natural = world.why(world.send(reference={"service": "B"}))
    fine = world.why(world.send())

    assert [each["rule"] for each in natural["rules"] if each["said"] == "refused"] == ["reference"]
    assert natural["without_stub"]["rule"] == "reference"
    assert {each["said"] for each in fine["rules"]} == {"passed"}
    assert "The stub stubs[0] forces this answer" in natural["advice"]
    assert natural["advice"] == fine["advice"]


@pytest.mark.parametrize(
    ("outcome", "advice"),
    [
        ("refuse=61", "The header X-Mock-Outcome forces this answer: it tells nothing about the request."),
        ("refuse=63", "The header X-Mock-Outcome forces this answer"),
        ("drop", "The header X-Mock-Outcome forces this answer"),
        ("fault=html-page", "The header X-Mock-Outcome forces this answer"),
        (
            "fault=broken-json",
            "The header X-Mock-Outcome does this to the connection: broken-json. Leave the header out.",
        ),
        ("refuse=7", "Correct this header of the mock's own, or leave it out."),
    ],
)
def test_an_answer_forced_by_a_header_names_the_header(world: SessionClient, outcome: str, advice: str) -> None:
    """Before authentication, instead of the rules, on the transport: the rules show their own verdict."""
    found = world.why(world.send(headers={"X-Mock-Outcome": outcome}))

    assert advice in found["advice"]
    assert {each["said"] for each in found["rules"]} == (set() if outcome == "refuse=7" else {"passed"})
    assert lines_of(found)[1].count("None") == 0


def test_a_forced_acceptance_has_no_advice_and_shows_the_overridden_rule(world: SessionClient) -> None:
    """The client got an acceptance against a rule."""
    found = world.why(world.send(destination="+447700900061", headers={"X-Mock-Outcome": "accept"}))

    assert (found["outcome"], found["advice"]) == ("accepted", None)
    assert [each["rule"] for each in found["rules"] if each["said"] == "refused"] == ["watchlist"]


@pytest.mark.parametrize("operation", ["look-up", "admin-health"])
def test_an_intercepted_request_that_is_no_send_has_no_rules(worlds: SessionFactory, operation: str) -> None:
    """A look-up asks no rules, nor does an intercepted health check."""
    world = worlds(stubs=[{"when": {"operation": operation}, "then": {"answer": {"status": 418}}}])
    if operation == "look-up":
        response = world.request("GET", "/api/messagestatus/x")
    else:
        response = world.post("/api/Admin/checkServiceStatus")

    found = world.why(response)

    assert (response.status_code, found["outcome"], found["rules"]) == (418, "intercepted", [])
    assert found["advice"].startswith("The stub stubs[0] forces this answer")


@pytest.mark.parametrize(("bounds", "why"), [({"bytes": 0}, "had to go"), ({"body": 60}, "was too long")])
def test_findings_in_an_evicted_body_are_null(bounds: dict[str, int], why: str) -> None:
    """The values are null, and a member says so; the verdict, the limits and the advice stay."""
    with bounded(**bounds) as world:
        refused = world.why(world.send("a text of some length, longer than what is kept", "+447700900061"))
        accepted = world.why(world.send("a text of some length, longer than what is kept"))
        unauthorized = world.why(world.send(auth=None))

    assert why in refused["values_missing"]
    assert refused["rules"][ORDER.index("watchlist")]["said"] == "refused"
    assert (
        refused["rules"][ORDER.index("watchlist")]["saw"],
        refused["rules"][ORDER.index("watchlist")]["limit"],
    ) == (None, None)
    assert "Send to a number that no watchlist entry covers" in refused["advice"]
    assert accepted["rules"][ORDER.index("duplicate")]["limit"] == "0 of 2 identical texts"
    assert accepted["rules"][ORDER.index("volume")]["saw"] == DESTINATION
    assert unauthorized["values_missing"] is None


@pytest.mark.parametrize(("path", "meant"), [
    ("/api/admin/send", "POST /api/Admin/send"),
    ("/api/Services/sned", "POST /api/Services/send"),
    ("/api/Admin/send/", "POST /api/Admin/send"),
    ("/api/Services/checkStatus?x=1", "POST /api/Services/checkServiceStatus"),
    ("/api/messageStatus/phonenumber/+447700900123", "GET /api/messagestatus/phonenumber/{phonenumber}"),
    ("/api/messagestatus/reference/", "GET /api/messagestatus/reference/{referencekey}"),
])  # fmt: skip
def test_an_unknown_path_is_answered_with_the_most_similar_route(world: SessionClient, path: str, meant: str) -> None:
    """Without the session's prefix."""
    found = world.why(world.post(path))

    assert (found["code"], found["rules"]) == (404, [])
    assert f"did you mean {meant}?" in found["advice"]
    assert "/~" not in found["advice"]


def test_a_path_similar_to_no_route_is_answered_with_all_routes(world: SessionClient) -> None:
    """No route is guessed."""
    advice = world.why(world.post("/hello"))["advice"]

    assert all(str(route) in advice for route in VENDOR_ROUTES)


@pytest.mark.parametrize("route", VENDOR_ROUTES, ids=str)
def test_the_advised_routes_exist_with_only_that_method(world: SessionClient, route: Any) -> None:
    """Checked against the router: it answers another method with 405 and names the right one."""
    path = re.sub(r"\{\w+\}", "x", route.path)
    wrong = world.client.request("DELETE", world.prefix + path)

    assert wrong.status_code == 405
    assert set(wrong.headers["allow"].split(", ")) - {"HEAD"} == {route.method}
    assert (
        world.why(wrong)["advice"]
        == f"{path} takes {route.method} only, and this was DELETE. Send it as {route.method}."
    )


PROTOCOL_ADVICE: dict[int, tuple[Callable[[SessionClient], httpx2.Response], str]] = {
    400: (lambda world: world.send_raw(b"[]"), "expected an object, got an array. Send a JSON object"),
    403: (
        lambda world: world.client.get(f"{world.prefix}/api/messagestatus/x", headers={"X-Api-Key": "guess"}),
        "X-Api-Key: not one of the scenario's keys (1). Send one of its `api_keys`",
    ),
    404: (lambda world: world.post("/api/send"), "did you mean"),
    405: (lambda world: world.request("PUT", "/api/Admin/send"), "takes POST only, and this was PUT"),
    413: (lambda world: world.send_raw(b" " * 1_100_000), "at most 1048576 bytes are allowed. Send a smaller body"),
    415: (
        lambda world: world.send_raw(b"{}", headers={"Content-Type": "text/plain"}),
        "application/json is required. Send the header `Content-Type: application/json`.",
    ),
}


def test_every_protocol_error_has_a_row() -> None:
    """A new protocol error needs a row in the table."""
    assert set(PROTOCOL_ADVICE) == {error.code for error in PROTOCOL_ERRORS}


@pytest.mark.parametrize("code", PROTOCOL_ADVICE)
def test_each_protocol_error_has_advice(world: SessionClient, code: int) -> None:
    """What is wrong, and what to do."""
    provoke, advice = PROTOCOL_ADVICE[code]

    found = world.why(provoke(world))

    assert (found["code"], found["outcome"]) == (code, "refused")
    assert advice in found["advice"]


@pytest.mark.parametrize(("path", "key", "advice"), [
    ("x", None, "X-Api-Key: missing; the scenario has keys (1)."),
    ("no-such-id", "status-key", "Look for the `id` of a send's answer"),
    ("phonenumber/+44?count=0", "status-key", "Give `count` a number from 1 to 100"),
    ("phonenumber/+44?sendDate=today", "status-key", "Give `sendDate` a date-time with its offset"),
])  # fmt: skip
def test_a_failed_look_up_has_advice(world: SessionClient, path: str, key: str | None, advice: str) -> None:
    """The expected key is a secret: it is counted, not shown."""
    headers = {} if key is None else {"X-Api-Key": key}
    found = world.why(world.client.get(f"{world.prefix}/api/messagestatus/{path}", headers=headers))

    assert advice in found["advice"]
    assert "status-key" not in str(found)
    assert found["rules"] == []


def test_the_rules_of_a_health_check_are_about_the_caller(world: SessionClient) -> None:
    """The administrators' health check asks two rules, the services' none."""
    good = world.why(world.post("/api/Admin/checkServiceStatus"))
    wrong = world.why(world.post("/api/Admin/checkServiceStatus", auth=ORDINARY))
    free = world.why(world.post("/api/Services/checkServiceStatus", auth=None))

    assert [(each["rule"], each["said"]) for each in good["rules"]] == [
        ("authentication", "passed"),
        ("privilege", "passed"),
    ]
    assert [each["said"] for each in wrong["rules"]] == ["passed", "refused"]
    assert wrong["rules"][1]["saw"] == "account 'web-shop', no administrator"
    assert (free["rules"], free["advice"], good["advice"]) == ([], None, None)


def test_secrets_are_masked_in_findings(world: SessionClient) -> None:
    """Text, service, account and webhook contain a password, and no finding shows it."""
    secret = "admin-secret"
    sends = [
        world.send(secret, reference={"service": secret}),
        world.send(secret, account=secret),
        world.send(secret, webhook={"url": f"https://{secret}.example.com"}),
        world.send(f"https://example.com/{secret}"),
        world.send(destination=secret),
        world.post(f"/api/{secret}/send"),
    ]

    for response in sends:
        assert secret not in str(world.why(response))


def test_a_password_with_quotation_marks_is_masked_in_a_quoted_text(worlds: SessionFactory) -> None:
    """The escaped form is found too."""
    world = worlds()
    secret = 'it\'s a "secret" \\ of mine'
    world.patch(accounts=[{"username": "admin", "password": secret, "admin": True}])

    found = world.why(world.send(reference={"service": secret}, auth=("admin", secret)))

    assert (found["rules"][6]["saw"], found["rules"][6]["said"]) == ("service '***'", "refused")
    assert "secret" not in found["advice"].replace("'***'", "")


def test_a_password_in_a_number_is_not_shown_in_another_spelling(world: SessionClient) -> None:
    """The advice normalises a number, but not a password."""
    secret = "44 770-123"
    world.patch(accounts=[{"username": "admin", "password": secret, "admin": True}])

    found = world.why(world.send(destination=f"+{secret} 4567", auth=("admin", secret)))

    assert found["rule"] == "destination"
    assert "44770123" not in str(found)


def test_the_explanation_of_a_disconnected_request_says_so(world: SessionClient) -> None:
    """No decision was made, so no rule was asked."""
    with RawConnection(str(world.client.base_url)) as gone:
        gone.send(raw_request(f"{world.prefix}/api/Admin/send", b"{", declared=99))
        opened = next(found for _ in range(1000) if (found := world.exchanges()))
        still_open = world.control("GET", f"/exchanges/{opened[0]['id']}")
    left = next(last for _ in range(1000) if (last := world.exchanges()[0])["outcome"] != "open")
    explained = world.control("GET", f"/exchanges/{left['id']}")

    assert (still_open["outcome"], still_open["rules"], still_open["advice"]) == ("open", [], None)
    assert (explained["outcome"], explained["rules"]) == ("disconnected", [])
    assert "The client went away" in explained["advice"]
