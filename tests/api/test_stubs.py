"""Outcomes forced by stubs of the control API and by a header: for which requests, how often, how explained."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import (
    ADMIN,
    DESTINATION,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_control,
    assert_control_error,
    assert_refused,
    basic,
)

FULL_REFERENCE = {"service": "ADMIN", "action": "NOTIFICATION", "key": "order-17"}


def force(world: SessionClient, then: dict[str, Any], **stub: Any) -> str:
    """Add a stub of the control API, for the usual destination by default; return its id."""
    stub.setdefault("when", {"destination": DESTINATION})
    found: str = assert_control(world.request("POST", "/_control/stubs", {"then": then, **stub}), 201)["id"]
    return found


def codes(world: SessionClient, count: int, headers: dict[str, str] | None = None) -> list[int | None]:
    """Send so many different texts; return the code of each, `None` for an acceptance."""
    return [world.send(f"text {number}", headers=headers).json().get("code") for number in range(count)]


@pytest.mark.parametrize(
    "when",
    [
        {"destination": DESTINATION},
        {"destination": "+4477009*"},
        {"destination": {"regex": "^[+]44.*123$"}},
        {"text": "Hello"},
        {"text": {"contains": "ell"}},
        {"text": {"regex": "^[A-Z]ello$"}},
        {"account": "admin"},
        {"account": "customer-account"},
        {"account": {"contains": "customer"}},
        {"service": "ADMIN"},
        {"action": {"regex": "^NOTI"}},
        {"key": {"contains": "-17"}},
        {"operation": "admin"},
        {"destination": DESTINATION, "text": {"contains": "Hell"}, "key": "order-17", "operation": "admin"},
    ],
)
def test_a_stub_applies_to_requests_that_meet_all_its_criteria(world: SessionClient, when: dict[str, object]) -> None:
    """By every field that a criterion can name."""
    force(world, {"refuse": 61}, when=when)

    met = world.send(reference=FULL_REFERENCE, account="customer-account")
    other = world.send("Bye", "+393331234567", auth=("admin-account", "admin-account-secret"), operation="Services")

    assert_refused(met, 61)
    assert other.json().get("code") != 61


@pytest.mark.parametrize(
    ("limits", "answers"),
    [
        ({"times": 1}, [64, None, None, None, None]),
        ({"times": 3}, [64, 64, 64, None, None]),
        ({"when": {"destination": DESTINATION, "nth": 2}}, [None, 64, None, None, None]),
        ({"when": {"destination": DESTINATION, "nth": [1, 4]}}, [64, None, None, 64, None]),
        ({"when": {"destination": DESTINATION, "nth": [2, 3]}, "times": 1}, [None, 64, None, None, None]),
    ],
)
def test_a_stub_applies_as_often_as_its_limits_allow(
    world: SessionClient, limits: dict[str, Any], answers: list[int | None]
) -> None:
    """`nth` and `times` are deterministic."""
    force(world, {"refuse": 64}, **limits)

    assert codes(world, 5) == answers


def test_a_stub_lasts_on_the_sessions_clock(world: SessionClient) -> None:
    """`for: 10m` ends when the clock reaches it; at that instant it no longer applies."""
    stub = force(world, {"refuse": 64}, **{"for": "10m"})
    first = world.send("1")
    world.advance(599)
    last = world.send("2")
    world.advance(1)
    after = world.send("3")

    assert_refused(first, 64)
    assert_refused(last, 64)
    assert_accepted(after)
    assert world.control("GET", f"/stubs/{stub}")["exhausted"] is True


def test_a_probability_is_drawn_from_the_seed_whatever_the_order(worlds: SessionFactory) -> None:
    """Two sessions of one seed answer alike for any order of the sends, also concurrent ones."""
    first, second = worlds(seed=7), worlds(seed=7)
    other = worlds(seed=8)
    for world in (first, second, other):
        force(world, {"refuse": 64}, probability=0.5)

    forwards = codes(first, 40)
    backwards = [second.send(f"text {number}").json().get("code") for number in reversed(range(40))][::-1]

    assert forwards == backwards
    assert codes(other, 40) != forwards
    assert 8 <= forwards.count(64) <= 32


def test_precedence_is_by_priority_then_origin_then_limits(worlds: SessionFactory) -> None:
    """Header before control API before scenario; limited stubs before unlimited ones."""
    world = worlds(stubs=[{"when": {"destination": DESTINATION}, "then": {"refuse": 8}}])
    assert codes(world, 1) == [8]
    force(world, {"refuse": 61})
    assert codes(world, 1) == [61]
    force(world, {"refuse": 64}, times=1)
    assert codes(world, 2) == [64, 61]
    force(world, {"refuse": 66}, priority=1)
    force(world, {"refuse": 74}, priority=-1)
    assert codes(world, 1) == [66]
    assert codes(world, 1, headers={"X-Mock-Outcome": "refuse=60"}) == [60]


@pytest.mark.requirement("ORD-1")
def test_a_request_that_is_refused_earlier_uses_up_no_stub(world: SessionClient) -> None:
    """A stub with `times: 1` still applies to the next request."""
    force(world, {"refuse": 61}, times=1, when={})

    assert_refused(world.send(auth=("admin", "guess")), 63)
    assert world.send_raw(b"{").status_code == 400
    assert_refused(world.send(), 61)
    assert_accepted(world.send())


@pytest.mark.requirement("AF-2", "AF-5")
def test_a_forced_acceptance_counts_like_a_real_one_and_a_forced_drop_does_not(worlds: SessionFactory) -> None:
    """AF-2: the windows count the acceptance; a dropped message takes no room."""
    world = worlds(anti_flooding={"volume": {"limit": 2}}, watchlist=[DESTINATION])
    force(world, {"drop": True}, times=2)
    for number in range(2):
        assert_accepted(world.send(f"dropped {number}"))
    force(world, {"accept": True}, times=2)

    for number in range(2):
        assert_accepted(world.send(f"forced {number}"))
    world.patch(watchlist=[])

    assert_refused(world.send("natural"), 60)
    assert [(message["text"], message["forced"]) for message in world.messages()] == [
        ("forced 1", True),
        ("forced 0", True),
    ]


def test_a_raw_answer_is_sent_unchanged(world: SessionClient) -> None:
    """Any status, headers and bytes; the gateway never sees the request."""
    force(world, {"answer": {"status": 418, "headers": {"X-Tea": "yes"}, "body": {"code": "61"}}}, times=1)
    force(world, {"answer": {"status": 200, "body_base64": "AP8="}}, times=1)

    tea, raw = world.send(), world.send()

    assert (tea.status_code, tea.headers["x-tea"], tea.json()) == (418, "yes", {"code": "61"})
    assert raw.content == b"\x00\xff"
    assert world.messages() == []
    assert (world.why(tea)["outcome"], world.why(tea)["rule"]) == ("intercepted", "s1")


def test_a_held_answer_waits_for_its_release(world: SessionClient) -> None:
    """The message is decided before; the client waits until a tester releases the answer."""
    force(world, {"hold": True}, times=1)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(world.send)
        [found] = world.control("GET", "/messages/wait?timeout=20")["messages"]
        released = world.control("POST", "/release")

        assert_accepted(sent.result(20))
    assert released == {"released": [found["exchange"]]}
    assert_control_error(
        world.request("POST", f"/_control/exchanges/{found['exchange']}/release"), 409, "Not held", "held now: none"
    )


@pytest.mark.parametrize("end", ["/reset", "DELETE"])
def test_a_held_answer_is_released_when_its_session_ends(world: SessionClient, end: str) -> None:
    """A reset and a deletion release it too."""
    force(world, {"hold": True})
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(world.send)
        world.control("GET", "/messages/wait?timeout=20")
        if end == "DELETE":
            assert_control(world.client.delete(f"/_control/sessions/{world.name}"))
        else:
            world.control("POST", end)

        assert sent.result(20).status_code == 200


def test_a_virtual_delay_ends_when_the_clock_reaches_it(world: SessionClient) -> None:
    """Nothing sleeps: advancing a day releases the answer."""
    force(world, {"delay": {"virtual": "24h"}})
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(world.send)
        world.control("GET", "/messages/wait?timeout=20")
        world.control("POST", "/clock/advance", {"until": "idle"})

        assert_accepted(sent.result(20))
    assert world.control("GET", "/clock")["now"] == "2026-01-16T09:00:00Z"


@pytest.mark.parametrize(
    ("stub", "details"),
    [
        ({"then": {"refuse": 62}}, "then.refuse: must be a code of the refusal catalogue"),
        ({"then": {"deliver": "LOST"}}, "then.deliver: must be 'PROVIDER_ACCEPTANCE'"),
        ({"then": {"fault": "resett"}}, "did you mean 'reset'?"),
        ({"then": {"fault": "down-after"}}, "down keeps all requests from the gateway"),
        ({"then": {"fault": {"kind": "truncated-body", "at": "before"}}}, "it can act only after the decision"),
        ({"then": {"refuse": 61, "accept": True}}, "excludes 'refuse'"),
        ({"then": {"refuse": 61, "deliver": "SENT"}}, "no message is delivered"),
        ({"then": {}}, "must have at least one of refuse"),
        ({}, "then: is required"),
        ({"when": {"dest": "+1"}, "then": {"refuse": 8}}, "when.dest: unknown key"),
        ({"when": {"destination": "07700"}, "then": {"refuse": 8}}, "when.destination: must be"),
        ({"when": {"text": {"regex": "("}}, "then": {"refuse": 8}}, "is not a regular expression"),
        ({"when": {"text": {"regex": "(a+)+$(?=b)"}}, "then": {"refuse": 8}}, "with linear running time"),
        ({"when": {"text": {"regex": r"(a)\1"}}, "then": {"refuse": 8}}, "with linear running time"),
        ({"then": {"refuse": 8}, "nth": 3}, "did you mean 'when.nth'?"),
        ({"then": {"refuse": 8}, "times": 0}, "times: must be a whole number, 1 or more, not 0"),
        (
            {"then": {"refuse": 8}, "probability": 1.5},
            "probability: must be a number that is more than 0 and at most 1",
        ),
        ({"then": {"refuse": 8}, "priority": 5000}, "priority: must be a whole number from -1000 to 1000"),
        (
            {"when": {"nth": 0}, "then": {"refuse": 8}},
            "when.nth: must be a whole number, 1 or more, or a list of them",
        ),
        ({"then": {"hold": "no"}}, "then.hold: must be true, not 'no'"),
        (
            {"then": {"fault": {"kind": 503, "retry_after": -1}}},
            "must be a whole number of seconds, 0 or more, not -1",
        ),
        ({"then": {"delay": {"lognormal": {"median": "1s", "sigma": 9}}}}, "sigma: must be a number from 0 to 5"),
        ({"then": {"refuse": 8}, "for": "soon"}, "for: must be"),
        ({"then": {"answer": {"status": 99}}}, "then.answer.status: must be a whole number from 200 to 599, not 99"),
        ({"then": {"answer": {"status": 200, "headers": {"Content-Length": "3"}}}}, "is set by the server"),
        ({"then": {"answer": {"status": 200, "headers": {"X": "a\r\nSet-Cookie: b"}}}}, "one line"),
    ],
)
def test_an_invalid_stub_is_refused(world: SessionClient, stub: dict[str, Any], details: str) -> None:
    """400 with the allowed values; no stub is added."""
    assert_control_error(world.request("POST", "/_control/stubs", stub), 400, "Bad stub", details)

    assert world.control("GET", "/stubs")["unmatched"] == []


def test_a_stub_that_could_never_apply_is_refused(world: SessionClient) -> None:
    """409 names the one that always takes precedence; with a limit, or once that one is deleted, it is accepted."""
    first = force(world, {"refuse": 61})
    again = {"when": {"destination": DESTINATION}, "then": {"refuse": 8}}

    assert_control_error(world.request("POST", "/_control/stubs", again), 409, "Contradictory stub", first)
    force(world, {"refuse": 64}, times=1)
    world.control("DELETE", f"/stubs/{first}")

    assert_control(world.request("POST", "/_control/stubs", again), 201)


def test_no_pattern_hangs_the_gateway(world: SessionClient) -> None:
    """A pattern that takes a backtracking engine exponential time is matched at once."""
    force(world, {"refuse": 61}, when={"text": {"regex": "^(a+)+(a+)+(a+)+$"}})

    assert_accepted(world.send("a" * 1599 + "!"))
    assert_refused(world.send("a" * 1600), 61)


@pytest.mark.parametrize(
    ("header", "details"),
    [
        ("refuse=62", "must be a code of the refusal catalogue"),
        ("refuse", "refuse"),
        ("fault=resett", "did you mean 'reset'?"),
        ("refsue=61", "did you mean 'refuse'?"),
        ("refuse=61, refuse=8", "refuse is given twice"),
        ("refuse=61, accept", "excludes 'refuse'"),
        ("answer=418, fault=truncated-body", "fault: has nothing to change: 'truncated-body' needs an answer with"),
        ("answer=200, fault=broken-json", "fault: has nothing to change: 'broken-json' needs an answer with a body"),
        ("fault=wrong-content-length, answer=204", "fault: has nothing to change: 'wrong-content-length' needs an"),
        ("", "is not an outcome"),
        ("accept=" + "x" * 2000, "must have at most 1000 characters"),
    ],
)
def test_an_invalid_header_is_refused(world: SessionClient, header: str, details: str) -> None:
    """400 before any decision, in a form that no answer of the gateway has."""
    answered = world.send(headers={"X-Mock-Outcome": header})

    assert (answered.status_code, answered.json()["message"]) == (400, "Bad X-Mock-Outcome")
    assert details in answered.json()["details"]
    assert world.messages() == []


def test_a_repeated_header_is_read_as_a_list(world: SessionClient) -> None:
    """As one header with commas: no part of it is ignored."""

    def send(*outcomes: str) -> httpx2.Response:
        headers = [("Authorization", basic(*ADMIN)), ("Content-Type", "application/json")]
        headers += [("X-Mock-Outcome", each) for each in outcomes]
        content = json.dumps({"destination": DESTINATION, "text": "Hello"})
        return world.client.post(f"{world.prefix}/api/Admin/send", content=content, headers=headers)

    both, twice = send("refuse=61", "delay=1ms"), send("refuse=61", "refuse=64")

    assert_refused(both, 61)
    assert world.why(both)["trouble"] == "delayed by 0.001 s"
    assert (twice.status_code, twice.json()["details"]) == (400, "X-Mock-Outcome: refuse is given twice")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/Admin/checkServiceStatus"),
        ("POST", "/api/Services/checkServiceStatus"),
        ("GET", "/api/messagestatus/some-id"),
        ("GET", "/api/messagestatus/phonenumber/+447700900123"),
    ],
)
@pytest.mark.parametrize(("outcome", "status"), [("fault=503", 503), ("answer=418, delay=1ms", 418)])
def test_the_header_applies_to_its_own_request(
    world: SessionClient, method: str, path: str, outcome: str, status: int
) -> None:
    """For every operation, also a health check or a look-up."""
    headers = {"X-Mock-Outcome": outcome, "Authorization": basic(*ADMIN), "X-Api-Key": "status-key"}

    answered = world.client.request(method, world.prefix + path, headers=headers)

    assert answered.status_code == status
    assert world.why(answered)["stubs"] == ["X-Mock-Outcome"]


@pytest.mark.parametrize("operation", ["admin-health", "services-health", "look-up"])
@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (
            {"then": {"refuse": 63}},
            "stub: then.refuse: is for sends only; '{}' allows fault, delay, hold and answer",
        ),
        ({"then": {"drop": True}}, "stub: then.drop: is for sends only; '{}' allows fault"),
        ({"then": {"deliver": "READ"}}, "stub: then.deliver: is for sends only; '{}' allows fault"),
        ({"when": {"text": "Hello"}}, "stub: when.text: never matches: a request of '{}' has none"),
        ({"when": {"destination": DESTINATION}}, "stub: when.destination: never matches: a request of '{}' has none"),
    ],
)
def test_criteria_and_outcomes_of_sends_are_refused_for_other_operations(
    world: SessionClient, operation: str, part: dict[str, dict[str, object]], sentence: str
) -> None:
    """Such a stub would have no effect."""
    stub = {"then": part.get("then", {"hold": True}), "when": {"operation": operation} | part.get("when", {})}

    refused = world.request("POST", "/_control/stubs", stub)

    assert_control_error(refused, 400, "Bad stub", sentence.format(operation))


def test_the_header_can_be_switched_off(worlds: SessionFactory) -> None:
    """Then it is ignored like any unknown header."""
    world = worlds(outcome_header=False)

    assert_accepted(world.send(headers={"X-Mock-Outcome": "refuse=61"}))
    assert_accepted(world.send(headers={"X-Mock-Outcome": "nonsense"}))


def test_stubs_are_listed_counted_and_removed(world: SessionClient) -> None:
    """Those of the control API first; those that no request matched are named."""
    used, idle = force(world, {"refuse": 61}, times=1), force(world, {"refuse": 8}, when={"text": "never"})
    world.send()

    listed = world.control("GET", "/stubs")
    one = world.control("GET", f"/stubs/{used}")
    world.control("DELETE", f"/stubs/{used}")

    assert [each["id"] for each in listed["stubs"][:3]] == [used, idle, "stubs[0]"]
    assert listed["unmatched"] == [idle]
    assert (one["matched"], one["applied"], one["exhausted"]) == (1, 1, True)
    assert_control_error(world.request("GET", f"/_control/stubs/{used}"), 404, "Unknown stub", repr(used))
    assert_control_error(world.request("DELETE", "/_control/stubs/stubs[0]"), 409, "Not deletable", "PATCH")
    assert world.control("DELETE", "/stubs") == {"deleted": 1}
    assert_accepted(world.send())


def test_deleting_a_session_names_its_unmatched_stubs(worlds: SessionFactory) -> None:
    """So a test learns that its stub had no effect."""
    world = worlds()
    idle = force(world, {"refuse": 61}, when={"destination": "+447700900999"})
    force(world, {"refuse": 64})
    world.send()

    answered = assert_control(world.client.delete(f"/_control/sessions/{world.name}"))

    assert answered == {"deleted": world.name, "unmatched_stubs": [idle]}


def test_stopping_a_gateway_warns_of_unmatched_stubs(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing was tested by them."""
    with MockGateway(port=None) as gateway:
        gateway.control.add_stub({"when": {"destination": DESTINATION}, "then": {"refuse": 61}})

    assert "session default ends with stubs that no request has met: s1" in caplog.text


