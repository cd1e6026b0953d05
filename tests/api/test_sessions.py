"""Sessions: isolated worlds on one server, created, chosen, listed and deleted over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from mock_server.api.guard import Access
from mock_server.testing import MockGateway
from tests.support import (
    ADMIN,
    DESTINATION,
    MORNING,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_control,
    assert_control_error,
    assert_refused,
    basic,
)

SESSIONS = "/_control/sessions"


@pytest.fixture
def alone() -> MockGateway:
    """A gateway whose default session no other test uses."""
    return MockGateway()


def test_a_session_is_answered_with_its_name_and_base_url(gateway: MockGateway, worlds: SessionFactory) -> None:
    """201, and the base URL for a client."""
    client = worlds.client
    created = assert_control(
        client.post(SESSIONS, json={"name": "orders-42", "seed": 7, "clock": {"mode": "frozen", "at": MORNING}}), 201
    )
    worlds.made.append("orders-42")

    assert created == {
        "id": "orders-42",
        "scenario": "Everyday gateway",
        "seed": 7,
        "clock": {"mode": "frozen", "now": MORNING},
        "base_url": f"{gateway.url}/~orders-42",
    }
    shown = assert_control(client.get(f"{SESSIONS}/orders-42"))
    assert shown["idle_seconds"] >= 0
    held = {"messages": 0, "exchanges": 0, "webhook_attempts": 0, "notifications_pending": 0}
    assert shown == created | held | {"idle_seconds": shown["idle_seconds"], "stubs": shown["stubs"]}
    answer = client.post(
        f"{created['base_url']}/api/Admin/send", json={"destination": DESTINATION, "text": "Hi"}, auth=ADMIN
    )
    assert_accepted(answer)


def test_a_session_has_a_name_a_seed_and_real_time_by_default(worlds: SessionFactory) -> None:
    """An empty object, or no body, creates a session like the default one."""
    first = assert_control(worlds.client.post(SESSIONS, json={}), 201)
    second = assert_control(worlds.client.post(SESSIONS), 201)
    worlds.made += [first["id"], second["id"]]

    assert first["id"] != second["id"]
    assert first["seed"] != second["seed"]
    assert first["clock"]["mode"] == "real"


def test_the_base_url_has_the_host_of_the_request() -> None:
    """A client that uses a container's name gets a URL with that name."""
    with MockGateway(access=Access(hosts=frozenset({"sms-mock"}))) as running:
        answer = httpx2.post(running.url + SESSIONS, headers={"Host": "sms-mock:8080"}, trust_env=False)
        created = assert_control(answer, 201)

    assert created["base_url"] == f"http://sms-mock:8080/~{created['id']}"


def test_a_session_may_take_a_scenario_of_the_pack_or_one_of_its_own(worlds: SessionFactory) -> None:
    """By name, or inline."""
    by_name = worlds(scenario="watchlist")
    inline = worlds(scenario={"version": 1, "title": "mine", "unreachable": [DESTINATION]})

    assert assert_control(by_name.request("GET", "/_control/scenario"))["watchlist"]
    assert_refused(inline.send(), 8)


