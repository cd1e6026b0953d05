"""The scenario pages: cards, switching, and a link with a QR code that opens a session."""

from __future__ import annotations

import pytest

from mock_server.scenario import pack
from tests.console.pages import opened, submitted
from tests.support import SessionClient, SessionFactory, assert_control

WATCHED = "+447700900061"
BARRED = "+447700900199"


def test_every_shipped_scenario_has_a_card(world: SessionClient) -> None:
    """With what to do and what to see, and a link to its file."""
    page = opened(world, "/scenarios")

    for each in pack.pack():
        assert each.title in page.text
        assert each.to_see in page.text
        assert page.all("a", href=f"{world.prefix}/_console/scenarios/{each.name}")


def test_the_scenario_in_force_is_marked(worlds: SessionFactory) -> None:
    """And no other."""
    page = opened(worlds(scenario="watchlist"), "/scenarios")

    marked = [each["id"] for each in page.all("li") if "in-force" in each.get("class", "").split()]
    assert marked == ["scenario-watchlist"]
    assert len(page.all("span", class_="state state-in-force")) == 1


def test_a_scenario_outside_the_pack_is_shown_as_custom(worlds: SessionFactory) -> None:
    """Also a shipped one that was changed, because its card no longer describes it."""
    mine, changed = worlds(title="My <b>day</b>", description="As on any day."), worlds(scenario="watchlist")
    changed.patch(unreachable=["+447700900999"])

    for world, said in ((mine, "My <b>day</b>"), (changed, "Recipient on the watchlist")):
        page = opened(world, "/scenarios")
        assert f"{said} active custom or modified" in page.text.replace(" (code 61)", "")
        assert not [each for each in page.all("li") if "in-force" in each.get("class", "").split()]
    assert "As on any day." in opened(mine, "/scenarios").text


def test_one_click_switches_the_rules_and_keeps_messages_seed_and_clock(world: SessionClient) -> None:
    """The switch changes the scenario only."""
    world.send("before", BARRED)
    before = world.control("GET", "/sessions/" + world.name)

    answer = submitted(world, "/scenarios/watchlist/use")

    assert answer.headers["location"] == f"{world.prefix}/_console/scenarios"
    assert world.send("after", BARRED).json()["code"] == 61
    after = world.control("GET", "/sessions/" + world.name)
    assert (after["messages"], after["exchanges"]) == (1, 2)
    assert (after["seed"], after["clock"]) == (before["seed"], before["clock"])


def test_a_switch_can_reset_the_session(world: SessionClient) -> None:
    """All messages are gone, and the clock is at its first instant."""
    world.send("before")
    world.advance(60)

    submitted(world, "/scenarios/watchlist/use", {"anew": "yes"})

    found = world.control("GET", "/sessions/" + world.name)
    assert (found["messages"], found["exchanges"], found["clock"]["now"]) == (0, 0, "2026-01-15T09:00:00Z")
    assert found["scenario"] == "Recipient on the watchlist (code 61)"


def test_a_reset_after_a_switch_returns_to_the_original_scenario(world: SessionClient) -> None:
    """As after any other change of the scenario."""
    submitted(world, "/scenarios/watchlist/use")
    world.control("POST", "/reset", {})

    assert world.control("GET", "/sessions/" + world.name)["scenario"] == "Everyday gateway"


def test_a_switch_leaves_other_sessions_alone(worlds: SessionFactory) -> None:
    """It applies to one session."""
    one, other = worlds(), worlds()
    submitted(one, "/scenarios/watchlist/use")

    assert other.send("Hello", BARRED).status_code == 200


def test_a_scenarios_page_shows_its_file(world: SessionClient) -> None:
    """With its comments."""
    source = pack.resolve("default").read_text(encoding="utf-8")

    page = opened(world, "/scenarios/default")

    assert "# every attempt gets code 63" in page.text
    assert [each for each in page.all("button", class_="copy") if each["data-copy"] == source]


