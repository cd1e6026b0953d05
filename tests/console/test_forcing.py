"""Make it fail: everything that can be forced has its button, and all that is armed is seen and can be taken back."""

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
    """What a tester has armed, as the control API shows it."""
    found: list[dict[str, Any]] = world.control("GET", "/stubs")["stubs"]
    return [each for each in found if each["origin"] == "control"]


def arm(world: SessionClient, outcome: str, **form: str) -> None:
    """Press the button of an outcome."""
    submitted(world, "/forcing", {"outcome": outcome, **form})


def refused(world: SessionClient, expected: int, **form: str) -> Page:
    """The page that answers a form which comes to nothing."""
    return Page(submitted(world, "/forcing", form, status=expected))


def test_whatever_can_be_forced_has_a_button() -> None:
    """From the catalogue and the enumerations: a new code, status, adversity or fault cannot be forgotten."""
    wanted = {f"refuse:{error.code}" for error in CATALOGUE}
    wanted |= {f"deliver:{status}" for status in Status}
    wanted |= {f"adversity:{each}" for each in Adversity}
    wanted |= {f"fault:{name}" for name in FAULT_NAMES}

    assert wanted | {"accept", "drop", "hold"} <= set(BY_KEY)


def test_no_key_of_then_is_left_out() -> None:
    """`channel` forces nothing alone; `answer` has a form of its own at the end of the page."""
    forced = {key for each in BY_KEY.values() for key in each.then}

    assert forced | {"channel", "answer"} == set(ThenPart.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_has_a_plain_word(language: str) -> None:
    """And so has every group, and every kind of request."""
    needed = {each.word for each in BY_KEY.values()} | {f"requests.{each}" for each in (*OPERATIONS, "any")}
    needed |= {f"forcing.{kind}.{name}" for kind in ("group", "about", "short") for name in (*GROUPS, "answer")}

    assert needed <= set(words(language))


def test_every_button_of_the_page_forces_what_it_says(world: SessionClient) -> None:
    """The control surface takes each of them."""
    buttons = [each["value"] for each in opened(world, "/forcing").all("button", name="outcome")]
    assert sorted(buttons) == sorted([*BY_KEY, "answer"])

    for key in BY_KEY:
        arm(world, key)

    assert [each["then"] for each in armed(world)] == [each.then for each in BY_KEY.values()]


def test_once_is_once_for_whoever_sends_next(world: SessionClient) -> None:
    """Nothing but a button has to be chosen."""
    arm(world, "refuse:61")

    assert world.send().json()["code"] == 61
    assert world.send("again").status_code == 200


def test_a_number_of_times_for_one_number(world: SessionClient) -> None:
    """Numbers are written as people write them; others are left alone."""
    arm(world, "refuse:64", to="+44 7700 900123", how="times", times="2")

    assert world.send(destination=OTHER).status_code == 200
    assert [world.send(text).status_code for text in ("one", "two", "three")] == [500, 500, 200]


def test_ten_minutes_are_of_the_sessions_clock(world: SessionClient) -> None:
    """Whoever moves the clock ends it."""
    arm(world, "refuse:64", how="while")
    world.advance(599)
    assert world.send().json()["code"] == 64

    world.advance(1)

    assert world.send().status_code == 200


def test_until_disarmed_goes_on_until_it_is_disarmed(world: SessionClient) -> None:
    """The button beside it ends it."""
    arm(world, "refuse:64", how="always")
    assert [world.send(text).status_code for text in ("one", "two", "three")] == [500, 500, 500]

    submitted(world, "/forcing/disarm", {"stub": armed(world)[0]["id"]})

    assert world.send().status_code == 200
    assert armed(world) == []


def test_all_are_disarmed_by_one_button(world: SessionClient) -> None:
    """Which is there where there is more than one."""
    for outcome in ("refuse:64", "hold"):
        arm(world, outcome)
    assert "Disarm all" in opened(world, "/forcing").text

    submitted(world, "/forcing/disarm")

    assert armed(world) == []
    assert "Disarm all" not in opened(world, "/forcing").text


def test_the_choice_stays_while_somebody_arms_and_disarms(world: SessionClient) -> None:
    """For a tester does the same to one number again and again."""
    chosen = "?to=%2B447700900123&how=times&times=5"
    form = {"outcome": "refuse:64", "to": DESTINATION, "how": "times", "times": "5"}
    assert submitted(world, "/forcing", form).headers["location"].endswith(f"/forcing{chosen}")

    (action,) = (
        each["action"] for each in opened(world, f"/forcing{chosen}").all("form") if "disarm" in each["action"]
    )
    location = world.client.post(action, data={"stub": armed(world)[0]["id"]}).headers["location"]

    assert location.endswith(f"/forcing{chosen}")


def test_what_is_disarmed_already_is_no_mistake(world: SessionClient) -> None:
    """Somebody else was faster, and it is as was wanted."""
    submitted(world, "/forcing/disarm", {"stub": "s99"})


def test_what_the_scenario_forces_is_not_disarmed_here(world: SessionClient) -> None:
    """It is told where that is changed."""
    page = Page(submitted(world, "/forcing/disarm", {"stub": "stubs[0]"}, status=409))

    assert "stands in the scenario" in page.text


def test_what_is_armed_is_listed_with_whom_it_is_for_and_how_often_it_happened(world: SessionClient) -> None:
    """In plain words, with its code."""
    arm(world, "refuse:61", to=DESTINATION, how="times", times="3")
    world.send()

    told = opened(world, "/forcing?part=live").text

    assert "61 Message in watchlist This number is on the watchlist." in told
    assert f"for {DESTINATION} · 3 times" in told
    assert "armed happened: 1, 2 to go" in told


def test_what_is_used_up_says_so(world: SessionClient) -> None:
    """It stays in the list until somebody clears it away, and counts as armed no longer."""
    arm(world, "refuse:61")
    world.send()

    page = opened(world, "/forcing")

    assert "used up happened: 1" in page.text
    assert not page.all("a", class_="armed")


def test_every_view_says_how_much_is_armed(world: SessionClient) -> None:
    """In its header, and again with each part that lives."""
    assert not opened(world).all("a", class_="armed")
    for number in (DESTINATION, OTHER):
        arm(world, "refuse:61", to=number)

    for path in ("", "/health", "?part=live", "/compose"):
        page = opened(world, path)
        assert page.all("a", class_="armed")[0]["href"] == f"{world.prefix}/_console/forcing"
        assert "2 armed" in page.text
    assert opened(world, "?part=live").all("p", hx_swap_oob="innerMorph", id="armed")


def test_a_wrong_value_is_told_beside_the_form_which_keeps_what_was_typed(world: SessionClient) -> None:
    """What is wrong, where, and what is allowed."""
    page = refused(world, 400, outcome="refuse:61", to="0123", how="times", times="few")

    assert "when.destination: must be an E.164 number such as '+447700900061'" in page.text
    assert "times: must be a whole number, 1 or more, not 'few'" in page.text
    assert page.all("input", id="to")[0]["value"] == "0123"
    assert page.all("input", name="times")[0]["value"] == "few"
    assert armed(world) == []


def test_what_would_never_have_its_turn_is_told_in_plain_words(world: SessionClient) -> None:
    """Without a word of the API."""
    arm(world, "refuse:61", how="always")

    page = refused(world, 409, outcome="refuse:64", how="always")

    assert "Disarm that first, or choose how often" in page.text
    assert "DELETE" not in page.text


def test_an_outcome_that_is_none_is_refused(world: SessionClient) -> None:
    """As whoever writes forms by hand may send it."""
    assert "is none; press one of the buttons" in refused(world, 400, outcome="refuse:7").text


def test_health_checks_and_look_ups_can_be_troubled_too(world: SessionClient) -> None:
    """By what fits them; what does not is told."""
    arm(world, "fault:503", requests="services-health")
    assert world.post("/api/Services/checkServiceStatus").status_code == 503

    assert "is for sends only" in refused(world, 400, outcome="refuse:61", requests="look-up").text


@pytest.mark.parametrize(
    ("body", "content_type"), [("tea", "text/plain; charset=utf-8"), ('{"code": 418}', "application/json")]
)
def test_an_answer_of_ones_own_has_the_type_of_its_body(world: SessionClient, body: str, content_type: str) -> None:
    """So that nobody has to say what can be seen."""
    arm(world, "answer", status="418", body=body)

    answer = world.send()

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (418, body, content_type)


def test_a_wrong_answer_of_ones_own_is_told_and_kept(world: SessionClient) -> None:
    """Its body too."""
    page = refused(world, 400, outcome="answer", status="999", body=HOSTILE)

    assert "then.answer.status: must be a whole number from 200 to 599, not 999" in page.text
    assert HOSTILE in page.text
    assert "<script>alert" not in page.source


def test_what_others_wrote_is_text_and_never_markup(world: SessionClient) -> None:
    """Of a stub: its name, its criteria, its answer twice; what would turn the text is named."""
    written = {"when": {"text": {"contains": HOSTILE}}, "then": {"answer": {"status": 200, "body": HOSTILE}}}
    world.control_created("/stubs", {**written, "name": HOSTILE, "probability": 0.5})

    page = opened(world, "/forcing")

    assert "<script>alert" not in page.source
    assert page.text.count("<script>alert(1)</script>U+202E") == 4
    assert "in 50.0 % of cases" in page.text


def test_numbers_of_the_scenario_are_told_with_their_meaning(world: SessionClient) -> None:
    """Those that a stub stands behind, and those that earn their refusal by themselves; each leads to a send."""
    page = opened(world, "/forcing")

    assert "+447700900061 61 Message in watchlist" in page.text
    assert "+447700900504 hang No answer ever comes." in page.text
    assert page.all("a", href=f"{world.prefix}/_console/compose?to=%2B447700900504")


def test_a_scenario_without_such_numbers_says_so(worlds: SessionFactory) -> None:
    """An empty table would teach nobody."""
    assert "gives no number a meaning" in opened(worlds(watchlist=[]), "/forcing").text


def test_only_the_newest_are_listed_where_there_are_many(world: SessionClient) -> None:
    """Whoever arms by a program arms thousands."""
    for number in range(105):
        world.control_created("/stubs", {"when": {"destination": f"+4477009{number:05}"}, "then": {"refuse": 61}})

    page = opened(world, "/forcing?part=live")

    assert "and 5 older ones" in page.text
    assert len(page.all("li")) == 100


def test_a_held_answer_is_let_go_from_the_page(world: SessionClient) -> None:
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


def test_all_held_answers_are_let_go_at_once(world: SessionClient) -> None:
    """Also none, where somebody was faster."""
    submitted(world, "/forcing/release", {"exchange": "99"})
    submitted(world, "/forcing/release")


def test_an_open_page_hears_of_the_end_of_ten_minutes() -> None:
    """Nobody says anything then: the state itself tells."""

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
