"""Sessions: isolated worlds on one server, made, chosen, listed and ended over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from mock_server.api.guard import Access
from mock_server.testing import MockGateway
from tests.support import (
    ADMIN,
    DESTINATION,
    MORNING,
    World,
    Worlds,
    assert_accepted,
    assert_control,
    assert_control_error,
    assert_refused,
    basic,
)

SESSIONS = "/_control/sessions"


@pytest.fixture
def alone() -> MockGateway:
    """A gateway whose default session no other test touches."""
    return MockGateway()


def test_a_session_is_answered_with_its_name_and_base_url(gateway: MockGateway, worlds: Worlds) -> None:
    """201, and the URL that a client takes for the gateway's own."""
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
    assert assert_control(client.get(f"{SESSIONS}/orders-42")) == created
    answer = client.post(
        f"{created['base_url']}/api/Admin/send", json={"destination": DESTINATION, "text": "Hi"}, auth=ADMIN
    )
    assert_accepted(answer)


def test_a_session_needs_nothing_and_gets_a_name_a_seed_and_real_time(worlds: Worlds) -> None:
    """An empty object, or no body at all, makes one like the default session was made."""
    first = assert_control(worlds.client.post(SESSIONS, json={}), 201)
    second = assert_control(worlds.client.post(SESSIONS), 201)
    worlds.made += [first["id"], second["id"]]

    assert first["id"] != second["id"]
    assert first["seed"] != second["seed"]
    assert first["clock"]["mode"] == "real"


def test_the_base_url_is_the_host_that_the_client_wrote() -> None:
    """Behind a container's name, the session is reached by that name."""
    with MockGateway(access=Access(hosts=frozenset({"sms-mock"}))) as running:
        answer = httpx2.post(running.url + SESSIONS, headers={"Host": "sms-mock:8080"}, trust_env=False)
        created = assert_control(answer, 201)

    assert created["base_url"] == f"http://sms-mock:8080/~{created['id']}"


def test_a_session_may_take_a_scenario_of_the_pack_or_one_of_its_own(worlds: Worlds) -> None:
    """By name, or inline."""
    by_name = worlds(scenario="watchlist")
    inline = worlds(scenario={"version": 1, "title": "mine", "unreachable": [DESTINATION]})

    assert assert_control(by_name.request("GET", "/_control/scenario"))["watchlist"]
    assert_refused(inline.send(), 8)


