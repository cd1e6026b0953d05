"""The control API: readiness, clock, scenario, reset, lists, and refusals."""

from __future__ import annotations

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.raw_client import RawConnection, raw_request
from tests.support import (
    DESTINATION,
    MORNING,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_control,
    assert_control_error,
    assert_refused,
)

EVERYTHING: dict[str, object] = {
    "title": "patched",
    "description": "all parts",
    "accounts": [{"username": "boss", "password": "boss-secret", "admin": True}],
    "api_keys": ["another-key"],
    "services": ["BANKING"],
    "watchlist": ["+391*"],
    "unreachable": ["+392*"],
    "anti_flooding": {"volume": {"limit": 5, "window": "10m"}, "duplicates": {"limit": 3, "window": "5m"}},
    "providers": [{"name": "ONLY"}],
    "health": {"database": "down"},
    "stubs": [{"when": {"destination": "+393123456789"}, "then": {"refuse": 64}}],
    "faults": [{"when": {"destination": "+393123456788"}, "then": {"fault": "503"}}],
    "outcome_header": False,
    "assume": {"URL-3": "explicit"},
}


def test_ready_names_the_session_its_scenario_and_its_clock(world: SessionClient) -> None:
    """200 once the session is ready to serve."""
    found = assert_control(world.request("GET", "/_ready"))

    assert found["ready"] is True
    assert (found["id"], found["scenario"]) == (world.name, "Everyday gateway")
    assert found["clock"] == {"mode": "frozen", "now": MORNING}
    assert type(found["seed"]) is int


@pytest.mark.parametrize(
    ("asked", "now"),
    [
        ({"seconds": 3600}, "2026-01-15T10:00:00Z"),
        ({"seconds": 0}, MORNING),
        ({"seconds": 0.5}, MORNING),
        ({"seconds": 1.999999}, "2026-01-15T09:00:01Z"),
        ({"duration": "1h"}, "2026-01-15T10:00:00Z"),
        ({"duration": "1h30m"}, "2026-01-15T10:30:00Z"),
        ({"duration": "500ms"}, MORNING),
        ({"seconds": None, "duration": "90s"}, "2026-01-15T09:01:30Z"),
    ],
)
def test_the_clock_advances_by_seconds_or_by_a_duration(
    world: SessionClient, asked: dict[str, object], now: str
) -> None:
    """The answer is the clock's new instant."""
    answered = world.control("POST", "/clock/advance", asked)

    assert answered == {
        "mode": "frozen",
        "now": now,
        "complete": True,
        "pending": 0,
        "fired": [],
        "webhook_attempts": 0,
        "status_changes": 0,
    }
    assert world.control("GET", "/clock")["now"] == now


@pytest.mark.parametrize(
    ("asked", "details"),
    [
        ({}, 'give either {"seconds": 3600} or {"duration": "1h"}'),
        ({"seconds": 1, "duration": "1s"}, "give either"),
        ({"seconds": -1}, "seconds: -1 is not a number from 0 to"),
        ({"seconds": "60"}, "seconds: '60' is not a number"),
        ({"seconds": True}, "seconds: True is not a number"),
        ({"seconds": 1e15}, "seconds: 1000000000000000.0 is not a number"),
        ({"seconds": 10**30}, "is not a number from 0 to"),
        ({"duration": "1 hour"}, "duration: must be a length of time with its unit"),
        ({"duration": 60}, "duration: must be a length of time with its unit"),
        ({"duration": ""}, "duration: must be"),
        ({"minutes": 1}, "unknown: minutes; known: duration, limit, seconds, until, wall_limit"),
        ({"seconds": 8000 * 366 * 24 * 3600}, "the clock would pass 9999-12-31T23:59:59Z"),
    ],
)
def test_an_invalid_advance_is_refused_and_moves_nothing(
    world: SessionClient, asked: dict[str, object], details: str
) -> None:
    """400 with a reason."""
    refused = world.request("POST", "/_control/clock/advance", asked)

    assert_control_error(refused, 400, "Bad request", details)
    assert world.control("GET", "/clock")["now"] == MORNING


