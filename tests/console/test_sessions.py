"""The sessions page: what each session holds, search, creation, reset and deletion."""

from __future__ import annotations

import asyncio

import pytest

from mock_server.bootstrap import MockServer
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve
from tests.console.pages import Page, opened, submitted
from tests.support import SessionClient, SessionFactory, assert_control


def gone(world: SessionClient, name: str) -> bool:
    """Whether a session no longer exists."""
    return world.client.get(f"/_control/sessions/{name}").status_code == 404


def ended(world: SessionClient, name: str) -> None:
    """A session that a test created on the page, deleted afterwards."""
    world.client.delete(f"/_control/sessions/{name}")


def test_each_session_is_shown_with_its_contents(worlds: SessionFactory) -> None:
    """Scenario, clock, messages, requests, and its last use."""
    world, other = worlds(), worlds(scenario="watchlist")
    other.send("Hello", "+447911123456")
    other.send("Hello", "+447700900061")

    page = opened(world, f"/sessions?q={other.name}")

    assert f"{other.name} Recipient on the watchlist (code 61) 2026-01-15 09:00:00 frozen 1 2 just now" in page.text


def test_a_session_links_to_its_console_and_its_url_can_be_copied(worlds: SessionFactory) -> None:
    """The default one has no prefix."""
    world, other = worlds(), worlds()
    page = opened(world, "/sessions")
    server = str(world.client.base_url).rstrip("/")

    for console, address in (("/_console", server), (f"/~{other.name}/_console", f"{server}/~{other.name}")):
        assert page.all("a", href=console, hx_boost="false")
        assert page.all("button", class_="copy", data_copy=address)
    assert f"Address of session {world.name}" in page.text


def test_the_search_for_a_name_is_case_insensitive(world: SessionClient) -> None:
    """Other sessions are not shown."""
    for name in ("Team-Rome", "team-oslo"):
        assert_control(world.client.post("/_control/sessions", json={"name": name}), 201)

    page = opened(world, "/sessions?q=team-r")

    assert page.all("tr", id="session-Team-Rome")
    assert not page.all("tr", id="session-team-oslo")
    assert "1 to 1 of 1 sessions" in page.text
    assert "No sessions found" in opened(world, "/sessions?q=absent").text
    for name in ("Team-Rome", "team-oslo"):
        ended(world, name)


def test_many_sessions_are_listed_in_pages_newest_first() -> None:
    """Only those of the page are read."""

    async def windows() -> list[list[str]]:
        server = MockServer(load_scenario(resolve("watchlist")))
        for _ in range(120):
            server.sessions_api.create({})
        found = [await server.sessions_api.some(limit=50, skip=skip) for skip in (0, 50, 100, 150)]
        assert {each["found"] for each in found} == {121}
        return [[session["id"] for session in each["sessions"]] for each in found]

    first, second, third, beyond = asyncio.run(windows())

    assert first[:3] == ["default", "s120", "s119"]
    assert (len(first), len(second), len(third), beyond) == (50, 50, 21, [])
    assert len({*first, *second, *third}) == 121


@pytest.mark.parametrize("skip", ["-1", "x", "9" * 40, "1e3", "\u0661"])
def test_an_invalid_page_number_is_the_first_page(world: SessionClient, skip: str) -> None:
    """People edit URLs."""
    assert opened(world, f"/sessions?skip={skip}").all("tr", id="session-default")


def test_a_session_is_created_as_the_form_says(world: SessionClient) -> None:
    """Name, scenario, seed, and a frozen clock; then its page opens."""
    form = {"name": "qa-1", "scenario": "flooded", "seed": "42", "clock": "frozen", "at": "2026-02-01T08:00:00Z"}

    answer = submitted(world, "/sessions", form)

    found = assert_control(world.client.get("/_control/sessions/qa-1"))
    assert answer.headers["location"] == "/~qa-1/_console"
    assert (found["seed"], found["clock"]) == (42, {"mode": "frozen", "now": "2026-02-01T08:00:00Z"})
    assert found["scenario"] == "Too many messages to one number (code 60)"
    ended(world, "qa-1")