@pytest.mark.parametrize("name", ["nope", "%2e%2e%2fpyproject", "default.yaml", "x" * 300, "<b>"])
def test_only_scenarios_of_the_pack_are_served(world: SessionClient, name: str) -> None:
    """No other file is read; the message names the existing scenarios."""
    for path in (f"/scenarios/{name}", f"/scenarios/{name}/qr.svg", f"/open?scenario={name}"):
        response = world.client.get(f"{world.prefix}/_console{path}")
        assert response.status_code == 404
        assert "<b>" not in response.text
    assert world.client.post(f"{world.prefix}/_console/scenarios/{name}/use").status_code == 404


def test_the_link_creates_no_session(world: SessionClient) -> None:
    """A GET changes nothing."""
    link = next(
        each["data-copy"]
        for each in opened(world, "/scenarios/watchlist").all("button")
        if "open?" in each.get("data-copy", "")
    )
    before = len(world.control("GET", "/sessions")["sessions"])

    page = world.client.get(link)

    assert link == f"{str(world.client.base_url).rstrip('/')}/_console/open?scenario=watchlist"
    assert "Recipient on the watchlist" in page.text
    assert len(world.control("GET", "/sessions")["sessions"]) == before


def test_the_button_creates_a_session_of_the_scenario(world: SessionClient) -> None:
    """And redirects to its inbox."""
    answer = submitted(world, "/open", {"scenario": "watchlist"})

    name = answer.headers["location"].removeprefix("/~").removesuffix("/_console")
    found = assert_control(world.client.get(f"/_control/sessions/{name}"))
    assert found["scenario"] == "Recipient on the watchlist (code 61)"
    world.client.delete(f"/_control/sessions/{name}")


@pytest.mark.parametrize("path", ["/open", "/scenarios/watchlist/use", "/scenarios/edit", "/sessions"])
def test_a_page_of_another_site_can_neither_open_nor_switch(world: SessionClient, path: str) -> None:
    """Its browser sends its origin."""
    before = world.control("GET", "/sessions")

    answer = world.client.post(
        f"{world.prefix}/_console{path}", data={"scenario": "watchlist"}, headers={"Origin": "https://evil.example"}
    )

    after = world.control("GET", "/sessions")
    assert answer.status_code == 403
    assert [(each["id"], each["scenario"]) for each in after["sessions"]] == [
        (each["id"], each["scenario"]) for each in before["sessions"]
    ]


def test_the_qr_code_is_a_picture_without_styles_or_scripts(world: SessionClient) -> None:
    """The policy allows neither."""
    answer = world.client.get(f"{world.prefix}/_console/scenarios/watchlist/qr.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg ")
    assert "style" not in answer.text
    assert "script" not in answer.text


def test_another_scenario_has_another_qr_code(world: SessionClient) -> None:
    """It holds the link."""
    one, other = (
        world.client.get(f"{world.prefix}/_console/scenarios/{name}/qr.svg").text for name in ("watchlist", "flooded")
    )

    assert one != other


def test_a_qr_code_of_a_loopback_address_has_a_warning(world: SessionClient) -> None:
    """A phone cannot reach it; the page says what to do."""
    text = opened(world, "/scenarios/watchlist").text

    assert "A phone cannot open this address: 127.0.0.1 always means the device itself." in text
    assert "sms-mock serve --host 0.0.0.0 --control-token WORD" in text


def test_the_refreshed_parts_are_served_separately(world: SessionClient) -> None:
    """A page without one has only the header's, and that is no bug."""
    assert "active" in opened(world, "/scenarios?part=live").text
    for path in ("/scenarios/edit?part=live", "/open?scenario=watchlist&part=live"):
        assert opened(world, path).text == "Everyday gateway"
    assert "Unknown scenario" in opened(world, "/scenarios/nope?part=live", status=404).text


def test_the_page_is_in_italian(world: SessionClient) -> None:
    """Except the content of files."""
    page = opened(world, "/scenarios", language="it")

    assert "Che cosa dovresti vedere" in page.text
    assert page.all("a", lang="en")