def test_stubs_apply_only_to_their_session(worlds: SessionFactory) -> None:
    """The same send at the same instant in another session is not forced."""
    one, other = worlds(), worlds()
    force(one, {"refuse": 61})
    force(other, {"refuse": 64})

    assert_refused(one.send(), 61)
    assert_refused(other.send(), 64)
    one.control("DELETE", "/stubs")
    assert_accepted(one.send())
    assert_refused(other.send(), 64)


def near(world: SessionClient, response: httpx2.Response) -> dict[str, tuple[str, str, str]]:
    """The near misses of a response."""
    found = world.why(response)["stubs_nearly_matched"]
    return {each["id"]: (each["differs"], each["wanted"], each["saw"]) for each in found}


@pytest.mark.parametrize(
    ("when", "differs", "wanted", "saw"),
    [
        ({"destination": "+447700900124"}, "destination", "+447700900124", DESTINATION),
        ({"destination": "+39*"}, "destination", "+39*", DESTINATION),
        ({"destination": DESTINATION, "text": {"contains": "code"}}, "text", "contains code", "Hello"),
        ({"destination": DESTINATION, "account": "web-shop"}, "account", "web-shop", "admin"),
        ({"destination": DESTINATION, "key": "order-17"}, "key", "order-17", "nothing"),
        ({"destination": DESTINATION, "operation": "services"}, "operation", "services", "admin"),
        ({"destination": DESTINATION, "nth": 2}, "nth", "2", "1"),
    ],
)
def test_an_explanation_names_the_stub_that_nearly_matched_and_what_differed(
    world: SessionClient, when: dict[str, Any], differs: str, wanted: str, saw: str
) -> None:
    """Only one criterion was not met."""
    stub = force(world, {"refuse": 61}, when=when)
    far = force(world, {"refuse": 61}, when={"destination": "+39*", "text": "far"})

    found = near(world, world.send())

    assert found[stub] == (differs, wanted, saw)
    assert far not in found