def test_an_empty_form_creates_a_session_like_the_default_one(world: SessionClient) -> None:
    """Numbered, with a running clock."""
    answer = submitted(world, "/sessions", {"name": "", "scenario": "", "seed": "", "clock": "real", "at": ""})

    name = answer.headers["location"].removeprefix("/~").removesuffix("/_console")
    found = assert_control(world.client.get(f"/_control/sessions/{name}"))
    assert (found["scenario"], found["clock"]["mode"]) == ("Everyday gateway", "real")
    ended(world, name)


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"name": "a b"}, 400, "name: 'a b' is not 1 to 64 of A-Z a-z 0-9"),
        ({"name": "<b>&\u202e"}, 400, "<b>&"),
        ({"name": "default"}, 409, "name: 'default' is taken"),
        ({"name": "ok", "seed": "abc"}, 400, "seed"),
        ({"name": "ok", "seed": "9" * 19}, 400, "seed"),
        ({"name": "ok", "clock": "frozen", "at": "yesterday"}, 400, "clock.at"),
        ({"name": "ok", "clock": "real", "at": "2026-02-01T08:00:00Z"}, 400, "clock.at"),
        ({"name": "ok", "clock": "sideways"}, 400, "clock.mode"),
        ({"name": "ok", "scenario": "../x"}, 400, "no '../x' in the pack"),
    ],
)
def test_an_invalid_form_is_reported_and_kept(
    world: SessionClient, form: dict[str, str], status: int, said: str
) -> None:
    """What is wrong, and what is allowed."""
    page = Page(submitted(world, "/sessions", form, status=status))

    assert said in page.text
    assert page.all("input", id="name", value=form["name"])
    assert page.all("input", id="seed", value=form.get("seed", ""))
    assert gone(world, "ok")


def test_a_reset_applies_to_the_chosen_session(worlds: SessionFactory) -> None:
    """And to no other."""
    one, other = worlds(), worlds()
    for world in (one, other):
        world.send("Hello")

    answer = submitted(one, f"/sessions/{other.name}/reset")

    assert (len(one.messages()), len(other.messages())) == (1, 0)
    assert answer.headers["location"] == f"{one.prefix}/_console/sessions?reset={other.name}"
    assert f"Session {other.name} was reset" in opened(one, f"/sessions?reset={other.name}").text


def test_a_deletion_names_the_unmatched_stubs(worlds: SessionFactory) -> None:
    """As in the control API."""
    world, other = worlds(), worlds()
    other.control_created("/stubs", {"name": "never <met>", "then": {"refuse": 61}})
    other.control_created("/stubs", {"when": {"destination": "+447700900001"}, "then": {"refuse": 8}})

    answer = submitted(world, f"/sessions/{other.name}/delete")

    assert gone(world, other.name)
    assert answer.headers["location"].startswith(f"{world.prefix}/_console/sessions?deleted={other.name}")
    page = Page(world.client.get(answer.headers["location"]))
    assert f"Session {other.name} was deleted." in page.text
    assert 'Stubs that no request matched: never <met>, s2 {"refuse": 8}' in page.text


def test_deleting_the_current_session_redirects_to_the_default_one(world: SessionClient) -> None:
    """The current page's URL no longer exists."""
    answer = submitted(world, f"/sessions/{world.name}/delete")

    assert answer.headers["location"] == f"/_console/sessions?deleted={world.name}"
    assert gone(world, world.name)
    assert Page(world.client.get(answer.headers["location"])).status == 200


def test_the_default_session_cannot_be_deleted(world: SessionClient) -> None:
    """It has no button."""
    assert not opened(world, "/sessions").all("form", action=f"{world.prefix}/_console/sessions/default/delete")
    assert "'default' stays" in Page(submitted(world, "/sessions/default/delete", status=409)).text


@pytest.mark.parametrize("verb", ["reset", "delete"])
def test_an_unknown_session_is_reported(world: SessionClient, verb: str) -> None:
    """It may have ended since the page was opened."""
    assert "no session 'never-was'" in Page(submitted(world, f"/sessions/never-was/{verb}", status=404)).text


def test_the_page_of_an_ended_session_offers_to_create_it_again(world: SessionClient) -> None:
    """The form has its name."""
    page = opened(world, "/sessions?missing=gone-since")

    assert "Session gone-since does not exist, or no longer exists." in page.text
    assert page.all("input", id="name", value="gone-since")


def test_values_of_the_url_are_escaped(world: SessionClient) -> None:
    """Anyone can make a link."""
    hostile = "%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE"

    page = opened(world, f"/sessions?missing={hostile}&deleted={hostile}&unmet={hostile}&reset={hostile}&q={hostile}")

    assert not [each for each in page.all("script") if "src" not in each]
    assert "\u202e" not in page.text