@pytest.mark.parametrize(
    ("asked", "message", "details"),
    [
        ({"nmae": "x"}, "Bad request", "unknown: nmae; known: clock, name, overrides, scenario, seed"),
        ({"name": ""}, "Bad request", "name: '' is not 1 to 64 of A-Z a-z 0-9 . _ -, letter or digit first"),
        ({"name": "a/b"}, "Bad request", "name: 'a/b' is not 1 to 64"),
        ({"name": "-a"}, "Bad request", "name: '-a' is not 1 to 64"),
        ({"name": "a" * 65}, "Bad request", "is not 1 to 64"),
        ({"name": "ä"}, "Bad request", "is not 1 to 64"),
        ({"name": 7}, "Bad request", "name: 7 is not 1 to 64"),
        ({"name": "."}, "Bad request", "name: '.' is not 1 to 64"),
        ({"name": ".."}, "Bad request", "name: '..' is not 1 to 64"),
        ({"name": "a/../b"}, "Bad request", "name: 'a/../b' is not 1 to 64"),
        ({"name": "%2e%2e"}, "Bad request", "is not 1 to 64"),
        ({"name": "a\n"}, "Bad request", "name: 'a\\n' is not 1 to 64"),
        ({"name": "a b"}, "Bad request", "is not 1 to 64"),
        ({"name": "a\x00"}, "Bad request", "is not 1 to 64"),
        ({"name": "x" * 9000}, "Bad request", "name: '" + "x" * 80 + "' is not 1 to 64"),
        ({"scenario": "no-such"}, "Unknown scenario", "scenario: no 'no-such' in the pack; known: bad-credentials"),
        ({"scenario": "../pyproject.toml"}, "Unknown scenario", "in the pack"),
        ({"scenario": {"title": "x"}}, "Bad scenario", "scenario: version:"),
        ({"scenario": {"version": 1, "watchlst": []}}, "Bad scenario", "watchlist"),
        ({"scenario": "default.yaml"}, "Unknown scenario", "in the pack"),
        ({"scenario": ""}, "Unknown scenario", "in the pack"),
        ({"overrides": []}, "Bad request", "overrides: an object of whole parts of a scenario is required"),
        ({"overrides": "watchlist"}, "Bad request", "overrides: an object of whole parts"),
        ({"overrides": {"watchlst": []}}, "Bad scenario", "overrides: watchlst: unknown key"),
        ({"overrides": {"version": 2}}, "Bad scenario", "overrides: version:"),
        ({"overrides": {"seed": 7}}, "Bad scenario", "overrides: seed: stands beside 'overrides', not in it"),
        ({"overrides": {"clock": {}}}, "Bad scenario", "overrides: clock: stands beside 'overrides', not in it"),
        ({"overrides": {"services": [1]}, "seed": "x"}, "Bad scenario", "overrides: services[0]:"),
        ({"overrides": {"services": [1]}, "seed": "x"}, "Bad scenario", "session: seed:"),
        ({"scenario": [1]}, "Bad scenario", "scenario"),
        ({"scenario": 7}, "Bad scenario", "scenario"),
        ({"seed": "seven"}, "Bad scenario", "session: seed:"),
        ({"seed": 1.5}, "Bad scenario", "session: seed:"),
        ({"seed": True}, "Bad scenario", "session: seed:"),
        ({"clock": "frozen"}, "Bad scenario", "session: clock:"),
        ({"clock": {"mode": "scaled"}}, "Bad scenario", "session: clock.factor:"),
        ({"clock": {"mode": "slow"}}, "Bad scenario", "session: clock.mode:"),
        ({"clock": {"mode": "frozen", "at": "tomorrow"}}, "Bad scenario", "session: clock.at:"),
        ({"clock": {"at": MORNING}}, "Bad scenario", "mode: frozen"),
    ],
)
def test_an_invalid_session_is_refused_with_a_reason(
    client: httpx2.Client, asked: dict[str, object], message: str, details: str
) -> None:
    """400 with what is wrong and what is allowed; no session is created."""
    before = len(assert_control(client.get(SESSIONS))["sessions"])

    assert_control_error(client.post(SESSIONS, json=asked), 400, message, details)

    assert len(assert_control(client.get(SESSIONS))["sessions"]) == before


def test_overrides_replace_whole_parts_of_the_scenario_that_was_chosen(
    worlds: SessionFactory, client: httpx2.Client
) -> None:
    """For this session only, and permanently: a reset keeps them."""
    asked = {"scenario": "flooded", "overrides": {"title": "mine", "watchlist": [DESTINATION]}, "seed": 7}
    name = assert_control(client.post(SESSIONS, json=asked), 201)["id"]
    worlds.made.append(name)
    world, other = SessionClient(client, name), worlds(scenario="flooded")

    assert_refused(world.send(), 61)
    world.patch(watchlist=[])
    world.control("POST", "/reset")

    assert_refused(world.send(), 61)
    scenario = world.control("GET", "/scenario")
    assert (scenario["title"], scenario["seed"], scenario["anti_flooding"]["volume"]["limit"]) == ("mine", 7, 3)
    assert_accepted(other.send())


def test_overrides_are_validated_together_with_the_other_parts(client: httpx2.Client) -> None:
    """A limit of the scenario cannot be contradicted by a switch."""
    asked = {"scenario": "flooded", "overrides": {"assume": {"AF-2": 100}}}

    assert_control_error(client.post(SESSIONS, json=asked), 400, "Bad scenario", "overrides: assume.AF-2: sets the")


def test_overrides_without_a_scenario_are_of_the_default_one(worlds: SessionFactory, client: httpx2.Client) -> None:
    """As it was created."""
    name = assert_control(client.post(SESSIONS, json={"overrides": {"watchlist": ["+39*"]}}), 201)["id"]
    worlds.made.append(name)

    found = SessionClient(client, name).control("GET", "/scenario")

    assert found["title"] == "Everyday gateway"
    assert found["watchlist"] == ["+39*"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-such", 'no session \'no-such\'; POST /_control/sessions creates one: {"name": "no-such"}'),
        ("..x", "no session '..x'; POST /_control/sessions creates one, its name 1 to 64 of A-Z"),
        ("x" * 5000, "no session '" + "x" * 64 + "…'; POST"),
        ("a%1b[31m", "no session 'a\\x1b[31m'; POST"),
        ("admin-secret", "no session '***'; POST"),
    ],
)
def test_an_unknown_name_is_shown_cut_escaped_and_masked(client: httpx2.Client, name: str, said: str) -> None:
    """Long names are cut, control characters are escaped, and a password is masked."""
    found = assert_control(client.get(f"/~{name}/_ready"), 404)

    assert found["details"].startswith(said)
    assert len(found["details"]) < 250