def test_an_explanation_names_stubs_that_limits_or_precedence_kept_away(world: SessionClient) -> None:
    """Used up, out of time, not drawn, preceded by another, or never asked."""
    once = force(world, {"refuse": 61}, times=1)
    first = world.send()
    brief = force(world, {"refuse": 61}, **{"for": "1s"})
    world.advance(1)
    unlucky = force(world, {"refuse": 61}, probability=1e-9)
    winner = force(world, {"refuse": 64}, priority=1)
    outrun = force(world, {"refuse": 8}, times=5)

    second = near(world, world.send())
    unauthenticated = near(world, world.send(auth=("admin", "guess")))

    assert second[once][0] == "times"
    assert second[outrun] == ("turn", "to go first", f"{winner} went first")
    assert unauthenticated[winner] == ("turn", "a request that comes as far as it", "one that was decided before")
    world.control("DELETE", f"/stubs/{winner}")
    world.control("DELETE", f"/stubs/{outrun}")
    third = near(world, world.send())
    assert third[brief][:2] == ("for", "before its time was over")
    assert third[unlucky][:2] == ("probability", "a draw below 1e-09")
    assert near(world, first) == {}


def test_a_stub_that_was_made_later_is_no_near_miss(world: SessionClient) -> None:
    """It did not exist when the request came."""
    answered = world.send()
    force(world, {"refuse": 61}, when={"destination": "+447700900124"})

    assert near(world, answered) == {}


def test_what_a_near_miss_shows_is_masked(world: SessionClient) -> None:
    """A password in a text is masked there too."""
    force(world, {"refuse": 61}, when={"destination": DESTINATION, "text": "admin-secret"})

    found = world.why(world.send("my password is admin-secret"))["stubs_nearly_matched"]

    assert found[0]["saw"] == "my password is ***"
    assert "admin-secret" not in str(found)


def test_a_forced_acceptance_does_not_bypass_authentication(world: SessionClient) -> None:
    """Bad credentials are refused before the stub applies."""
    force(world, {"accept": True})

    assert_refused(world.send(auth=("admin", "guess")), 63)
    assert_accepted(world.send(auth=ADMIN))
