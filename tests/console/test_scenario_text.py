"""The scenario in force as YAML: saving, errors by line, and masks that are never saved as passwords."""

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
    """The content of the text field, as a browser reads it."""
    found = re.search(r"<textarea[^>]*>\n(.*)</textarea>", response_text, re.DOTALL)
    assert found
    return (found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")).replace(
        "&amp;", "&"
    )


def form_of(world: SessionClient, text: str | None = None) -> dict[str, str]:
    """The form as opened, with another text."""
    page = opened(world, "/scenarios/edit")
    return {
        "began_with": page.all("input", name="began_with")[0]["value"],
        "text": text_of(page.source) if text is None else text,
    }


def refused(world: SessionClient, text: str, status: int = 400) -> Page:
    """The page that shows the errors of a text."""
    return Page(submitted(world, "/scenarios/edit", form_of(world, text), status=status))


def document(world: SessionClient) -> Any:
    """The scenario in force, with passwords."""
    found = world.client.get(f"{world.prefix}/_control/scenario/export?secrets=true")
    return found.text


def test_a_shipped_scenario_is_edited_as_its_file(world: SessionClient) -> None:
    """With its comments and layout."""
    assert form_of(world)["text"] == pack.resolve("default").read_text(encoding="utf-8")


def test_a_saved_scenario_is_in_force(world: SessionClient) -> None:
    """Messages, seed and clock stay."""
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


def test_line_ends_of_browsers_are_normalised(world: SessionClient) -> None:
    """Forms are sent with CR LF."""
    submitted(world, "/scenarios/edit", form_of(world, "version: 1\r\ntitle: |\r\n  one\r\n  two\r\n"))

    assert world.control("GET", "/scenario")["title"] == "one\ntwo\n"


def test_every_error_is_reported_at_its_line(world: SessionClient) -> None:
    """Each error links to its line, which is shown with its number and with the wrong word marked."""
    page = refused(world, "version: 1\ntitel: x\naccounts:\n  - {username: a, password: b, admin: maybe}\n")

    assert [each["data-line"] for each in page.all("a") if "data-line" in each] == ["2", "4"]
    assert "Line 2, column 1 titel : unknown key;" in page.text
    assert "Line 4, column 39 accounts[0].admin : must be true or false, not 'maybe'" in page.text
    assert [each["id"] for each in page.all("li", class_="wrong")] == ["line-2", "line-4"]
    assert re.findall(r"<mark><span[^>]*>([^<]*)</span></mark>", page.source) == ["titel:", "maybe"]


def test_a_refused_text_is_kept_and_changes_nothing(world: SessionClient) -> None:
    """Every character, spaces included."""
    typed = "\n\n version: 1 \ntitle: '</textarea><script>alert(1)</script> &amp; \u202e'\nnope: 1\n\n"
    before = document(world)

    page = refused(world, typed)

    assert text_of(page.source) == typed
    assert not [each for each in page.all("script") if "src" not in each]
    assert document(world) == before


def test_of_a_long_file_only_lines_near_an_error_are_shown(world: SessionClient) -> None:
    """With their line numbers."""
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
def test_hostile_texts_are_refused_with_a_reason(world: SessionClient, text: str, said: str) -> None:
    """Never with a traceback, and the page stays small."""
    page = refused(world, text)

    assert said in page.text
    assert "Traceback" not in page.text
    assert "bug in the mock" not in page.text
    assert len(page.source) < 2 * len(text) + 100_000


def test_an_alias_bomb_is_refused(world: SessionClient) -> None:
    """A few lines that expand to more than a million values."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 8))

    assert "more than 1,000,000 values" in refused(world, f"l0: &l0 x\n{levels}").text


def test_an_oversized_text_is_refused(world: SessionClient) -> None:
    """More than 1 MiB."""
    page = Page(submitted(world, "/scenarios/edit", {"text": "# " + "x" * 1_100_000}, status=413))

    assert "at most 1 MiB is allowed" in page.text


@pytest.mark.parametrize("line", ["seed: 7", "clock: {mode: frozen}"])
def test_seed_and_clock_cannot_be_changed(world: SessionClient, line: str) -> None:
    """They belong to the session's creation; the error names the line."""
    page = refused(world, f"version: 1\n{line}\n")

    assert "is fixed when a session is created" in page.text
    assert page.all("li", id="line-2", class_="wrong")


