"""What a run looks like: for people, for machines, and as a page that needs nothing else."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from contract_tests.client.cases import Case
from contract_tests.client.checks import checks_of
from contract_tests.client.evidence import Evidence
from contract_tests.client.findings import Breach, Failure, Met, Report, Standing, Verdict
from contract_tests.client.programs import simplest
from contract_tests.client.receipt_checks import not_testable
from contract_tests.client.reporting.console import print_report
from contract_tests.client.reporting.files import as_json, as_junit, checked_file, write_report
from contract_tests.client.reporting.page import as_page
from contract_tests.target import CouldNotRunError

HOSTILE = "<script>alert(1)</script>\u202e\x00\x1b[31m" + "\N{GRINNING FACE}" * 1600

CHECKS = checks_of()
FAILURE = Failure(
    CHECKS[0],
    Breach(f"the text differs: {HOSTILE}"),
    Evidence(Case((simplest(),)), ()),
    replay=".sms-contract/x.yaml",
)


def report(**changes: object) -> Report:
    """One with every verdict."""
    standings = (
        Standing(CHECKS[0], Verdict.BROKEN, 10, 3, failure=FAILURE),
        Standing(CHECKS[1], Verdict.BROKEN, 10, 1, failure=replace(FAILURE, check=CHECKS[1]), known_gap=True),
        Standing(CHECKS[2], Verdict.KEPT, 10),
        Standing(CHECKS[3], Verdict.NOT_REACHED),
        not_testable()[0],
    )
    met = (Met("refused 61", "refused", 2, {"refused 61": 2}), Met("hang", "time", 0))
    made = Report(f"node {HOSTILE}", "admin", 7, 10, 1.5, standings, met, {"lra": 3}, "sms-contract client --seed 7")
    return replace(made, **changes)  # type: ignore[arg-type]


def printed(found: Report) -> str:
    """The report on a terminal that has no colours."""
    out = io.StringIO()
    print_report(found, Console(file=out, width=160))
    return out.getvalue()


def test_the_terminal_shows_each_breach_with_why_it_matters_and_how_to_see_it_again() -> None:
    """And counts at the end."""
    shown = printed(report())

    assert f"BROKEN  {CHECKS[0].id} ({CHECKS[0].severity.value})" in shown
    assert f"KNOWN GAP  {CHECKS[1].id}" in shown
    assert f"Why: {CHECKS[0].sentence}" in shown
    assert "--replay .sms-contract/x.yaml" in shown
    assert "1 kept, 2 broken, 1 not testable, 1 not reached; 10 cases in 1.5 s" in shown
    assert shown.rstrip().endswith("Repeat: sms-contract client --seed 7")


def test_a_known_gap_that_is_kept_is_told_in_words() -> None:
    """Whoever reads the last line knows what to do."""
    assert f"{CHECKS[2].id} is a known gap, and the client keeps it" in printed(report(closed_gaps=(CHECKS[2].id,)))


def test_json_has_everything_and_survives_a_round_trip() -> None:
    """Plain values alone."""
    found = json.loads(json.dumps(as_json(report())))

    assert [each["verdict"] for each in found["checks"]] == [
        "broken", "broken", "kept", "not reached", "not testable",
    ]  # fmt: skip
    assert found["checks"][0]["failure"]["case"] == Case((simplest(),)).as_json()
    assert (found["exit_code"], found["met"][0]["said"], found["fields"]) == (1, {"refused 61": 2}, {"lra": 3})


def test_junit_has_a_test_case_for_each_check() -> None:
    """A known gap is skipped, and no sign of a client's makes it unreadable."""
    suite = ET.fromstring(as_junit(report()))  # noqa: S314 - our own

    rows = {row.get("name"): [child.tag for child in row] for row in suite}
    assert rows[CHECKS[0].id] == ["failure"]
    assert rows[CHECKS[1].id] == ["skipped"]
    assert rows[CHECKS[2].id] == []
    assert (suite.get("tests"), suite.get("failures")) == ("5", "1")


def test_the_page_shows_what_others_said_as_text_and_needs_nothing_from_elsewhere() -> None:
    """No markup of theirs, nothing that turns the direction of the text, no script, no address."""
    page = as_page(report())

    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e\\u0000" in page
    assert re.findall(r"""(?:src|href)=["'](?!#)""", page) == []
    assert "default-src 'none'" in page


def test_the_page_has_verdicts_coverage_and_the_way_to_repeat() -> None:
    """What a reader looks for who has never seen it."""
    page = as_page(report())

    for words in (
        "Breaks the contract",
        "not testable",
        "never met",
        "Why it matters",
        CHECKS[0].id,
        "--seed 7",
        "lra",
    ):
        assert words in page
    assert "Keeps the contract" in as_page(report(standings=(Standing(CHECKS[2], Verdict.KEPT, 10),)))


@pytest.mark.parametrize("suffix", ["json", "xml", "html"])
def test_a_report_is_written_whatever_it_holds(tmp_path: Path, suffix: str) -> None:
    """Half a character of a client's is no obstacle."""
    file = checked_file(tmp_path / f"r.{suffix}")

    write_report(report(client="half \ud800"), file)

    assert file.stat().st_size > 500


@pytest.mark.parametrize(
    ("name", "said"), [("r.pdf", "one of .html, .json, .xml"), ("no/r.json", "there is no folder")]
)
def test_a_file_that_cannot_be_written_is_told_before_the_run(tmp_path: Path, name: str, said: str) -> None:
    """And not after it."""
    with pytest.raises(CouldNotRunError, match=said):
        checked_file(tmp_path / name)