def test_the_clock_freezes_now_or_at_an_instant(worlds: SessionFactory) -> None:
    """A real clock stops; a frozen one is moved to another instant, also an earlier one."""
    world = worlds(frozen_at=None)
    before = world.control("GET", "/clock")["mode"]

    stopped = world.control("POST", "/clock/freeze", {})
    still = world.control("GET", "/clock")
    put = world.control("POST", "/clock/freeze", {"at": "2026-01-15T10:00:00+01:00"})

    assert before == "real"
    assert stopped == still
    assert put == {"mode": "frozen", "now": MORNING}


@pytest.mark.parametrize(
    ("asked", "details"),
    [
        ({"at": "soon"}, "at: must be a point in time"),
        ({"at": "2026-02-30T00:00:00Z"}, "at: is not a valid date and time"),
        ({"at": "2026-01-15T09:00:00"}, "at: must be a point in time"),
        ({"at": "1969-12-31T23:59:59Z"}, "at: must lie between the years 1970 and 9999"),
        ({"at": 0}, "at: must be a point in time"),
        ({"until": MORNING}, "unknown: until; known: at"),
    ],
)
def test_an_invalid_freeze_is_refused(world: SessionClient, asked: dict[str, object], details: str) -> None:
    """400 with a reason."""
    assert_control_error(world.request("POST", "/_control/clock/freeze", asked), 400, "Bad request", details)


@pytest.mark.requirement("AF-2", "AF-4")
def test_the_gateway_works_near_the_last_representable_date(worlds: SessionFactory) -> None:
    """AF-2: a window may end after year 9999, which no date can express; that is not a bug."""
    world = worlds(anti_flooding={"volume": {"limit": 1}}, frozen_at="9999-12-31T23:59:59Z")

    first, second = world.send("1"), world.send("2")

    assert_accepted(first)
    assert_refused(second, 60)
    assert world.why(second)["outcome"] == "refused"
    assert world.why(first)["outcome"] == "accepted"


def test_every_top_level_part_can_be_replaced(world: SessionClient) -> None:
    """The answer is the scenario in force, with passwords masked."""
    answered = world.control("PATCH", "/scenario", EVERYTHING)

    masked = [{"username": "boss", "password": "***", "admin": True}]
    clock = {"mode": "frozen", "at": MORNING}
    assert answered == {"version": 1, **EVERYTHING, "accounts": masked, "api_keys": ["***"], "clock": clock}
    assert world.control("GET", "/scenario") == answered
    auth = ("boss", "boss-secret")
    assert_accepted(world.send(auth=auth, detailed=True, reference={"service": "BANKING"}), provider="ONLY")
    assert_refused(world.send(), 63)
    assert_refused(world.send(auth=auth, destination="+3911234567"), 61)
    assert_refused(world.send(auth=auth, destination="+3921234567"), 8)
    assert_refused(world.send(auth=auth, destination="+393123456789"), 64)
    assert world.send(auth=auth, destination="+393123456788").status_code == 503
    assert_accepted(world.send("see example.com", auth=auth, headers={"X-Mock-Outcome": "refuse=61"}))
    health = world.post("/api/Services/checkServiceStatus", auth=None)
    assert health.json()["dbStatus"] is False
    codes = [world.send(f"{number}", auth=auth).json().get("code") for number in range(4)]
    assert codes == [None, None, None, 60]


def test_a_patch_changes_neither_windows_nor_messages_nor_clock_nor_journal(world: SessionClient) -> None:
    """Only the named part changes."""
    world.send()
    world.advance(60)
    before = (world.messages(), world.exchanges(), world.control("GET", "/clock"))

    world.patch(watchlist=["+39*"])

    assert (world.messages(), world.exchanges(), world.control("GET", "/clock")) == before
    outcomes = [world.why(world.send())["outcome"] for _ in range(2)]
    assert outcomes == ["accepted", "silently dropped"]