def test_passwords_other_than_shipped_ones_are_masked(worlds: SessionFactory) -> None:
    """Also in comments; keys as well."""
    world = worlds(accounts=ACCOUNTS, api_keys=KEYS, description=f"Sign in as shop / {HIDDEN}.")

    page = opened(world, "/scenarios/edit")

    assert not [word for word in (HIDDEN, *KEYS) if word in page.source]
    assert "admin-secret" in page.source
    assert HIDDEN not in opened(world, "/scenarios").source


def test_a_saved_mask_keeps_its_password(worlds: SessionFactory) -> None:
    """The mask itself is never a password."""
    world = worlds(accounts=ACCOUNTS, api_keys=KEYS, description=f"Sign in as shop / {HIDDEN}.")
    form = form_of(world)
    form["text"] += "watchlist: ['+447700900007']\n"

    submitted(world, "/scenarios/edit", form)

    assert world.send("Hello", auth=("shop", HIDDEN), operation="Services").status_code == 200
    assert world.send("Hello", auth=("shop", "***"), operation="Services").status_code == 401
    assert world.send("Hello", "+447700900007").json()["code"] == 61
    assert all(word in document(world) for word in (f"shop / {HIDDEN}", *KEYS))


def test_a_mask_for_a_new_account_is_refused(worlds: SessionFactory) -> None:
    """A renamed account is a new account."""
    world = worlds(accounts=ACCOUNTS)
    form = form_of(world)

    page = refused(world, form["text"].replace("username: shop", "username: store"))

    assert "write the password itself" in page.text
    assert world.send("Hello", auth=("shop", HIDDEN), operation="Services").status_code == 200


def test_ambiguous_masks_of_keys_are_refused(worlds: SessionFactory) -> None:
    """One of two keys was removed, and masks do not say which."""
    world = worlds(api_keys=KEYS)

    page = refused(world, form_of(world)["text"].replace("'***', '***'", "'***'"))

    assert "write the key itself" in page.text
    assert all(key in document(world) for key in KEYS)


def test_a_mask_shared_by_an_alias_keeps_each_accounts_password(worlds: SessionFactory) -> None:
    """One YAML alias may stand for two masks."""
    two = [*ACCOUNTS, {"username": "other", "password": "quite-another-word"}]
    world = worlds(accounts=two)
    text = (
        "version: 1\naccounts:\n  - {username: admin, password: admin-secret, admin: true}\n"
        "  - {username: shop, password: &mask '***'}\n  - {username: other, password: *mask}\n"
    )

    submitted(world, "/scenarios/edit", form_of(world, text))

    for name, word in (("shop", HIDDEN), ("other", "quite-another-word")):
        assert world.send(f"Hello {name}", auth=(name, word), operation="Services").status_code == 200


def test_an_error_contains_no_password(worlds: SessionFactory) -> None:
    """If a known password is in a wrong place, only the shown line, which the tester typed, contains it."""
    world = worlds(accounts=ACCOUNTS)

    page = refused(world, f"version: 1\nhealth: {{database: {HIDDEN}}}\n")

    sentences = re.findall(r'class="sentence"[^>]*>([^<]*)<', page.source)
    assert sentences
    assert not [each for each in sentences if HIDDEN in each]


def test_a_concurrent_change_is_not_overwritten_silently(world: SessionClient) -> None:
    """The text is kept; saving again overwrites."""
    form = form_of(world, "version: 1\ntitle: Mine\n")
    submitted(world, "/scenarios/watchlist/use")

    page = Page(submitted(world, "/scenarios/edit", form, status=409))

    assert "Somebody else has changed the scenario" in page.text
    assert text_of(page.source) == form["text"]
    assert world.control("GET", "/scenario")["title"].startswith("Recipient on the watchlist")
    again = {"began_with": page.all("input", name="began_with")[0]["value"], "text": form["text"]}
    submitted(world, "/scenarios/edit", again)
    assert world.control("GET", "/scenario")["title"] == "Mine"
