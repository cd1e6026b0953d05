"""The report on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from contract_tests.client.reporting.console import print_report
from contract_tests.client.results import ClientReport
from tests.kit.client import sample_reports as made


def printed(report: ClientReport, *, terminal: bool = False, width: int = 80) -> str:
    """The output for a pipe or a terminal."""
    file = io.StringIO()
    print_report(report, Console(file=file, width=width, force_terminal=terminal, _environ={"TERM": "xterm"}))
    return file.getvalue()


def test_a_pipe_gets_no_colours_and_a_terminal_does() -> None:
    """Escape sequences are for terminals only."""
    assert "\x1b" not in printed(made.everything())
    assert "\x1b[1;31m" in printed(made.everything(), terminal=True)


def test_each_check_has_a_row_with_its_verdict() -> None:
    """All four verdicts, open and closed known gaps."""
    table, _, _ = printed(made.everything()).partition("\n\n")
    rows = {line.split()[0]: " ".join(line.split()) for line in table.splitlines()}

    assert rows["wanted.text"] == "wanted.text critical kept 12"
    assert rows["retry.permanent"] == "retry.permanent minor broken 9 4 broken"
    assert rows["outcome.provider"] == "outcome.provider critical broken 9 4, known gap"
    assert rows["receipts.quick"] == "receipts.quick major not testable 0 needs --webhook-url"
    assert rows["retry.hammering"] == "retry.hammering minor not reached 0"
    assert rows["outcome.id"] == "outcome.id major kept 3 known gap, closed"


def test_a_failure_has_its_breach_reason_requirements_transcript_and_replay() -> None:
    """In this order."""
    said = printed(made.report(made.broken("resend.unknown-fate")))

    parts = [
        "BROKEN  resend.unknown-fate (major)\n",
        "  the message was sent twice\n",
        "  Why it matters: Why resend.unknown-fate matters.\n",
        "  AF-1 (documented): ",
        "  The smallest case that shows it: one message; the gateway, send by send: “reset-after”.",
        "curl -sS -X POST",
        "  Again: sms-contract client --command 'node driver.mjs' --one-shot --resend allowed --replay r.yaml\n",
        "  or:    sms-mock serve --scenario r.yaml\n",
        "never: hang, hang-after, slow-drip\n",
        "0 kept, 1 broken, 0 not testable, 0 not reached; 3 cases in 1.2 s, seed 7\n",
        f"Repeat: {made.COMMAND}\n",
    ]
    places = [said.find(part) for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)
    assert said.endswith(parts[-1])


def test_a_breach_without_a_send_is_shown_by_its_lines() -> None:
    """For receipts nothing is sent."""
    said = printed(made.report(made.RECEIPTS))

    assert "POST receipt 2: 500" in said
    assert "Again:" not in said


def test_known_gaps_are_marked_and_closed_ones_must_be_removed() -> None:
    """The list can only get shorter."""
    said = printed(made.everything())

    assert "KNOWN GAP  outcome.provider" in said
    assert "outcome.id is a known gap that the client keeps: remove it from the list, else the run fails." in said


def test_a_run_without_a_case_is_not_a_success() -> None:
    """A sentence says so."""
    assert "No case was played, so nothing was judged." in printed(made.report(made.NOT_REACHED, cases=0))


@pytest.mark.parametrize("text", made.HOSTILE.values(), ids=made.HOSTILE.keys())
def test_no_text_controls_the_terminal(text: str) -> None:
    """No escape sequence, no markup, no change of direction."""
    said = printed(made.hostile(text), width=8000)

    assert all(each.isprintable() or each == "\n" for each in said)
    if text == made.HOSTILE["rich markup"]:
        assert text in said