@pytest.mark.parametrize(
    ("parts", "details"),
    [
        ({"seed": 1}, "PATCH: seed: is fixed when a session is created"),
        ({"clock": {"mode": "real"}}, "PATCH: clock: is fixed when a session is created"),
        ({"watchlst": []}, "watchlist"),
        ({"watchlist": ["447700900123"]}, "PATCH: watchlist[0]:"),
        ({"anti_flooding": {"volume": {"limit": -1}}}, "PATCH: anti_flooding.volume.limit:"),
        ({"assume": {"AF-2": 7}}, "PATCH: assume.AF-2:"),
        ({"assume": {"AF-99": 7}}, "AF-99"),
        ({"stubs": [{"when": {"destination": DESTINATION}, "then": {"refuse": 1}}]}, "PATCH: stubs[0].then.refuse:"),
        ({"version": 2}, "PATCH: version:"),
        ({"accounts": [{"username": "a", "password": "***"}]}, "password"),
    ],
)
def test_an_invalid_patch_is_refused_as_a_whole(world: SessionClient, parts: dict[str, object], details: str) -> None:
    """400 with every flaw; valid parts of the same patch are not applied either."""
    refused = world.request("PATCH", "/_control/scenario", {"title": "taken"} | parts)

    assert_control_error(refused, 400, "Bad scenario", details)
    assert world.control("GET", "/scenario")["title"] == "Everyday gateway"


def test_a_reset_returns_to_the_session_as_it_was_created(world: SessionClient) -> None:
    """Scenario, clock, windows, messages and journal are reset; the seed stays."""
    before = world.control("GET", f"/sessions/{world.name}")
    for _ in range(3):
        world.send()
    world.advance(60)
    world.patch(watchlist=["+39*"], title="patched")

    answered = world.control("POST", "/reset")

    assert answered == {key: before[key] for key in ("id", "scenario", "seed", "clock")}
    assert world.control("GET", f"/sessions/{world.name}") | {"idle_seconds": 0} == before | {"idle_seconds": 0}
    assert (world.messages(), world.exchanges()) == ([], [])
    assert world.control("GET", "/scenario")["title"] == "Everyday gateway"
    assert world.control("GET", "/clock")["now"] == MORNING
    again = world.send()
    assert (again.headers["x-mock-exchange"], world.why(again)["outcome"]) == ("1", "accepted")


def test_messages_are_listed_newest_first_in_pages(world: SessionClient) -> None:
    """With `limit` and `before`, a page continues where the previous one ended."""
    ids = [assert_accepted(world.send(f"{number}")) for number in range(5)][::-1]

    first = world.control("GET", "/messages?limit=2")
    second = world.control("GET", f"/messages?limit=2&before={ids[1]}")
    last = world.control("GET", f"/messages?before={ids[3]}")

    assert [each["id"] for page in (first, second, last) for each in page["messages"]] == ids
    assert (first["evicted"], last["evicted"]) == (0, 0)
    assert world.control("GET", f"/messages?before={ids[4]}")["messages"] == []


def test_exchanges_are_listed_newest_first_in_pages(world: SessionClient) -> None:
    """With `limit` and `before`; control requests are not listed."""
    for number in range(5):
        world.send(f"{number}")

    first = world.control("GET", "/exchanges?limit=2")
    second = world.control("GET", "/exchanges?limit=2&before=4")
    last = world.control("GET", "/exchanges?before=2")

    assert [each["id"] for page in (first, second, last) for each in page["exchanges"]] == ["5", "4", "3", "2", "1"]
    assert set(first) == {"exchanges", "evicted", "raw_bodies_evicted"}


def test_a_list_holds_a_thousand_items_by_default(gateway: MockGateway, world: SessionClient) -> None:
    """The default of `limit`."""
    session = gateway.server.sessions.get(world.name)
    assert session is not None
    for number in range(1001):
        session.state.journal.open(session.now(), "POST", f"/{number}".encode(), [])

    assert len(world.exchanges()) == 1000
    assert len(world.control("GET", "/exchanges?limit=2000")["exchanges"]) == 1001


@pytest.mark.parametrize("path", ["messages", "exchanges"])
@pytest.mark.parametrize("limit", ["0", "-1", "", "x", "1.5", "100001", "9" * 30, "%C2%B2", "+1", "1e3"])
def test_an_invalid_limit_is_refused(world: SessionClient, path: str, limit: str) -> None:
    """400 with the allowed range."""
    refused = world.request("GET", f"/_control/{path}?limit={limit}")

    assert_control_error(refused, 400, "Bad request", "is not a number from 1 to 100000")


