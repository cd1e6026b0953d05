"""The scenario in force as YAML: saved, refused line by line, and never with a mask for a password."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mock_server.scenario import pack
from tests.console.pages import Page, opened, submitted
from tests.support import DESTINATION, SessionClient, SessionFactory

HIDDEN = "very-hidden-word"
KEYS = ["first-hidden-key", "second-hidden-key"]
ACCOUNTS = [
    {"username": "admin", "password": "admin-secret", "admin": True},
    {"username": "shop", "password": HIDDEN},
]


def text_of(response_text: str) -> str:
    """What stands in the text field, as a browser would have it."""
    found = re.search(r"<textarea[^>]*>\n(.*)</textarea>", response_text, re.DOTALL)
    assert found
    return (found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")).replace(
        "&amp;", "&"
    )


def form_of(world: SessionClient, text: str | None = None) -> dict[str, str]:
    """The form as it is opened, with another text in it."""
    page = opened(world, "/scenarios/edit")
    return {
        "began_with": page.all("input", name="began_with")[0]["value"],
        "text": text_of(page.source) if text is None else text,
    }


def refused(world: SessionClient, text: str, status: int = 400) -> Page:
    """The page that shows what is wrong with a text."""
    return Page(submitted(world, "/scenarios/edit", form_of(world, text), status=status))


def document(world: SessionClient) -> Any:
    """The scenario in force, passwords and all."""
    found = world.client.get(f"{world.prefix}/_control/scenario/export?secrets=true")
    return found.text


def test_a_shipped_scenario_is_edited_as_its_file_is(world: SessionClient) -> None:
    """With its remarks and its layout."""
    assert form_of(world)["text"] == pack.resolve("default").read_text(encoding="utf-8")


def test_what_is_saved_holds_from_now_on(world: SessionClient) -> None:
    """The messages stay, and so do seed and clock."""
    world.send("Hello")
    before = world.control("GET", "/sessions/" + world.name)
    form = form_of(world)
    form["text"] = form["text"].replace("unreachable: [", f'unreachable: ["{DESTINATION}", ')

    answer = submitted(world, "/scenarios/edit", form)

    assert answer.headers["location"] == f"{world.prefix}/_console/scenarios/edit?saved=yes"
    assert "Saved" in opened(world, "/scenarios/edit?saved=yes").text
    assert world.send("Hello").json()["code"] == 8
    after = world.control("GET", "/sessions/" + world.name)
    assert (after["messages"], after["seed"], after["clock"]) == (1, before["seed"], before["clock"])


def test_lines_that_a_browser_ends_its_own_way_are_the_same_lines(world: SessionClient) -> None:
    """Forms are sent with CR LF."""
    submitted(world, "/scenarios/edit", form_of(world, "version: 1\r\ntitle: |\r\n  one\r\n  two\r\n"))

    assert world.control("GET", "/scenario")["title"] == "one\ntwo\n"


def test_everything_that_is_wrong_is_told_at_once_at_its_line(world: SessionClient) -> None:
    """Each mistake leads to its line, which is shown with its number and the wrong word marked."""
    page = refused(world, "version: 1\ntitel: x\naccounts:\n  - {username: a, password: b, admin: maybe}\n")

    assert [each["data-line"] for each in page.all("a") if "data-line" in each] == ["2", "4"]
    assert "Line 2, column 1 titel : unknown key;" in page.text
    assert "Line 4, column 39 accounts[0].admin : must be true or false, not 'maybe'" in page.text
    assert [each["id"] for each in page.all("li", class_="wrong")] == ["line-2", "line-4"]
    assert re.findall(r"<mark><span[^>]*>([^<]*)</span></mark>", page.source) == ["titel:", "maybe"]


def test_what_was_typed_is_kept_and_nothing_is_changed(world: SessionClient) -> None:
    """To the blank, whatever is in it."""
    typed = "\n\n version: 1 \ntitle: '</textarea><script>alert(1)</script> &amp; \u202e'\nnope: 1\n\n"
    before = document(world)

    page = refused(world, typed)

    assert text_of(page.source) == typed
    assert not [each for each in page.all("script") if "src" not in each]
    assert document(world) == before


def test_of_a_long_file_only_what_is_near_a_mistake_is_shown_again(world: SessionClient) -> None:
    """With its own numbers."""
    lines = ["version: 1", *(f"# {number}" for number in range(2, 500)), "nope: 1"]

    page = refused(world, "\n".join(lines))

    assert [each["value"] for each in page.all("li") if "value" in each] == ["497", "498", "499", "500"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("just words", "a scenario is a mapping"),
        ("- 1\n- 2\n", "a scenario is a mapping"),
        ("version: 1\n\ttitle: x\n", "this is not YAML"),
        ("version: 1\ntitle: a\0b\n", "it holds a control character"),
        ("a: &a [x,x]\nb: &b [*a,*a]\n" + "".join(f"c{i}: &c{i} [*b,*b]\n" for i in range(3)), "unknown key"),
        ("version: 1\ntitle: {{{{{{\n", "a key must be a plain text"),
        ("[" * 5000, "deeper than 32 levels"),
        ("version: 1\n---\nversion: 1\n", "a second document begins here"),
        ("version: 1\ntitle: !!python/object/apply:os.system [x]\n", "must have no YAML tag"),
        ("version: 1\nversion: 1\n", "is given twice"),
        ("version: 2\n", "version"),
        ("version: 1\ntitle: " + "x" * 300_000 + "\n", "title"),
    ],
)
def test_hostile_texts_get_sentences(world: SessionClient, text: str, said: str) -> None:
    """Never a traceback, and the page stays small."""
    page = refused(world, text)

    assert said in page.text
    assert "Traceback" not in page.text
    assert "bug in the mock" not in page.text
    assert len(page.source) < 2 * len(text) + 100_000


def test_an_alias_bomb_is_put_out(world: SessionClient) -> None:
    """A few lines that stand for more than a million values."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 8))

    assert "more than 1,000,000 values" in refused(world, f"l0: &l0 x\n{levels}").text


