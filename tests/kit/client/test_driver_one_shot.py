"""`--one-shot`: a process for each message, which answers one line and ends well."""

from __future__ import annotations

import pytest

from contract_tests.client.driver.one_shot import OneShotDriver
from contract_tests.client.driver.protocol import FailureKind, ReportedAccepted
from contract_tests.target.target import CouldNotRunError
from tests.kit.client.calls import SOON, answers, assert_failure, conversation
from tests.kit.client.children import child

BREAKDOWNS: dict[str, tuple[FailureKind, str]] = {
    "dies": (FailureKind.DIED, "ended with exit code 3 before it answered line 1"),
    "silent": (FailureKind.DIED, "ended with exit code 0 before it answered line 1"),
    "answers_then_fails": (FailureKind.DIED, "ended with exit code 1 after it had answered line 1"),
    "answers_twice": (FailureKind.ANSWERED_TWICE, "more than the answer to line 1"),
    "chats": (FailureKind.ANSWERED_TWICE, "more than the answer to line 1: 'and that is that'"),
    "greets": (FailureKind.NONSENSE, "is not JSON: 'Listening.'"),
    "half_an_answer": (FailureKind.NONSENSE, "is not JSON: '{\"id\": 1, '"),
    "other_id": (FailureKind.WRONG_ID, "the answer is for id 4711"),
    "too_long": (FailureKind.TOO_LONG, "more than 65536 bytes"),
    "floods_stdout": (FailureKind.TOO_LONG, "more than 65536 bytes"),
}


@pytest.mark.parametrize("behaviour", ["healthy", "answers_once", "answers_without_line_feed"])
def test_each_message_has_a_process_of_its_own(behaviour: str) -> None:
    """Both kinds of command work: one that ends with its input, and one that knows a single line."""
    assert answers(OneShotDriver(child(behaviour)), 2) == [ReportedAccepted("m1"), ReportedAccepted("m2")]


def test_no_process_is_used_twice() -> None:
    """What a client keeps in memory cannot reach the next message."""
    first, second = answers(OneShotDriver(child("tells_pid")), 2)

    assert isinstance(first, ReportedAccepted)
    assert first != second


@pytest.mark.parametrize(("behaviour", "expected"), BREAKDOWNS.items(), ids=BREAKDOWNS)
def test_a_breakdown_is_told(behaviour: str, expected: tuple[FailureKind, str]) -> None:
    """Whatever comes instead of one answer and an end with exit code 0 is told in one sentence."""
    (answer,) = answers(OneShotDriver(child(behaviour)))

    assert_failure(answer, *expected)


def test_silence_ends_with_the_deadline() -> None:
    """The deadline holds for the whole run of the command."""
    (answer,) = answers(OneShotDriver(child("never_reads")), deadline=SOON)

    assert_failure(answer, FailureKind.SILENT, "said nothing on line 1 in time")


def test_a_command_that_does_not_end() -> None:
    """Whoever answers and stays would pile up, a process for each message."""
    (answer,) = answers(OneShotDriver(child("answers_and_stays")), deadline=2)

    assert_failure(answer, FailureKind.LINGERED, "answered line 1 and did not end in time")


def test_what_was_printed_is_kept() -> None:
    """The last words stand with the failure, and all that was printed is there to be searched."""
    (answer,), printed = conversation(OneShotDriver(child("dies")))

    assert assert_failure(answer, FailureKind.DIED).last_lines == "out of cheese"
    assert printed.stderr == b"out of cheese\n"


def test_a_command_that_does_not_start() -> None:
    """One sentence, for exit code 2."""
    with pytest.raises(CouldNotRunError, match="The command 'no-such-command' does not start"):
        answers(OneShotDriver("no-such-command"))