@pytest.mark.parametrize("unknown", ["no-such", "0", "99", "-1", "%00", "", "1%20", "01", "9" * 30, "%D9%A1"])
def test_an_unknown_id_is_not_found(world: SessionClient, unknown: str) -> None:
    """404, for one exchange and for both kinds of `before`."""
    world.send()

    assert_control_error(
        world.request("GET", f"/_control/exchanges?before={unknown}"), 404, "Unknown exchange", "before: no exchange"
    )
    assert_control_error(
        world.request("GET", f"/_control/messages?before={unknown}"), 404, "Unknown message", "before: no message"
    )
    if unknown:
        one = world.request("GET", f"/_control/exchanges/{unknown}")
        assert_control_error(one, 404, "Unknown exchange", "this session keeps its newest exchanges; 0 older ones")


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/_control", 404, "Not found"),
        ("GET", "/_control/", 404, "Not found"),
        ("GET", "/_control/messages/", 404, "Not found"),
        ("GET", "/_control/exchanges/", 404, "Not found"),
        ("GET", "/_ready/", 404, "Not found"),
        ("POST", "/_control/messages", 405, "Method not allowed"),
        ("DELETE", "/_ready", 405, "Method not allowed"),
        ("PUT", "/_control/scenario", 405, "Method not allowed"),
        ("GET", "/_control/reset", 405, "Method not allowed"),
    ],
)
def test_an_unknown_control_path_or_method_is_refused_in_the_control_format(
    world: SessionClient, method: str, path: str, status: int, message: str
) -> None:
    """The envelope, the version, `Allow` for a method; the journal has no entry."""
    refused = world.request(method, path)

    assert_control_error(refused, status, message, f"{method} {path}")
    assert ("allow" in refused.headers) == (status == 405)
    assert world.exchanges() == []


@pytest.mark.parametrize(
    ("body", "status", "message", "details"),
    [
        (b"[]", 400, "Malformed request", "body: a JSON object is required"),
        (b"{", 400, "Malformed request", "body: "),
        (b'"\xff"', 400, "Malformed request", "body: "),
        (b"[" * 10_000, 400, "Malformed request", "body: "),
        (
            b'{"seconds":' + b"9" * 5000 + b"}",
            400,
            "Bad request",
            "seconds: inf is not a number from 0 to 253402300799",
        ),
        (
            rb'{"duration":"\ud83d"}',
            400,
            "Malformed request",
            "body: half of a surrogate pair stands alone in an escape",
        ),
        (b"x" * (1024 * 1024 + 1), 413, "Payload too large", "body: at most 1 MiB is allowed"),
    ],
    ids=["array", "cut off", "not UTF-8", "nested", "5000 digits", "half a pair", "too large"],
)
def test_a_control_request_with_a_bad_body_is_refused(
    world: SessionClient, body: bytes, status: int, message: str, details: str
) -> None:
    """Never a bug, and always with the version header."""
    refused = world.client.post(f"{world.prefix}/_control/clock/advance", content=body)

    assert_control_error(refused, status, message, details)


def test_head_is_get_without_the_body(world: SessionClient) -> None:
    """Load balancers check `/_ready` with HEAD."""
    head = world.request("HEAD", "/_ready")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["x-mock-control-version"] == "1"
    assert int(head.headers["content-length"]) == len(world.request("GET", "/_ready").content)


def test_a_control_request_that_is_cut_off_changes_nothing(gateway: MockGateway, world: SessionClient) -> None:
    """A verb is performed only when its body is complete."""
    with RawConnection(gateway.url) as connection:
        path = f"{world.prefix}/_control/reset"
        connection.send(raw_request(path, b"{", declared=20))
        connection.end()

    world.send()
    assert len(world.messages()) == 1


def test_every_control_answer_has_the_version(client: httpx2.Client) -> None:
    """Also in the default session, which these requests only read."""
    for path in ("/_ready", "/_control/sessions", "/_control/clock", "/_control/no-such", "/~no-such/_ready"):
        assert client.get(path).headers["x-mock-control-version"] == "1"
