"""The inbox: every send, a conversation for each destination."""

from __future__ import annotations

import pytest

from mock_server.domain import rules
from mock_server.domain.rules.rule import Rule
from tests.console.pages import opened
from tests.support import CUSTOMER, DESTINATION, SessionClient

OTHER = "+447700900124"
WATCHED = "+447700900061"


def test_an_empty_inbox_shows_how_to_send_the_first_message(world: SessionClient) -> None:
    """The command can be pasted unchanged: it has the session's URL and an account that may send."""
    page = opened(world)

    assert "Nothing has been sent yet" in page.text
    assert f"{world.client.base_url}{world.prefix}/api/Admin/send".replace("//~", "/~") in page.text
    assert "curl -u admin:admin-secret" in page.text


def test_each_destination_is_one_conversation_newest_first(world: SessionClient) -> None:
    """The newest send determines the position of a conversation."""
    for text, destination in (("one", DESTINATION), ("two", OTHER), ("three", DESTINATION)):
        world.send(text, destination)

    links = [each["href"] for each in opened(world).all("a", class_="conversation")]

    assert [link.partition("to=")[2] for link in links] == ["%2B447700900123", "%2B447700900124"]


@pytest.mark.parametrize(
    ("seconds", "word"),
    [(0, "accepted"), (1, "sent"), (3, "delivered")],
)
def test_a_message_is_shown_with_its_status(world: SessionClient, seconds: int, word: str) -> None:
    """The status follows the session's clock."""
    world.send("Hello")
    world.advance(seconds)

    assert word in opened(world).text.split()
    assert opened(world).all("span", class_=f"state state-{word}")


def test_a_refusal_is_shown_with_its_code(world: SessionClient) -> None:
    """It is not a message, but part of its conversation."""
    world.send("Hello", WATCHED)

    assert "refused 61" in opened(world, f"?to=%2B{WATCHED[1:]}").text


@pytest.mark.parametrize(
    ("then", "word"),
    [
        ({"answer": {"status": 418}}, "answered by a stub forced"),
        ({"fault": "502"}, "answered by a stub forced"),
        ({"fault": "502-after"}, "accepted"),
    ],
)
def test_a_raw_answer_is_not_shown_as_no_answer(world: SessionClient, then: object, word: str) -> None:
    """The client got an answer, whether or not the gateway accepted the message."""
    world.control_created("/stubs", {"then": then})
    world.send("Hello")

    page = opened(world)

    assert word in page.text
    assert not page.all("span", class_="state state-unanswered")