def test_a_name_that_is_taken_is_a_conflict(world: SessionClient, client: httpx2.Client) -> None:
    """409 with the two ways out; the first session is unchanged."""
    world.send()

    refused = client.post(SESSIONS, json={"name": world.name})

    assert_control_error(
        refused, 409, "Session exists", f"name: '{world.name}' is taken; DELETE it or choose another"
    )
    assert len(world.messages()) == 1


def test_numbers_of_unnamed_sessions_skip_names_in_use(alone: MockGateway) -> None:
    """Sessions without a name are numbered around named ones."""
    with alone, httpx2.Client(base_url=alone.url, trust_env=False) as client:
        named = assert_control(client.post(SESSIONS, json={"name": "s1"}), 201)
        numbered = assert_control(client.post(SESSIONS), 201)

    assert (named["id"], numbered["id"]) == ("s1", "s2")


def test_sessions_are_listed_and_the_default_one_is_always_there(alone: MockGateway) -> None:
    """Oldest first; the default session cannot be deleted."""
    with alone, httpx2.Client(base_url=alone.url, trust_env=False) as client:
        client.post(SESSIONS, json={"name": "mine"})
        listed = assert_control(client.get(SESSIONS))["sessions"]
        deleted = assert_control(client.delete(f"{SESSIONS}/mine"))
        left = assert_control(client.get(SESSIONS))["sessions"]
        refused = client.delete(f"{SESSIONS}/default")

    assert [each["id"] for each in listed] == ["default", "mine"]
    assert deleted == {"deleted": "mine", "unmatched_stubs": []}
    assert [each["id"] for each in left] == ["default"]
    assert_control_error(
        refused, 409, "Not deletable", "the session 'default' stays; POST /_control/reset empties it"
    )


@pytest.mark.parametrize("path", ["/api/Admin/send", "/_control/messages", "/_ready", "/", ""])
def test_an_unknown_session_is_not_found_by_any_request(client: httpx2.Client, path: str) -> None:
    """404 that says how to create it, by prefix and by header."""
    by_prefix = client.post(f"/~no-such{path}")
    by_header = client.post(path, headers={"X-Mock-Session": "no-such"})
    nameless = client.post(f"/~{path}")

    said = "no session 'no-such'; POST /_control/sessions creates one"
    assert_control_error(by_prefix, 404, "Unknown session", said)
    assert_control_error(by_header, 404, "Unknown session", said)
    assert_control_error(nameless, 404, "Unknown session", "no session ''")
    assert_control_error(client.get(f"{SESSIONS}/no-such"), 404, "Unknown session", said)
    assert_control_error(client.delete(f"{SESSIONS}/no-such"), 404, "Unknown session", said)


def test_a_session_that_was_deleted_is_unknown_and_its_name_is_free(
    worlds: SessionFactory, client: httpx2.Client
) -> None:
    """A new session of the name begins empty."""
    world = worlds()
    world.send()
    client.delete(f"{SESSIONS}/{world.name}")
    gone = world.request("GET", "/_control/messages")

    assert_control(client.post(SESSIONS, json={"name": world.name}), 201)

    assert_control_error(gone, 404, "Unknown session", "creates one")
    assert (world.messages(), world.exchanges()) == ([], [])


def test_the_header_chooses_a_session_as_the_prefix_does(world: SessionClient, client: httpx2.Client) -> None:
    """For clients with a fixed base URL; the prefix takes precedence."""
    body = {"destination": DESTINATION, "text": "Hi"}
    headers = {"Authorization": basic(*ADMIN), "X-Mock-Session": world.name}

    sent = client.post("/api/Admin/send", json=body, headers=headers)
    both = client.post(f"{world.prefix}/api/Admin/send", json=body, headers=headers | {"X-Mock-Session": "no-such"})
    listed = assert_control(client.get("/_control/messages", headers={"X-Mock-Session": world.name}))["messages"]

    assert [each["id"] for each in listed] == [assert_accepted(both), assert_accepted(sent)]
    assert world.messages() == listed


