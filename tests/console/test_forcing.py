"""Make it fail: everything that can be forced has a button, and armed stubs are listed and can be removed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mock_server.bootstrap import MockServer
from mock_server.console.outcomes import BY_KEY, GROUPS
from mock_server.console.rendering import LANGUAGES, words
from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Status
from mock_server.domain.errors import CATALOGUE
from mock_server.scenario.faults import FAULT_NAMES
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve
from mock_server.scenario.stub_model import OPERATIONS, ThenPart
from tests.console.pages import Page, opened, submitted
from tests.support import DESTINATION, SessionClient, SessionFactory

OTHER = "+447700900124"
HOSTILE = "<script>alert(1)</script>\u202e"


def armed(world: SessionClient) -> list[dict[str, Any]]:
    """The stubs of the control API."""
    found: list[dict[str, Any]] = world.control("GET", "/stubs")["stubs"]
    return [each for each in found if each["origin"] == "control"]


def arm(world: SessionClient, outcome: str, **form: str) -> None:
    """Press the button of an outcome."""
    submitted(world, "/forcing", {"outcome": outcome, **form})


def refused(world: SessionClient, expected: int, **form: str) -> Page:
    """The page that answers an invalid form."""
    return Page(submitted(world, "/forcing", form, status=expected))


def test_every_outcome_has_a_button() -> None:
    """From the catalogue and the enumerations: no new code, status, adversity or fault can be forgotten."""
    wanted = {f"refuse:{error.code}" for error in CATALOGUE}
    wanted |= {f"deliver:{status}" for status in Status}
    wanted |= {f"adversity:{each}" for each in Adversity}
    wanted |= {f"fault:{name}" for name in FAULT_NAMES}

    assert wanted | {"accept", "drop", "hold"} <= set(BY_KEY)


def test_no_key_of_then_is_left_out() -> None:
    """`channel` forces nothing alone; `answer` has its own form at the end of the page."""
    forced = {key for each in BY_KEY.values() for key in each.then}

    assert forced | {"channel", "answer"} == set(ThenPart.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_has_a_label(language: str) -> None:
    """As do groups and kinds of requests."""
    needed = {each.word for each in BY_KEY.values()} | {f"requests.{each}" for each in (*OPERATIONS, "any")}
    needed |= {f"forcing.{kind}.{name}" for kind in ("group", "about", "short") for name in (*GROUPS, "answer")}

    assert needed <= set(words(language))


def test_every_button_forces_its_outcome(world: SessionClient) -> None:
    """The control API accepts each of them."""
    buttons = [each["value"] for each in opened(world, "/forcing").all("button", name="outcome")]
    assert sorted(buttons) == sorted([*BY_KEY, "answer"])

    for key in BY_KEY:
        arm(world, key)

    assert [each["then"] for each in armed(world)] == [each.then for each in BY_KEY.values()]


def test_by_default_an_outcome_applies_once_to_the_next_send(world: SessionClient) -> None:
    """No field must be filled in."""
    arm(world, "refuse:61")

    assert world.send().json()["code"] == 61
    assert world.send("again").status_code == 200


def test_an_outcome_can_apply_a_number_of_times_to_one_destination(world: SessionClient) -> None:
    """Numbers may contain spaces and dashes; other destinations are unaffected."""
    arm(world, "refuse:64", to="+44 7700 900123", how="times", times="2")

    assert world.send(destination=OTHER).status_code == 200
    assert [world.send(text).status_code for text in ("one", "two", "three")] == [500, 500, 200]


def test_ten_minutes_are_measured_by_the_sessions_clock(world: SessionClient) -> None:
    """Advancing the clock ends them."""
    arm(world, "refuse:64", how="while")
    world.advance(599)
    assert world.send().json()["code"] == 64

    world.advance(1)

    assert world.send().status_code == 200


def test_until_disarmed_applies_until_its_button_is_pressed(world: SessionClient) -> None:
    """The button is beside it."""
    arm(world, "refuse:64", how="always")
    assert [world.send(text).status_code for text in ("one", "two", "three")] == [500, 500, 500]

    submitted(world, "/forcing/disarm", {"stub": armed(world)[0]["id"]})

    assert world.send().status_code == 200
    assert armed(world) == []


def test_one_button_disarms_all(world: SessionClient) -> None:
    """It is shown for two or more."""
    for outcome in ("refuse:64", "hold"):
        arm(world, outcome)
    assert "Disarm all" in opened(world, "/forcing").text

    submitted(world, "/forcing/disarm")

    assert armed(world) == []
    assert "Disarm all" not in opened(world, "/forcing").text


def test_the_form_keeps_its_values(world: SessionClient) -> None:
    """Testers arm several outcomes for one destination."""
    chosen = "?to=%2B447700900123&how=times&times=5"
    form = {"outcome": "refuse:64", "to": DESTINATION, "how": "times", "times": "5"}
    assert submitted(world, "/forcing", form).headers["location"].endswith(f"/forcing{chosen}")

    (action,) = (
        each["action"] for each in opened(world, f"/forcing{chosen}").all("form") if "disarm" in each["action"]
    )
    location = world.client.post(action, data={"stub": armed(world)[0]["id"]}).headers["location"]

    assert location.endswith(f"/forcing{chosen}")


def test_disarming_twice_is_no_error(world: SessionClient) -> None:
    """Another tester may have disarmed it."""
    submitted(world, "/forcing/disarm", {"stub": "s99"})


def test_a_stub_of_the_scenario_cannot_be_disarmed(world: SessionClient) -> None:
    """The page says where to change it."""
    page = Page(submitted(world, "/forcing/disarm", {"stub": "stubs[0]"}, status=409))

    assert "stands in the scenario" in page.text


def test_armed_stubs_are_listed_with_criteria_and_counts(world: SessionClient) -> None:
    """With a label and the code."""
    arm(world, "refuse:61", to=DESTINATION, how="times", times="3")
    world.send()

    told = opened(world, "/forcing?part=live").text

    assert "61 Message in watchlist This number is on the watchlist." in told
    assert f"for {DESTINATION} · 3 times" in told
    assert "armed applied: 1, 2 left" in told


def test_an_exhausted_stub_is_listed_as_such(world: SessionClient) -> None:
    """It stays in the list until it is removed, and no longer counts as armed."""
    arm(world, "refuse:61")
    world.send()

    page = opened(world, "/forcing")

    assert "used up applied: 1" in page.text
    assert not page.all("a", class_="armed")


def test_every_view_shows_the_number_of_armed_stubs(world: SessionClient) -> None:
    """In its header, and in each refreshed part."""
    assert not opened(world).all("a", class_="armed")
    for number in (DESTINATION, OTHER):
        arm(world, "refuse:61", to=number)

    for path in ("", "/health", "?part=live", "/compose"):
        page = opened(world, path)
        assert page.all("a", class_="armed")[0]["href"] == f"{world.prefix}/_console/forcing"
        assert "2 armed" in page.text
    assert opened(world, "?part=live").all("p", hx_swap_oob="innerMorph", id="armed")


def test_an_invalid_value_is_reported_and_kept_in_the_form(world: SessionClient) -> None:
    """What is wrong, where, and what is allowed."""
    page = refused(world, 400, outcome="refuse:61", to="0123", how="times", times="few")

    assert "when.destination: must be an E.164 number such as '+447700900061'" in page.text
    assert "times: must be a whole number, 1 or more, not 'few'" in page.text
    assert page.all("input", id="to")[0]["value"] == "0123"
    assert page.all("input", name="times")[0]["value"] == "few"
    assert armed(world) == []


def test_a_stub_that_could_never_apply_is_refused_in_plain_words(world: SessionClient) -> None:
    """Without terms of the API."""
    arm(world, "refuse:61", how="always")

    page = refused(world, 409, outcome="refuse:64", how="always")

    assert "Disarm the other one first" in page.text
    assert "DELETE" not in page.text


def test_an_unknown_outcome_is_refused(world: SessionClient) -> None:
    """A form may be written by hand."""
    assert "is none; press one of the buttons" in refused(world, 400, outcome="refuse:7").text


def test_health_checks_and_look_ups_can_be_forced_too(world: SessionClient) -> None:
    """With the outcomes for them; others are refused."""
    arm(world, "fault:503", requests="services-health")
    assert world.post("/api/Services/checkServiceStatus").status_code == 503

    assert "is for sends only" in refused(world, 400, outcome="refuse:61", requests="look-up").text


@pytest.mark.parametrize(
    ("body", "content_type"), [("tea", "text/plain; charset=utf-8"), ('{"code": 418}', "application/json")]
)
def test_a_raw_answer_gets_the_content_type_of_its_body(world: SessionClient, body: str, content_type: str) -> None:
    """It need not be given where the body shows it."""
    arm(world, "answer", status="418", body=body)

    answer = world.send()

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (418, body, content_type)


def test_an_invalid_raw_answer_is_reported_and_kept(world: SessionClient) -> None:
    """Including its body."""
    page = refused(world, 400, outcome="answer", status="999", body=HOSTILE)

    assert "then.answer.status: must be a whole number from 200 to 599, not 999" in page.text
    assert HOSTILE in page.text
    assert "<script>alert" not in page.source


def test_stubs_are_escaped(world: SessionClient) -> None:
    """Name, criteria and answer; characters that change the direction of text are named."""
    written = {"when": {"text": {"contains": HOSTILE}}, "then": {"answer": {"status": 200, "body": HOSTILE}}}
    world.control_created("/stubs", {**written, "name": HOSTILE, "probability": 0.5})

    page = opened(world, "/forcing")

    assert "<script>alert" not in page.source
    assert page.text.count("<script>alert(1)</script>U+202E") == 4
    assert "in 50.0 % of cases" in page.text


def test_magic_numbers_are_listed_with_their_meaning(world: SessionClient) -> None:
    """Those with a stub and those with a natural refusal; each links to a send."""
    page = opened(world, "/forcing")

    assert "+447700900061 61 Message in watchlist" in page.text
    assert "+447700900504 hang The answer never arrives." in page.text
    assert page.all("a", href=f"{world.prefix}/_console/compose?to=%2B447700900504")


def test_a_scenario_without_such_numbers_says_so(worlds: SessionFactory) -> None:
    """Instead of an empty table."""
    assert "has no special numbers" in opened(worlds(watchlist=[]), "/forcing").text


def test_only_the_newest_of_many_stubs_are_listed(world: SessionClient) -> None:
    """A program may add thousands."""
    for number in range(105):
        world.control_created("/stubs", {"when": {"destination": f"+4477009{number:05}"}, "then": {"refuse": 61}})

    page = opened(world, "/forcing?part=live")

    assert "and 5 older ones" in page.text
    assert len(page.all("li")) == 100


def test_a_held_answer_can_be_released(world: SessionClient) -> None:
    """It is listed while its client waits."""
    arm(world, "hold", to=DESTINATION)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(world.send)
        held = _held(world)
        page = opened(world, "/forcing?part=live")
        submitted(world, "/forcing/release", {"exchange": held})
        assert waiting.result(20).status_code == 200

    assert page.all("button", name="exchange", value=held)
    assert "Answers held back" not in opened(world, "/forcing").text


def _held(world: SessionClient) -> str:
    """The exchange that is held, once it is."""
    while not (found := opened(world, "/forcing?part=live").all("button", name="exchange")):
        pass
    return found[0]["value"]


def test_all_held_answers_can_be_released_at_once(world: SessionClient) -> None:
    """Releasing none is no error."""
    submitted(world, "/forcing/release", {"exchange": "99"})
    submitted(world, "/forcing/release")


def test_the_end_of_a_stubs_duration_changes_the_state() -> None:
    """No event reports it, so the state is polled."""

    async def states() -> tuple[object, object, int]:
        server = MockServer(load_scenario(resolve("default")))
        control = server.sessions_api.control(server.sessions_api.create({"clock": {"mode": "frozen"}}))
        control.stubs.add({"then": {"refuse": 61}, "for": "10m"})
        before = (await control.changes.state())[:-1]
        await control.clock.advance({"duration": "10m"})
        return before, (await control.changes.state())[:-1], control.stubs.armed()

    before, after, left = asyncio.run(states())

    assert before != after
    assert left == 0