def test_a_text_that_no_form_may_hold_is_refused_in_a_sentence(world: SessionClient) -> None:
    """More than 1 MiB."""
    page = Page(submitted(world, "/scenarios/edit", {"text": "# " + "x" * 1_100_000}, status=413))

    assert "at most 1 MiB is allowed" in page.text


@pytest.mark.parametrize("line", ["seed: 7", "clock: {mode: frozen}"])
def test_seed_and_clock_belong_to_the_sessions_creation(world: SessionClient, line: str) -> None:
    """Neither is taken in silence; the line says so."""
    page = refused(world, f"version: 1\n{line}\n")

    assert "is fixed when a session is created" in page.text
    assert page.all("li", id="line-2", class_="wrong")


def test_a_password_that_no_shipped_scenario_shows_is_masked(worlds: SessionFactory) -> None:
    """In the prose, too; keys as well."""
    world = worlds(accounts=ACCOUNTS, api_keys=KEYS, description=f"Sign in as shop / {HIDDEN}.")

    page = opened(world, "/scenarios/edit")

    assert not [word for word in (HIDDEN, *KEYS) if word in page.source]
    assert "admin-secret" in page.source
    assert HIDDEN not in opened(world, "/scenarios").source


def test_a_mask_that_is_saved_keeps_what_was_behind_it(worlds: SessionFactory) -> None:
    """And is never a password."""
    world = worlds(accounts=ACCOUNTS, api_keys=KEYS, description=f"Sign in as shop / {HIDDEN}.")
    form = form_of(world)
    form["text"] += "watchlist: ['+447700900007']\n"

    submitted(world, "/scenarios/edit", form)

    assert world.send("Hello", auth=("shop", HIDDEN), operation="Services").status_code == 200
    assert world.send("Hello", auth=("shop", "***"), operation="Services").status_code == 401
    assert world.send("Hello", "+447700900007").json()["code"] == 61
    assert all(word in document(world) for word in (f"shop / {HIDDEN}", *KEYS))


def test_a_mask_of_somebody_who_had_no_password_is_told(worlds: SessionFactory) -> None:
    """The account was renamed: nobody knows that it is the same."""
    world = worlds(accounts=ACCOUNTS)
    form = form_of(world)

    page = refused(world, form["text"].replace("username: shop", "username: store"))

    assert "write the password itself" in page.text
    assert world.send("Hello", auth=("shop", HIDDEN), operation="Services").status_code == 200


def test_masks_of_keys_that_nobody_can_tell_apart_are_told(worlds: SessionFactory) -> None:
    """One of two was taken out: which of them, no mask says."""
    world = worlds(api_keys=KEYS)

    page = refused(world, form_of(world)["text"].replace("'***', '***'", "'***'"))

    assert "write the key itself" in page.text
    assert all(key in document(world) for key in KEYS)


def test_a_mask_shared_by_an_alias_keeps_each_ones_own_password(worlds: SessionFactory) -> None:
    """A text may write one mask for two."""
    two = [*ACCOUNTS, {"username": "other", "password": "quite-another-word"}]
    world = worlds(accounts=two)
    text = (
        "version: 1\naccounts:\n  - {username: admin, password: admin-secret, admin: true}\n"
        "  - {username: shop, password: &mask '***'}\n  - {username: other, password: *mask}\n"
    )

    submitted(world, "/scenarios/edit", form_of(world, text))

    for name, word in (("shop", HIDDEN), ("other", "quite-another-word")):
        assert world.send(f"Hello {name}", auth=(name, word), operation="Services").status_code == 200


def test_a_sentence_about_a_mistake_names_no_password(worlds: SessionFactory) -> None:
    """Where a known one was written in a wrong place, the line it stands in is the person's own."""
    world = worlds(accounts=ACCOUNTS)

    page = refused(world, f"version: 1\nhealth: {{database: {HIDDEN}}}\n")

    sentences = re.findall(r'class="sentence"[^>]*>([^<]*)<', page.source)
    assert sentences
    assert not [each for each in sentences if HIDDEN in each]


def test_somebody_elses_change_is_not_overwritten_unseen(world: SessionClient) -> None:
    """The text is kept; whoever saves again means it."""
    form = form_of(world, "version: 1\ntitle: Mine\n")
    submitted(world, "/scenarios/watchlist/use")

    page = Page(submitted(world, "/scenarios/edit", form, status=409))

    assert "Somebody else has changed the scenario" in page.text
    assert text_of(page.source) == form["text"]
    assert world.control("GET", "/scenario")["title"].startswith("Recipient on the watchlist")
    again = {"began_with": page.all("input", name="began_with")[0]["value"], "text": form["text"]}
    submitted(world, "/scenarios/edit", again)
    assert world.control("GET", "/scenario")["title"] == "Mine"