def test_a_bug_of_the_mock_is_shown_as_one(world: SessionClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """And found by that state."""

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(rules, "SUBMISSION_RULES", (Rule("broken", broken, broken),))
    world.send("Hello")

    assert "bug in the mock" in opened(world, "?state=bug").text
    assert opened(world, "?state=bug").all("span", class_="state state-bug")


def test_the_header_follows_the_scenario(world: SessionClient) -> None:
    """It is refreshed with the page: another page or a test may switch the scenario."""
    world.patch(title="Quite another")

    assert "Quite another" in opened(world, "?part=live").text


def test_a_dropped_duplicate_is_shown_as_dropped(world: SessionClient) -> None:
    """Its answer is an acceptance, and no provider got it."""
    for _ in range(3):
        world.send("The same")

    states = [each["class"] for each in opened(world).all("span") if "state-dropped" in each.get("class", "")]

    assert states


def test_codes_and_links_have_copy_buttons(world: SessionClient) -> None:
    """Each button copies only the code or link."""
    world.send("Your code is 428 371, or open https://shop.example/pay", auth=CUSTOMER, operation="Services")

    copied = [each["data-copy"] for each in opened(world).all("button", class_="copy")]

    assert copied == ["428371", "https://shop.example/pay"]


def test_the_character_that_forces_ucs_2_is_named(world: SessionClient) -> None:
    """It explains the number of segments."""
    world.send("Ciao \u2013 a presto " * 8)

    assert "UCS-2 · 2 segments · UCS-2 because of \u2013 U+2013 EN DASH" in opened(world).text


def test_a_search_finds_texts_numbers_and_keys(world: SessionClient) -> None:
    """Case-insensitively; only matches are shown."""
    world.send("Parcel on its WAY", DESTINATION)
    world.send("Something else", OTHER, reference={"service": "ADMIN", "key": "Order-77"})

    for sought, found, passed_over in (
        ("on its way", DESTINATION, OTHER),
        ("order-77", OTHER, DESTINATION),
        ("0900124", OTHER, DESTINATION),
    ):
        page = opened(world, f"?q={sought}")
        assert found in page.text
        assert passed_over not in page.text


def test_the_inbox_is_filtered_by_state(world: SessionClient) -> None:
    """The filter is part of the URL."""
    world.send("fine", DESTINATION)
    world.send("refused", WATCHED)

    page = opened(world, "?state=refused")

    assert WATCHED in page.text
    assert DESTINATION not in page.text


def test_a_search_without_matches_says_so(world: SessionClient) -> None:
    """And not that nothing was sent."""
    world.send("Hello")

    assert "No messages found" in opened(world, "?q=absent").text


def test_an_unknown_state_is_refused_with_the_known_ones(world: SessionClient) -> None:
    """People edit URLs."""
    assert "'nope' is not one of accepted, sent" in opened(world, "?state=nope", status=400).text


def test_older_conversations_are_on_the_next_page(world: SessionClient) -> None:
    """A page reads a bounded number of sends; the next one continues after it."""
    for number in range(130):
        world.send("Hello", f"+4477009{number:05}")

    first = opened(world)
    older = next(each["href"] for each in first.all("a", class_="button") if "before=" in each["href"])
    second = opened(world, "?" + older.partition("?")[2])

    shown = [
        each["href"].partition("to=")[2] for page in (first, second) for each in page.all("a", class_="conversation")
    ]
    assert len(shown) == len(set(shown)) == 130
    assert not [each for each in second.all("a", class_="button") if "before=" in each["href"]]


def test_the_refreshed_part_is_served_separately(world: SessionClient) -> None:
    """Without the page around it, and without the search field."""
    world.send("Hello")

    page = opened(world, "?part=live")

    assert "Hello" in page.text
    assert not page.all("html")
    assert not page.all("form")


def test_the_page_is_in_italian_for_an_italian_browser(world: SessionClient) -> None:
    """`Accept-Language` selects the language."""
    world.send("Ciao")

    page = opened(world, language="it-IT,it;q=0.9,en;q=0.8")

    assert page.all("html", lang="it")
    assert "accettato" in page.text
    assert opened(world, language="de,en;q=0.5,it;q=0.4").all("html", lang="en")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        '"><img src=x onerror=alert(1)>',
        "</title></span></li>",
        "' hx-get='/x'",
    ],
)
def test_a_text_is_escaped(world: SessionClient, text: str) -> None:
    """The page has the same tags as for a harmless text, and shows the text as it was sent."""
    world.send("harmless", OTHER)
    expected = len(opened(world).tags)
    world.control("POST", "/reset", {})
    world.send(text, OTHER)

    page = opened(world)

    assert text in " ".join(page.source.split()) or text in page.text
    assert len(page.tags) == expected
    assert not [tag for tag in page.all("script") if "src" not in tag]


def test_direction_overrides_are_named_and_have_no_effect(world: SessionClient) -> None:
    """U+202E could disguise a file name such as `exe.png`."""
    world.send("invoice \u202egnp.exe\u0000")

    page = opened(world)

    assert "U+202E" in page.text
    assert "\u202e" not in page.source
    assert "\u0000" not in page.source


def test_an_unknown_session_is_answered_with_a_list_of_sessions(world: SessionClient) -> None:
    """For an old bookmark; a script still gets JSON."""
    browser = {"Accept": "text/html,*/*;q=0.8"}

    page = world.client.get("/~gone-since/_console", headers=browser)
    part = world.client.get("/~gone-since/_console?part=live", headers=browser | {"HX-Request": "true"})
    script = world.client.get("/~gone-since/_console")

    assert (page.status_code, page.headers["location"]) == (303, "/_console/sessions?missing=gone-since")
    assert (part.status_code, script.status_code) == (404, 404)


def test_the_root_redirects_to_the_page(world: SessionClient) -> None:
    """For GET; a POST is an unknown path of the gateway, and the journal has it."""
    assert world.request("GET", "/").headers["location"] == f"{world.prefix}/_console"
    assert world.request("GET", "/").status_code == 303
    assert world.request("POST", "/").status_code == 404
    assert [each["method"] for each in world.control("GET", "/exchanges")["exchanges"]] == ["POST"]