@pytest.mark.parametrize(
    ("asked", "message", "details"),
    [
        ({"nmae": "x"}, "Bad request", "unknown: nmae; known: clock, name, scenario, seed"),
        ({"name": ""}, "Bad request", "name: '' is not 1 to 64 of A-Z a-z 0-9 . _ -, letter or digit first"),
        ({"name": "a/b"}, "Bad request", "name: 'a/b' is not 1 to 64"),
        ({"name": "-a"}, "Bad request", "name: '-a' is not 1 to 64"),
        ({"name": "a" * 65}, "Bad request", "is not 1 to 64"),
        ({"name": "ä"}, "Bad request", "is not 1 to 64"),
        ({"name": 7}, "Bad request", "name: 7 is not 1 to 64"),
        ({"scenario": "no-such"}, "Unknown scenario", "scenario: no 'no-such' in the pack; known: bad-credentials"),
        ({"scenario": "../pyproject.toml"}, "Unknown scenario", "in the pack"),
        ({"scenario": {"title": "x"}}, "Bad scenario", "scenario: version:"),
        ({"scenario": {"version": 1, "watchlst": []}}, "Bad scenario", "watchlist"),
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
def test_a_session_that_cannot_be_made_is_refused_with_a_sentence(
    client: httpx2.Client, asked: dict[str, object], message: str, details: str
) -> None:
    """400 with what is wrong and what is allowed; nothing was made."""
    before = len(assert_control(client.get(SESSIONS))["sessions"])

    assert_control_error(client.post(SESSIONS, json=asked), 400, message, details)

    assert len(assert_control(client.get(SESSIONS))["sessions"]) == before


def test_a_name_that_is_taken_is_a_conflict(world: World, client: httpx2.Client) -> None:
    """409, with the two ways out; the first session goes on as it was."""
    world.send()

    refused = client.post(SESSIONS, json={"name": world.name})

    assert_control_error(
        refused, 409, "Session exists", f"name: '{world.name}' is taken; DELETE it or choose another"
    )
    assert len(world.messages()) == 1


def test_a_number_that_somebody_took_as_a_name_is_passed_over(alone: MockGateway) -> None:
    """Sessions without a name are numbered around those with one."""
    with alone, httpx2.Client(base_url=alone.url, trust_env=False) as client:
        named = assert_control(client.post(SESSIONS, json={"name": "s1"}), 201)
        numbered = assert_control(client.post(SESSIONS), 201)

    assert (named["id"], numbered["id"]) == ("s1", "s2")


def test_sessions_are_listed_and_the_default_one_is_always_there(alone: MockGateway) -> None:
    """Oldest first; deleting the default one is refused."""
    with alone, httpx2.Client(base_url=alone.url, trust_env=False) as client:
        client.post(SESSIONS, json={"name": "mine"})
        listed = assert_control(client.get(SESSIONS))["sessions"]
        deleted = assert_control(client.delete(f"{SESSIONS}/mine"))
        left = assert_control(client.get(SESSIONS))["sessions"]
        refused = client.delete(f"{SESSIONS}/default")

    assert [each["id"] for each in listed] == ["default", "mine"]
    assert deleted == {"deleted": "mine"}
    assert [each["id"] for each in left] == ["default"]
    assert_control_error(
        refused, 409, "Not deletable", "the session 'default' stays; POST /_control/reset empties it"
    )


@pytest.mark.parametrize("path", ["/api/Admin/send", "/_control/messages", "/_ready", "/", ""])
def test_an_unknown_session_is_not_found_whatever_is_asked_of_it(client: httpx2.Client, path: str) -> None:
    """404 that says how to make one, by prefix and by header."""
    by_prefix = client.post(f"/~no-such{path}")
    by_header = client.post(path, headers={"X-Mock-Session": "no-such"})
    nameless = client.post(f"/~{path}")

    said = "no session 'no-such'; POST /_control/sessions creates one"
    assert_control_error(by_prefix, 404, "Unknown session", said)
    assert_control_error(by_header, 404, "Unknown session", said)
    assert_control_error(nameless, 404, "Unknown session", "no session ''")
    assert_control_error(client.get(f"{SESSIONS}/no-such"), 404, "Unknown session", said)
    assert_control_error(client.delete(f"{SESSIONS}/no-such"), 404, "Unknown session", said)


def test_a_session_that_was_deleted_is_unknown_and_its_name_is_free(worlds: Worlds, client: httpx2.Client) -> None:
    """A new one of the same name begins empty."""
    world = worlds()
    world.send()
    client.delete(f"{SESSIONS}/{world.name}")
    gone = world.request("GET", "/_control/messages")

    assert_control(client.post(SESSIONS, json={"name": world.name}), 201)

    assert_control_error(gone, 404, "Unknown session", "creates one")
    assert (world.messages(), world.exchanges()) == ([], [])


def test_the_header_chooses_a_session_as_the_prefix_does(world: World, client: httpx2.Client) -> None:
    """For clients whose base URL cannot be changed; where both are given the prefix counts."""
    body = {"destination": DESTINATION, "text": "Hi"}
    headers = {"Authorization": basic(*ADMIN), "X-Mock-Session": world.name}

    sent = client.post("/api/Admin/send", json=body, headers=headers)
    both = client.post(f"{world.prefix}/api/Admin/send", json=body, headers=headers | {"X-Mock-Session": "no-such"})
    listed = assert_control(client.get("/_control/messages", headers={"X-Mock-Session": world.name}))["messages"]

    assert [each["id"] for each in listed] == [assert_accepted(both), assert_accepted(sent)]
    assert world.messages() == listed


@pytest.mark.requirement("AF-2", "AF-3")
@pytest.mark.parametrize("by", ["prefix", "header"])
def test_two_sessions_share_neither_windows_nor_clock_nor_messages_nor_journal(worlds: Worlds, by: str) -> None:
    """What fills one leaves the other empty."""
    parts = {"version": 1, "anti_flooding": {"volume": {"limit": 1}}}
    one, other = worlds(scenario=parts), worlds(scenario=parts)

    def send(world: World, text: str) -> httpx2.Response:
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


def test_the_default_session_is_the_one_of_requests_that_name_none(alone: MockGateway) -> None:
    """By the bare URL, by its own prefix, and by the header."""
    body = {"destination": DESTINATION, "text": "Hi"}
    with alone, httpx2.Client(base_url=alone.url, trust_env=False, auth=ADMIN) as client:
        client.post("/api/Admin/send", json=body)
        client.post("/~default/api/Admin/send", json=body)
        client.post("/api/Admin/send", json=body | {"text": "other"}, headers={"X-Mock-Session": "default"})
        listed = assert_control(client.get("/_control/messages"))["messages"]

    assert len(listed) == 3


def test_a_new_session_without_a_scenario_is_made_from_the_default_one_as_it_was_created(alone: MockGateway) -> None:
    """What was patched in the default session since does not rub off."""
    with alone, httpx2.Client(base_url=alone.url, trust_env=False) as client:
        client.patch("/_control/scenario", json={"watchlist": ["+39*"]})
        assert_control(client.post(SESSIONS, json={"name": "fresh"}), 201)
        scenario = assert_control(client.get("/~fresh/_control/scenario"))

    assert scenario["watchlist"] == ["+447700900061"]
