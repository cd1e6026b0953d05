"""The HTML report: self-contained, accessible, and with all foreign text escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from contract_tests.client.reporting.files import write_report
from contract_tests.client.reporting.markup import Markup, joined, tag
from contract_tests.client.reporting.page import as_page
from contract_tests.client.results import ClientReport
from tests.kit.client import sample_reports as made

VOID = {"meta", "br"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "h1", "h2", "h3", "p", "ul", "ol", "li", "dl",
    "dt", "dd", "div", "span", "strong", "b", "small", "code", "pre", "a", "article", "details", "summary", "table",
    "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "scope", "open", "tabindex", "role",
    "aria-label", "aria-hidden",
}  # fmt: skip


class ReportPage(HTMLParser):
    """The parsed page; an element that is not closed is an error."""

    def __init__(self, report: ClientReport) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: dict[str, list[str]] = {}
        self.source = as_page(report)
        self.feed(self.source)
        self.close()
        assert self.open == []

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an opening tag."""
        self.tags.append((name, dict(attrs)))
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        """Assert that the tag closes the last open element."""
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        """Record a text under each enclosing element."""
        for name in set(self.open):
            self.text.setdefault(name, []).append(data)

    def said(self, name: str = "body") -> str:
        """The text of all elements with a name."""
        return "".join(self.text.get(name, []))

    def values(self, attribute: str) -> list[str]:
        """All values of an attribute."""
        return [value or "" for _, attributes in self.tags for key, value in attributes.items() if key == attribute]


def assert_inert(page: ReportPage) -> None:
    """Assert: known elements and attributes, links only within the page, nothing to run or load."""
    assert {name for name, _ in page.tags} <= ALLOWED
    assert {key for _, attributes in page.tags for key in attributes} <= ATTRIBUTES
    assert all(target.startswith("#") for target in page.values("href"))
    assert not re.search(r"url\(|@import|expression", page.said("style"))
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.values("content")


def test_the_page_is_self_contained() -> None:
    """No script and no external resource: it works from a disk and from a mail."""
    page = ReportPage(made.everything())

    assert_inert(page)
    assert not re.search(r"(?:src|href|action|content)\s*=\s*[\"']?(?:https?:)?//", page.source)


