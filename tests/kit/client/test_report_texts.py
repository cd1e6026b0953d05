"""The texts that all forms of the report share, and the coverage."""

from __future__ import annotations

import pytest

from contract_tests.client.checks.check import Severity
from contract_tests.client.play.steps import BY_NAME, CODES, STEPS, Group
from contract_tests.client.reporting.coverage import MEANINGS, NO_ANSWER, code_of, coverage_of, status_of
from contract_tests.client.reporting.texts import (
    broken_checks,
    case_summary,
    escaped,
    headline,
    notes,
    replay_commands,
)
from contract_tests.client.results import ClientReport, StepCount
from tests.kit.client import sample_reports as made


@pytest.mark.parametrize(
    ("report", "code", "said"),
    [
        (made.report(made.KEPT), 0, "Keeps the contract"),
        (made.report(made.KEPT, made.NOT_TESTABLE), 0, "Keeps everything that was tested"),
        (made.report(made.KEPT, made.NOT_REACHED), 0, "Keeps everything that was tested"),
        (made.report(made.broken("a.b", gap=True)), 0, "Breaks nothing but known gaps"),
        (made.report(made.CLOSED, closed_gaps=("outcome.id",)), 1, "A known gap is closed"),
        (made.report(made.broken("a.b"), made.CLOSED, closed_gaps=("outcome.id",)), 1, "Breaks the contract"),
        (made.everything(), 1, "Breaks the contract"),
        (made.report(made.KEPT, cases=0), 2, "Nothing was judged"),
        (made.report(made.broken("a.b"), cases=0), 2, "Nothing was judged"),
        (made.report(cases=0), 2, "Nothing was judged"),
    ],
)
def test_the_headline_goes_with_the_exit_code(report: ClientReport, code: int, said: str) -> None:
    """0: nothing new is broken; 1: something is, or a known gap is closed; 2: no case was played."""
    assert (report.exit_code, headline(report)) == (code, said)


def test_notes_add_to_the_counts() -> None:
    """Open and closed known gaps, and a run without a case."""
    assert list(notes(made.everything())) == [
        "1 of the broken checks is a known gap.",
        "outcome.id is a known gap that the client keeps: remove it from the list, else the run fails.",
    ]
    assert list(notes(made.report(cases=0))) == ["No case was played, so nothing was judged."]
    assert list(notes(made.report(made.KEPT))) == []


def test_the_worst_comes_first_and_known_gaps_last() -> None:
    """By severity among those that fail the run."""
    found = [standing.check.id for standing, _ in broken_checks(made.everything())]

    assert found == ["resend.unknown-fate", "receipts.race", "retry.permanent", "outcome.provider"]


def test_a_replay_keeps_all_options_except_those_that_select_cases() -> None:
    """The file has the case; `--one-shot` and `--resend` are the run's."""
    one = made.failure(made.check_spec("a.b"), replay=".kit/a b.yaml")

    assert list(replay_commands(one, made.report())) == [
        "sms-contract client --command 'node driver.mjs' --one-shot --resend allowed --replay '.kit/a b.yaml'",
        "sms-mock serve --scenario '.kit/a b.yaml'",
    ]


def test_a_callable_under_pytest_has_no_client_command() -> None:
    """Only the gateway can be replayed."""
    one = made.failure(made.check_spec("a.b"))

    assert list(replay_commands(one, made.report(command="pytest --pyargs x"))) == [
        "sms-mock serve --scenario r.yaml"
    ]


def test_without_a_file_nothing_is_replayed() -> None:
    """A run may write no files."""
    assert list(replay_commands(made.failure(made.check_spec("a.b"), replay=None), made.report())) == []


def test_a_case_is_summarised_in_a_sentence() -> None:
    """The number of messages, and the step of each send."""
    assert case_summary(made.evidence({"text": "Hi"}).case) == (
        "one message; the gateway, send by send: “reset-after”. Later sends are accepted."
    )


@pytest.mark.parametrize("text", made.HOSTILE.values(), ids=made.HOSTILE.keys())
def test_escaped_text_can_be_printed_everywhere(text: str) -> None:
    """No terminal control, no change of direction, no unpaired surrogate."""
    assert escaped(text).isprintable()
    escaped(text).encode()


def test_coverage_counts_codes_and_statuses_and_lists_what_is_missing() -> None:
    """What never occurred is counted as 0."""
    found = coverage_of(made.report(made.KEPT))

    assert set(CODES) <= set(found.codes)
    assert found.codes[63] == 2
    assert found.statuses["401"] == 2
    assert found.statuses[NO_ANSWER] > 0
    assert found.not_met == ("hang", "hang-after", "slow-drip")
    assert [group for group, _ in found.steps] == list(dict.fromkeys(step.group.value for step in STEPS))


def test_a_step_of_a_newer_kit_is_counted_as_itself_alone() -> None:
    """A report may have steps that this version does not know."""
    later = StepCount("teleport", "magic", 3)

    found = coverage_of(made.report(steps=(later,)))

    assert found.steps == (("magic", (later,)),)
    assert sum(found.codes.values()) == 0


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [
        ("accepted", "200", None),
        ("refused 61", "500", 61),
        ("refused 63", "401", 63),
        ("unknown code 99", "500", 99),
        ("400 malformed", "400", 400),
        ("200 with a code", "200", None),
        ("500 with a code that is text", "500", None),
        ("500 without a body", "500", None),
        ("202 with an id", "202", None),
        ("503 with Retry-After", "503", None),
        ("504-after", "504", None),
        ("html-page-after", "502", None),
        ("broken-json", "200", None),
        ("wrong-content-type", "200", None),
        ("truncated-body", NO_ANSWER, None),
        ("slow-drip", NO_ANSWER, None),
        ("hang", NO_ANSWER, None),
    ],
)
def test_status_and_code_of_a_step(step: str, status: str, code: int | None) -> None:
    """As a client sees them."""
    assert (status_of(BY_NAME[step]), code_of(BY_NAME[step])) == (status, code)


def test_every_group_and_severity_is_explained() -> None:
    """A newcomer reads what the words mean."""
    assert set(MEANINGS) == set(Group)
    assert len(Severity) == 3
