"""The driver for `--one-shot`: a process per message."""

from __future__ import annotations

import pytest

from contract_tests.client.driver.one_shot import OneShotDriver
from contract_tests.client.driver.protocol import FailureKind, ReportedAccepted
from contract_tests.target.target import CouldNotRunError
from tests.kit.client.calls import SOON, answers, assert_failure, conversation
from tests.kit.client.children import child

FAILURES: dict[str, tuple[FailureKind, str]] = {
    "dies": (FailureKind.DIED, "ended with exit code 3 before it answered line 1"),
    "silent": (FailureKind.DIED, "ended with exit code 0 before it answered line 1"),
    "answers_then_fails": (FailureKind.DIED, "ended with exit code 1 after it had answered line 1"),
    "answers_twice": (FailureKind.ANSWERED_TWICE, "more than the answer to line 1"),
    "chats": (FailureKind.ANSWERED_TWICE, "more than the answer to line 1: 'message sent'"),
    "greets": (FailureKind.NONSENSE, "is not JSON: 'Listening.'"),
    "half_an_answer": (FailureKind.NONSENSE, "is not JSON: '{\"id\": 1, '"),
    "other_id": (FailureKind.WRONG_ID, "the answer has the id 4711"),
    "too_long": (FailureKind.TOO_LONG, "more than 65536 bytes"),
    "floods_stdout": (FailureKind.TOO_LONG, "more than 65536 bytes"),
}


@pytest.mark.parametrize("behaviour", ["healthy", "answers_once", "answers_without_line_feed"])
def test_each_message_has_its_own_process(behaviour: str) -> None:
    """Both kinds of command work: one that reads to the end of its input, and one that reads a line."""
    assert answers(OneShotDriver(child(behaviour)), 2) == [ReportedAccepted("m1"), ReportedAccepted("m2")]


def test_no_process_is_used_twice() -> None:
    """The client's memory cannot affect the next message."""
    first, second = answers(OneShotDriver(child("tells_pid")), 2)

    assert isinstance(first, ReportedAccepted)
    assert first != second


@pytest.mark.parametrize(("behaviour", "expected"), FAILURES.items(), ids=FAILURES)
def test_a_failure_is_reported(behaviour: str, expected: tuple[FailureKind, str]) -> None:
    """Anything but one answer and exit code 0 is reported in one sentence."""
    (answer,) = answers(OneShotDriver(child(behaviour)))

    assert_failure(answer, *expected)


def test_silence_ends_with_the_deadline() -> None:
    """The deadline holds for the whole run of the command."""
    (answer,) = answers(OneShotDriver(child("never_reads")), deadline=SOON)

    assert_failure(answer, FailureKind.SILENT, "did not answer line 1 in time")


def test_a_command_that_does_not_end() -> None:
    """Otherwise processes would accumulate."""
    (answer,) = answers(OneShotDriver(child("answers_and_stays")), deadline=2)

    assert_failure(answer, FailureKind.LINGERED, "answered line 1 and did not end in time")


def test_output_is_kept() -> None:
    """The failure has its end, and all of it can be searched."""
    (answer,), printed = conversation(OneShotDriver(child("dies")))

    assert assert_failure(answer, FailureKind.DIED).last_lines == "disk is full"
    assert printed.stderr == b"disk is full\n"


def test_a_command_that_does_not_start() -> None:
    """One sentence, for exit code 2."""
    with pytest.raises(CouldNotRunError, match="The command 'no-such-command' does not start"):
        answers(OneShotDriver("no-such-command"))
