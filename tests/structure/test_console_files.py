"""The console's files: vendored files as published, and complete words in both languages."""

from __future__ import annotations

import ast
import re
import tomllib
from hashlib import sha256
from pathlib import Path
from string import Formatter

import pytest

from mock_server import explanation
from mock_server.console.rendering import LANGUAGES, Words, words
from mock_server.control.views.inbox import STATES
from mock_server.domain.requirements import Grade
from tests.structure.project_sources import ROOT, modules

CONSOLE = ROOT / "mock_server/console"
VENDORED = (CONSOLE / "static/vendor", ROOT / "tests/console/browser/vendor")
TEMPLATES = {path.name: path.read_text() for path in sorted((CONSOLE / "templates").glob("*.html"))}

ENGLISH, ITALIAN = (words(language) for language in LANGUAGES)


def has_a_usual_title(text: str) -> bool:
    """Whether the layout gives the template its title."""
    return 'extends "layout.html"' in text and "{% block title %}" not in text


PARTS = {
    "state": {*STATES, "forced"},
    "grade": set(Grade),
    "nav": set(re.findall(r'\("(\w+)", "(?:/\w+)?"\)', TEMPLATES["layout.html"]))
    | {name.removesuffix(".html") for name, text in TEMPLATES.items() if has_a_usual_title(text)},
    "outcome": {
        each.replace(" ", "_")
        for each in (
            explanation.ACCEPTED,
            explanation.DROPPED,
            explanation.REFUSED,
            explanation.INTERCEPTED,
            explanation.ANSWERED,
            explanation.DISCONNECTED,
            explanation.BUG,
            explanation.OPEN,
        )
    },
    "webhook": {"under_way", "taken", "failed", "given_up"},
}
"""Sections whose names templates compose: each of these names must have a word."""
PARTS["why"] = PARTS["outcome"]


def literals(text: str) -> set[str]:
    """The names that a template's text asks for literally."""
    return set(re.findall(r"""\bt(?:\.get)?\(\s*["']([\w.]*\w)["']\s*[,)]""", text))


def beginnings(text: str) -> set[str]:
    """The prefixes of names that a template's text composes."""
    return set(re.findall(r"""\bt(?:\.get)?\(\s*["']([\w.]+\.)["']\s*~""", text))


def asked_by_python() -> tuple[set[str], set[str]]:
    """Strings in the console's modules that may be names, and the prefixes of names composed there."""
    whole, begun = set(), set()
    for module in modules("mock_server/console"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.JoinedStr):
                first = node.values[0] if node.values else None
                if isinstance(first, ast.Constant) and re.fullmatch(r"[\w.]+[._]", str(first.value)):
                    begun.add(str(first.value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
    return whole, begun


def names_given_to_words() -> dict[str, str]:
    """The names that the console's modules ask for literally, each with its file."""
    return {
        argument.value: module.path
        for module in modules("mock_server/console")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "words" and node.args
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def placeholders(text: str) -> set[str]:
    """The names of a text's placeholders."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def vendored(folder: Path) -> dict[str, dict[str, str]]:
    """The entries of a folder's `vendored.toml`."""
    return tomllib.loads((folder / "vendored.toml").read_text())


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_vendored_files_are_as_they_were_published(folder: Path) -> None:
    """Each has its hash, version and licence; a changed file would be neither ours nor theirs."""
    entries = vendored(folder)

    assert entries
    for name, facts in entries.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"], name
        assert facts["version"]
        assert facts["license"]
        assert (folder / facts["license_file"]).read_text().strip()


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_vendored_file_has_an_entry(folder: Path) -> None:
    """Each file has an entry, or is the licence of one that has."""
    entries = vendored(folder)
    licences = {
        value for facts in entries.values() for name, value in facts.items() if name.startswith("license_file")
    }

    assert {path.name for path in folder.iterdir()} == {*entries, *licences, "vendored.toml"}


def test_both_languages_say_the_same() -> None:
    """The same names with the same placeholders, and no empty text."""
    assert sorted(ENGLISH) == sorted(ITALIAN)
    for name in ENGLISH:
        english, italian = ENGLISH.get(name), ITALIAN.get(name)
        assert english
        assert italian
        assert placeholders(english) == placeholders(italian), name


@pytest.mark.parametrize("language", [ENGLISH, ITALIAN], ids=LANGUAGES)
def test_words_are_free_of_markup(language: Words) -> None:
    """Pages escape words, so a tag would be visible."""
    assert [name for name in language if re.search(r"<\w|&\w+;", language.get(name) or "")] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_word_that_a_template_asks_for_is_there(template: str) -> None:
    """Literal names exist, and a composed name has a prefix that exists."""
    text = TEMPLATES[template]

    assert literals(text) - set(ENGLISH) == set()
    assert [begin for begin in beginnings(text) if not any(name.startswith(begin) for name in ENGLISH)] == []


def test_every_word_that_a_module_asks_for_is_there() -> None:
    """A missing name would be an error when the page is opened."""
    assert {name: path for name, path in names_given_to_words().items() if name not in set(ENGLISH)} == {}


@pytest.mark.parametrize("section", PARTS)
def test_a_section_has_a_word_for_each_value_that_may_be_shown(section: str) -> None:
    """And for no other name."""
    assert {name.partition(".")[2] for name in ENGLISH if name.startswith(f"{section}.")} == PARTS[section]


def test_no_word_goes_unused() -> None:
    """An unused word would be translated for no reason."""
    templates = "\n".join(TEMPLATES.values())
    whole, begun = asked_by_python()
    used = literals(templates) | whole
    started = tuple(beginnings(templates) | begun)

    assert [name for name in ENGLISH if name not in used and not name.startswith(started)] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_marked_safe(template: str) -> None:
    """Content of messages and requests is text, and so are the words."""
    assert re.findall(r"\|\s*safe\b|autoescape|Markup", TEMPLATES[template]) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_hold_no_sentences(template: str) -> None:
    """All visible sentences come from the words, in both languages."""
    outside = re.sub(
        r"<code>.*?</code>|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", TEMPLATES[template], flags=re.DOTALL
    )

    assert re.findall(r"[^\W\d_]{3,}(?:\s+[^\W\d_]+)+", outside) == []


@pytest.mark.parametrize(
    ("text", "whole", "begun"),
    [
        ('{{ t("inbox.title") }}', {"inbox.title"}, set()),
        ("{{ t('inbox.of_send', n=3) }}", {"inbox.of_send"}, set()),
        ('{{ t("state." ~ name) }}', set(), {"state."}),
        ('{{ t.get("grade." ~ x) }}', set(), {"grade."}),
        ('{{ cut("inbox.title") }}', set(), set()),
    ],
)
def test_words_are_found_in_a_template(text: str, whole: set[str], begun: set[str]) -> None:
    """Both ways of asking for a word are found."""
    assert (literals(text), beginnings(text)) == (whole, begun)