@pytest.mark.requirement("AF-2", "AF-3")
@pytest.mark.parametrize("by", ["prefix", "header"])
def test_two_sessions_share_neither_windows_nor_clock_nor_messages_nor_journal(
    worlds: SessionFactory, by: str
) -> None:
    """What fills one session leaves the other empty."""
    parts = {"version": 1, "anti_flooding": {"volume": {"limit": 1}}}
    one, other = worlds(scenario=parts), worlds(scenario=parts)

    def send(world: SessionClient, text: str) -> httpx2.Response:
        if by == "prefix":
            return world.send(text)
        return world.client.post(
            "/api/Admin/send",
            json={"destination": DESTINATION, "text": text},
            headers={"Authorization": basic(*ADMIN), "X-Mock-Session": world.name},
        )

    assert_accepted(send(one, "1"))
    assert_refused(send(one, "2"), 60)
    one.advance(60)
    one.patch(watchlist=["+1*"])

    assert (other.messages(), other.exchanges()) == ([], [])
    assert other.control("GET", "/clock")["now"] == MORNING
    assert "watchlist" not in other.control("GET", "/scenario")
    assert_accepted(send(other, "1"))
    assert len(one.exchanges()) == 2


def test_two_sessions_share_neither_stubs_nor_receivers_nor_webhooks_nor_snapshots(
    worlds: SessionFactory, gateway: MockGateway
) -> None:
    """Both have one scenario, which is compiled once: nothing done to one changes the other."""
    stub = {"when": {"destination": "+447700900064"}, "then": {"refuse": 64}, "times": 1}
    one, other = worlds(scenario={"version": 1, "stubs": [stub]}), worlds(scenario={"version": 1, "stubs": [stub]})
    twin = worlds()
    for world in (one, twin):
        added = {"when": {"destination": DESTINATION, "text": {"contains": "stop"}}, "then": {"refuse": 8}}
        assert_control(world.request("POST", "/_control/stubs", added), 201)
        world.control("PUT", "/receiver/shop", {"answer": 500})
        world.send(webhook={"url": f"{gateway.url}{world.prefix}/_control/receiver/shop"})
        world.send("x", "+447700900064")
        world.advance(5)
        assert_control(world.request("POST", "/_control/snapshots"), 201)
    third = worlds()

    for world in (other, third):
        own = [each for each in world.control("GET", "/stubs")["stubs"] if each["origin"] == "control"]
        assert own == []
        assert all(each["applied"] == 0 for each in world.control("GET", "/stubs")["stubs"])
        assert world.control("GET", "/receiver/shop")["received"] == []
        assert world.control("GET", "/webhooks")["webhooks"] == []
        assert world.control("GET", "/snapshots")["snapshots"] == []
        assert_accepted(world.send("stop"))
        assert_refused(world.send("x", "+447700900064"), 64)
    assert len(one.control("GET", "/webhooks")["webhooks"]) >= 1


def test_two_sessions_of_one_compiled_scenario_share_no_windows(
    worlds: SessionFactory,
) -> None:
    """A patch, a seed and a clock of one change nothing in the other."""
    one, other = worlds(scenario="flooded", seed=1), worlds(scenario="flooded", seed=2)
    ids = [assert_accepted(world.send()) for world in (one, other)]

    one.patch(anti_flooding={"volume": {"limit": 1}}, accounts=[{"username": "a", "password": "only-here"}])

    assert ids[0] != ids[1]
    assert_accepted(other.send("again"))
    assert_refused(one.send("again"), 63)
    assert_refused(other.send("again", auth=("a", "only-here")), 63)


def test_the_default_session_is_the_one_of_requests_that_name_none(alone: MockGateway) -> None:
    """By the bare URL, by its own prefix, and by the header."""
    body = {"destination": DESTINATION, "text": "Hi"}
    with alone, httpx2.Client(base_url=alone.url, trust_env=False, auth=ADMIN) as client:
        client.post("/api/Admin/send", json=body)
        client.post("/~default/api/Admin/send", json=body)
        client.post("/api/Admin/send", json=body | {"text": "other"}, headers={"X-Mock-Session": "default"})
        listed = assert_control(client.get("/_control/messages"))["messages"]

    assert len(listed) == 3


def test_a_new_session_has_the_default_sessions_original_scenario(alone: MockGateway) -> None:
    """Patches of the default session do not apply to new sessions."""
    with alone, httpx2.Client(base_url=alone.url, trust_env=False) as client:
        client.patch("/_control/scenario", json={"watchlist": ["+39*"]})
        assert_control(client.post(SESSIONS, json={"name": "fresh"}), 201)
        scenario = assert_control(client.get("/~fresh/_control/scenario"))

    assert scenario["watchlist"] == ["+447700900061"]
