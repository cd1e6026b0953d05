"""The list of requirements: its content, and the errors for a malformed list."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError

import pytest

from contract_tests.contract.requirements import Requirement, load_requirements, parse_requirements

ENTRY = """
- id: AF-2
  grade: conflict
  page: [anti-flooding]
  statement: At most 150 messages an hour.
  default: 150
  alternatives: [{value: 100, statement: At most 100.}]
"""

SWITCHES: dict[str, tuple[int | str, ...]] = {
    "ANS-2": ("absent", "null"),
    "ANS-5": ("challenge", "no-challenge"),
    "NUM-1": ("country-code", "numbering-plan"),
    "AF-2": (150, 100),
    "AF-4": ("sliding", "fixed"),
    "AF-5": ("handed-over", "attempts"),
    "AF-7": ("unknown", "rejected"),
    "URL-3": ("bare-domains", "explicit"),
    "ACC-2": (401, 403),
    "ACC-3": ("refused", "ignored"),
    "BAD-1": (400, 500),
    "BAD-3": (400, "accepted", 66),
    "BAD-6": ("https-only", "plain-http"),
    "BAD-7": ("accepted", 66),
    "WH-5": ("in-order", "independent"),
}

BROKEN = {
    "not YAML": ("- id: [", "not readable YAML"),
    "no list": ("id: AF-2", "must be a list"),
    "empty": ("", "must be a list"),
    "entry without id": ("- grade: assumed", "Entry 1 of the requirements has no id"),
    "duplicate id": (ENTRY + ENTRY, "AF-2: the id is used twice"),
    "duplicate key": (ENTRY.replace("grade:", "id: AF-3\n  grade:"), "the key 'id' stands there twice"),
    "unknown grade": (ENTRY.replace("conflict", "guessed"), "AF-2: unknown grade 'guessed'; allowed are documented"),
    "unknown key": (ENTRY.replace("page:", "pages:"), "AF-2: unknown key 'pages'; allowed are"),
    "missing key": (ENTRY.replace("  page: [anti-flooding]\n", ""), "AF-2: the key 'page' is missing"),
    "empty statement": (ENTRY.replace("At most 150 messages an hour.", "' '"), "AF-2: 'statement' must be a text"),
    "page not a list": (ENTRY.replace("[anti-flooding]", "anti-flooding"), "AF-2: 'page' is a list"),
    "no default": (ENTRY.replace("default: 150", "default: null"), "AF-2: a documented statement has no default"),
    "default that is a flag": (
        ENTRY.replace("default: 150", "default: yes"),
        "AF-2: 'default' must be a whole number",
    ),
    "alternatives of nothing": (ENTRY.replace("[{value: 100, statement: At most 100.}]", "100"), "'alternatives' is"),
    "unknown key of an alternative": (ENTRY.replace("value:", "valeu:"), "AF-2, alternatives: unknown key 'valeu'"),
    "default among the alternatives": (ENTRY.replace("100,", "150,"), "AF-2: the values (150, 150) of its switch"),
    "choice where documented": (
        ENTRY.replace("conflict", "documented").replace("default: 150", "default: null"),
        "AF-2: a documented statement leaves no alternatives",
    ),
    "observable not a flag": (ENTRY + "  observable: 'no'\n", "AF-2: 'observable' must be true or false"),
    "unobservable without a reason": (ENTRY + "  observable: false\n", "AF-2: 'because' stands exactly where"),
}


def by_id() -> dict[str, Requirement]:
    """The project's own requirements, by their ids."""
    return {requirement.id: requirement for requirement in load_requirements()}


def test_every_id_is_unique_and_well_formed() -> None:
    """An id is a section's letters, a number, and at most one letter, so that it needs no quoting anywhere."""
    ids = [requirement.id for requirement in load_requirements()]

    assert len(ids) == len(set(ids)) >= 78
    assert [id_ for id_ in ids if not re.fullmatch(r"[A-Z]{2,3}-[0-9]+[a-z]?", id_)] == []


def test_sections_stand_together_in_their_order() -> None:
    """Requirements are ordered by section: operations first, message status last."""
    prefixes = list(dict.fromkeys(requirement.id.partition("-")[0] for requirement in load_requirements()))

    expected = "OP REQ ANS NUM ERR AF WL URL PR ACC BAD ORD ST WH MS"
    assert prefixes == expected.split()


def test_every_documented_statement_names_its_page() -> None:
    """Each documented requirement names at least one of the vendor's pages."""
    assert [r.id for r in load_requirements() if r.grade == "documented" and not r.page] == []


def test_the_switchboard_is_exactly_this() -> None:
    """The scenario key `assume` takes exactly these ids and values, the default first."""
    assert {r.id: r.switch_values for r in load_requirements() if r.switch_values} == SWITCHES


def test_a_statement_without_alternatives_has_no_switch() -> None:
    """The default of a requirement with one reading describes it and is no value of `assume`."""
    requirement = by_id()["OP-9"]

    assert requirement.default == "reported-in-200"
    assert requirement.switch_values == ()


def test_no_statement_waits_for_a_feature() -> None:
    """No requirement waits for a future feature."""
    assert [r.id for r in load_requirements() if r.since is not None] == []


def test_what_cannot_be_observed_says_why() -> None:
    """Only the vendor's host names cannot be observed, and the file says why."""
    unobservable = [r for r in load_requirements() if not r.observable]

    assert [r.id for r in unobservable] == ["OP-6"]
    assert unobservable[0].because


def test_a_requirement_cannot_be_changed() -> None:
    """Requirements are shared, so they are immutable."""
    requirement = load_requirements()[0]

    with pytest.raises(FrozenInstanceError):
        requirement.statement = "something else"  # type: ignore[misc]


def test_an_entry_reads_as_it_is_written() -> None:
    """Every key of an entry is read into the field of the same name."""
    (requirement,) = parse_requirements(ENTRY + "  since: delivery\n  observable: false\n  because: it is hidden\n")

    assert (requirement.id, requirement.grade, requirement.page) == ("AF-2", "conflict", ("anti-flooding",))
    assert requirement.statement == "At most 150 messages an hour."
    assert (requirement.default, requirement.switch_values) == (150, (150, 100))
    assert requirement.alternatives[0].statement == "At most 100."
    assert (requirement.since, requirement.observable, requirement.because) == ("delivery", False, "it is hidden")


@pytest.mark.parametrize(("text", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_a_malformed_file_is_told_in_a_sentence(text: str, sentence: str) -> None:
    """A malformed file raises a ValueError that names the entry and the mistake."""
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse_requirements(text)
