"""How scenarios read YAML: no implicit types, limits on depth and size, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_server.scenario.loader import LARGEST_FILE, ScenarioError, load_scenario, parse_scenario

TAB = (
    "f:3:1: this is not YAML: found character that cannot start any token, while scanning for the next token "
    "(a tab, or a text that needs quotes)"
)


def problem_of(text: str) -> str:
    """The only problem of a text."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "f")
    (problem,) = caught.value.problems
    return str(problem)


def file_problem(path: Path) -> str:
    """The only problem of a file, without its path."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    (problem,) = caught.value.problems
    assert problem.file == str(path)
    return str(problem).removeprefix(str(path))


def test_an_unquoted_number_stays_a_text() -> None:
    """PyYAML's own resolver reads +447700900061 as an integer and loses the plus."""
    assert parse_scenario("version: 1\nwatchlist: [+447700900061]", "f").watchlist == ("+447700900061",)


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "y", "12:30", "2026-01-15", "0x1F", "0o17", "1_000", ".5", "+5"]
)
def test_words_that_other_parsers_convert_stay_texts(word: str) -> None:
    """Only true, false, null and decimal numbers are converted; everything else is a text."""
    assert parse_scenario(f"version: 1\nservices: [{word}]", "f").services == (word,)


def test_an_unquoted_instant_stays_a_text() -> None:
    """PyYAML's own resolver converts it to a datetime, and loses its offset."""
    scenario = parse_scenario("version: 1\nclock: {mode: frozen, at: 2026-01-15T10:00:00+01:00}", "f")

    assert scenario.clock.at == "2026-01-15T10:00:00+01:00"


def test_anchors_aliases_and_merges_work() -> None:
    """They avoid repetition in every account; the account's own keys win."""
    text = """
version: 1
accounts:
  - &base {username: a, password: x, urls: allowed}
  - {<<: *base, username: b}
  - {<<: [{username: c, active: false}, *base]}
"""
    first, second, third = parse_scenario(text, "f").accounts

    assert (first.username, second.username, third.username) == ("a", "b", "c")
    assert second.urls == third.urls == "allowed"
    assert not third.active


def test_a_flaw_behind_an_alias_has_the_position_of_the_anchor() -> None:
    """The path is that of the alias, the position that of the mistake."""
    text = "version: 1\naccounts: [&a {username: u, password: p, urls: x}, {<<: *a, username: v}]"

    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "f")

    assert [(p.line, p.column, p.path) for p in caught.value.problems] == [
        (2, 48, "accounts[0].urls"),
        (2, 48, "accounts[1].urls"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f:1:1: the file is empty; a scenario is at least 'version: 1'"),
        ("# only a comment\n", "f:1:1: the file is empty; a scenario is at least 'version: 1'"),
        ("---\n", "f:1:1: the file is empty; a scenario is at least 'version: 1'"),
        ("\n- version: 1", "f:2:1: a scenario is a mapping (key: value); it begins with 'version: 1'"),
        ("version", "f:1:1: a scenario is a mapping (key: value); it begins with 'version: 1'"),
        (
            "a: b: c",
            "f:1:5: this is not YAML: mapping values are not allowed in this context",
        ),
        ("version: 1\ntitle:\n\t- x", TAB),
        ("version: 1\ntitle: \0", "f:2:8: this is not YAML: it holds a control character"),
        ("version: 1\ntitle: '\ud800'", "f:2:9: this is not YAML: it holds half a surrogate pair"),
        ("version: 1\ntitle: *t", "f:2:8: this alias has no anchor above it; quote a text that begins with '*'"),
        ("&a [*a]", "f:1:5: this alias has no anchor above it; quote a text that begins with '*'"),
        ("? [a]\n: b", "f:1:3: a key must be a plain text"),
        ("? *a\n: b", "f:1:3: a key must be a plain text"),
        ("version: 1\n---\nversion: 1", "f:3:1: a second document begins here; a scenario is one document"),
    ],
)
def test_a_text_that_is_not_a_scenario_is_one_problem(text: str, problem: str) -> None:
    """It says where reading stopped, and why."""
    assert problem_of(text) == problem


@pytest.mark.parametrize("bracket", ["[", "- ", '{"a": ', "? "])
def test_nesting_ends_at_the_thirty_second_level(bracket: str) -> None:
    """Ten megabytes of nesting stop at the limit before anything recurses."""
    sentence = problem_of(bracket * (10_000_000 // len(bracket)))

    assert sentence.endswith(("nested deeper than 32 levels, the limit for a scenario", "a key must be a plain text"))


def test_aliases_cannot_multiply_without_limit() -> None:
    """Nine lines can stand for a billion values; the limit is a million."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    assert problem_of("\n".join(lines)).endswith(
        "this has more than 1,000,000 values, including those behind aliases"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    assert file_problem(tmp_path / "none.yaml") == ": there is no such file"
    assert file_problem(tmp_path / "a.yaml" / ("x" * 300)).startswith(": ")


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    assert file_problem(tmp_path) == ": this is a directory; name a file"


def test_a_device_is_not_a_file() -> None:
    """Reading it would never end."""
    assert file_problem(Path("/dev/zero")) == ": this is not a regular file"


def test_a_path_that_no_file_system_accepts() -> None:
    """A path cannot contain NUL."""
    assert file_problem(Path("a\0b")).startswith(": this file cannot be read: embedded null")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is simulated, because root can read every file."""
    path = tmp_path / "s.yaml"
    path.write_text("version: 1")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert file_problem(path) == ": there is no permission to read this file"


def test_a_file_larger_than_the_limit(tmp_path: Path) -> None:
    """Reading ends at 16 MiB."""
    path = tmp_path / "s.yaml"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)

    assert file_problem(path) == ": this file is larger than 16 MiB, the limit for a scenario"


def test_bytes_that_are_not_utf_8_are_reported_at_their_position(tmp_path: Path) -> None:
    """In practice, such files are Latin-1 or UTF-16."""
    latin, wide = tmp_path / "latin.yaml", tmp_path / "wide.yaml"
    latin.write_bytes("version: 1\ntitle: Grüße".encode("latin-1"))
    wide.write_bytes("version: 1".encode("utf-16"))

    assert file_problem(latin) == ":2:10: this is not UTF-8; save the file as UTF-8"
    assert file_problem(wide) == ":1:1: this is not UTF-8; save the file as UTF-8"


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    """Some editors write one; it does not change positions."""
    path = tmp_path / "s.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\r\ntitle: x\r\n")

    assert load_scenario(path).title == "x"


def test_ten_thousand_watched_numbers_load() -> None:
    """Long lists are allowed."""
    numbers = "\n".join(f"  - +4477{n:08}" for n in range(10_000))

    assert len(parse_scenario(f"version: 1\nwatchlist:\n{numbers}", "f").watchlist) == 10_000