@pytest.mark.parametrize("text", made.HOSTILE.values(), ids=made.HOSTILE.keys())
def test_foreign_text_is_always_escaped(text: str, tmp_path: Path) -> None:
    """No markup, no change of direction, no invalid character."""
    page = ReportPage(made.hostile(text))

    assert_inert(page)
    assert [name for name, _ in page.tags] == [name for name, _ in ReportPage(made.hostile("plain")).tags]
    assert all(each.isprintable() or each == "\n" for each in page.source)
    if text.isprintable():
        assert text in page.said("header")
        assert text in page.said("article")
    write_report(made.hostile(text), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page.source


def test_the_page_begins_with_the_verdict() -> None:
    """With the client's name, and every count with its sign and word."""
    page = ReportPage(made.everything())

    assert page.said("title") == "Breaks the contract: node driver.mjs"
    assert page.said("h1") == "Breaks the contract"
    assert "✓2 kept✗4 broken\N{EN DASH}1 not testable○1 not reached" in page.said("header")
    assert "outcome.id is a known gap that the client keeps" in page.said("header")


def test_the_page_explains_itself() -> None:
    """What was done, and what the words mean."""
    said = ReportPage(made.everything()).said("main")

    assert "A program that sends SMS, called the client here, was run against a stand-in" in said
    for word in ("✓ kept", "✗ broken", "\N{EN DASH} not testable", "○ not reached", "critical", "major", "minor"):
        assert word in said


def test_a_failure_is_a_card_with_all_details() -> None:
    """The breach, why it matters, the requirement with its grade, the transcript, the message, and the replay."""
    page = ReportPage(made.report(made.broken("resend.unknown-fate", gap=True)))
    said = page.said("article")

    for part in (
        "✗ resend.unknown-fate",
        "known gap",
        "the message was sent twice",
        "Why resend.unknown-fate matters.",
        "Broken in 4 of 9 cases; a known gap.",
        "AF-1 (documented): ",
        "One message; the gateway, send by send: “reset-after”.",
        "the client, after 0.250 s: failed: Hi",
        '{"destination": "+447700900123", "text": "Hi"}',
        "sms-mock serve --scenario r.yaml",
    ):
        assert part in said


def test_every_check_is_in_the_table_and_links_to_its_failure() -> None:
    """A link only if there is a failure."""
    page = ReportPage(made.everything())

    assert set(page.values("href")) == {f"#{id_}" for id_ in page.values("id")}
    assert len(page.values("href")) == 4
    for standing in made.everything().standings:
        assert standing.check.id in page.said("table")
        assert standing.check.sentence in page.said("table")


def test_coverage_shows_what_occurred_what_was_reported_and_what_is_missing() -> None:
    """By code, status, step and field; an incomplete group is open."""
    page = ReportPage(made.everything())
    said = page.said("table")

    for part in (
        "never covered: hang, hang-after, slow-drip",
        "63 x 2",
        "401 x 2",
        "reference x 4",
        "account",
        "accepted x 1",
    ):
        assert part in said.replace("\N{MULTIPLICATION SIGN}", "x")
    assert said.count("never covered") == 5, "the steps and the field in the overview, and each step in its group"
    assert [attributes for name, attributes in page.tags if name == "details" and "open" in attributes] == [
        {"open": None}
    ]


def test_receipts_and_races_are_shown_with_what_the_receiver_did() -> None:
    """Breaches are highlighted; without a receiver the page says what was missing."""
    page = ReportPage(made.everything())
    said = page.said("table").replace("\N{MULTIPLICATION SIGN}", "x")

    for part in ("the receipt SENT", "204 x 1", "400 x 1", "none x 1", "receipt 1, then the answer", "500 x 1"):
        assert part in said
    assert "not played: the client sent nothing" in said
    assert page.values("class").count("count broken") == 2, "the lost one and the 500"
    assert "3 receipts of 3 kinds" in page.said("p")
    assert "no receiver of the client was given (--webhook-url)" in ReportPage(made.report(receipts=())).said("p")


def test_a_report_without_a_case_is_a_page_too() -> None:
    """It says that nothing was judged."""
    page = ReportPage(made.report(cases=0, steps=(), fields={}, command=""))

    assert_inert(page)
    assert page.said("h1") == "Nothing was judged"
    assert "How much of the contract" not in page.said()


def test_tables_have_captions_and_headers_and_headings_are_in_order() -> None:
    """For screen readers."""
    page = ReportPage(made.everything())
    names = [name for name, _ in page.tags]

    assert names.count("table") == names.count("caption") > 5
    assert all(attributes.get("scope") in {"row", "col"} for name, attributes in page.tags if name == "th")
    levels = [int(name[1]) for name in names if re.fullmatch(r"h\d", name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.values("id")) == len(set(page.values("id")))
    assert page.values("lang") == ["en"]


STYLE = files("contract_tests.client.reporting").joinpath("page.css").read_text(encoding="utf-8")
LIGHT, DARK = (dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in STYLE.split("@media", 2)[:2])


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "soft"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "good", "bad", "open", "link"])
def test_text_has_enough_contrast(theme: dict[str, str], ground: str, ink: str) -> None:
    """WCAG 2 AA requires 4.5 to 1."""
    lighter, darker = sorted((luminance(theme[ink]), luminance(theme[ground])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_every_colour_of_the_page_is_one_of_these() -> None:
    """Otherwise its contrast is not tested."""
    colours = re.findall(r"(?:color|background): ([^;]+);", STYLE)

    assert colours
    assert all(re.fullmatch(r"var\(--\w+\)", colour) for colour in colours)
    assert LIGHT.keys() == DARK.keys()


def test_plain_content_is_escaped() -> None:
    """Only `Markup` is inserted unchanged."""
    assert tag("p", "<b>", Markup("<i></i>"), 3, None, class_='"x"', open=True, id=None).html == (
        '<p class="&quot;x&quot;" open>&lt;b&gt;<i></i>3</p>'
    )
    assert joined(("a", "&"), ", ").html == "a, &amp;"
