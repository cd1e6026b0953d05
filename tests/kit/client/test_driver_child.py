"""The driver for a long-lived child: a child that does not answer is a failure, and the next one is started."""

from __future__ import annotations

import asyncio
import json
import os
import re
import select
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.interface import DriverFailure
from contract_tests.client.driver.protocol import FailureKind, ReportedAccepted, ReportedFailed
from contract_tests.target.target import CouldNotRunError
from tests.kit.client.calls import PASSWORD, PATIENCE, SOON, answers, assert_failure, conversation, intent
from tests.kit.client.children import child

FAILURES: dict[str, tuple[FailureKind, tuple[str, ...]]] = {
    "dies": (FailureKind.DIED, ("ended with exit code 3", "before it answered line 1")),
    "dies_by_signal": (FailureKind.DIED, ("was ended by SIGKILL",)),
    "dies_at_once": (FailureKind.DIED, ("ended with exit code 1", "before it answered line 1")),
    "half_an_answer": (FailureKind.DIED, ("ended with exit code 0", "its last output: '{\"id\": 1, '")),
    "greets": (FailureKind.NONSENSE, ("is not JSON: 'Listening.'", "standard output is for answers only")),
    "answers_twice": (FailureKind.ANSWERED_TWICE, ("answered line 1 a second time",)),
    "chats": (FailureKind.NONSENSE, ("unexpected line", "after its answer to line 1", "'message sent'")),
    "other_id": (FailureKind.WRONG_ID, ("Line 1 was sent", "the answer has the id 4711")),
    "too_long": (FailureKind.TOO_LONG, ("more than 65536 bytes", "no line feed")),
    "floods_stdout": (FailureKind.TOO_LONG, ("more than 65536 bytes",)),
    "floods_stdout_with_lines": (FailureKind.NONSENSE, ("is not JSON: 'x'",)),
    "closes_stdout": (FailureKind.CLOSED, ("closed its standard output", "keeps running")),
}
"""Failures that are reported at once, before the deadline."""

WAITING: dict[str, str] = {
    "silent": "did not answer line 1 in time",
    "never_reads": "did not answer line 1 in time",
    "waits_without_line_feed": "no line feed after its answer to line 1",
}


def ends(pid: int) -> bool:
    """Whether this process, which is not our child, has ended or ends soon."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], PATIENCE)[0])
    finally:
        os.close(watched)


def test_answers_come_one_by_one_from_one_child() -> None:
    """The child is started once."""
    found = answers(ChildDriver(child("tells_pid")), 3)

    assert len({answer.message_id for answer in found if isinstance(answer, ReportedAccepted)}) == 1
    assert len(found) == 3


def test_the_child_receives_the_line_of_the_protocol() -> None:
    """The line arrives unchanged."""
    (answer,) = answers(ChildDriver(child("echoes")))

    assert isinstance(answer, ReportedFailed)
    assert json.loads(answer.reason) == intent(1).members()


def test_the_child_has_the_environment_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings for the client reach it."""
    monkeypatch.setenv("TEAM_SETTING", "blue")

    assert answers(ChildDriver(child("tells_environment", "TEAM_SETTING"))) == [ReportedAccepted("blue")]


@pytest.mark.parametrize(("behaviour", "expected"), FAILURES.items(), ids=FAILURES)
def test_a_failure_is_reported_and_the_next_intent_starts_a_new_child(
    behaviour: str, expected: tuple[FailureKind, tuple[str, ...]]
) -> None:
    """One sentence for an exit, garbage, two answers or a wrong id; the new child fails in the same way."""
    kind, said = expected
    first, second = answers(ChildDriver(child(behaviour)), 2)

    assert_failure(first, kind, *said)
    assert_failure(
        second, kind, *(words.replace("line 1", "line 2").replace("Line 1", "Line 2") for words in said[:1])
    )


@pytest.mark.parametrize(("behaviour", "said"), WAITING.items(), ids=WAITING)
def test_silence_ends_with_the_deadline(behaviour: str, said: str) -> None:
    """The deadline is hard, and the next intent starts a new child."""
    first, second = answers(ChildDriver(child(behaviour), start_seconds=0), 2, SOON)

    assert_failure(first, FailureKind.SILENT, said)
    assert_failure(second, FailureKind.SILENT, said.replace("line 1", "line 2"))


def test_an_intent_that_fills_the_pipe_does_not_block_the_kit() -> None:
    """Even if the child does not read, the deadline holds."""

    async def send() -> object:
        driver = ChildDriver(child("never_reads"), start_seconds=0)
        try:
            return await driver.send(intent(message={"text": "x" * 1_000_000}), SOON)
        finally:
            await driver.close()

    answer = asyncio.run(send())

    assert isinstance(answer, DriverFailure)
    assert answer.kind is FailureKind.SILENT


def test_a_driver_knows_whether_its_child_is_fresh() -> None:
    """The first answer of a child may take longer, so timed cases warm it up."""

    async def converse() -> list[bool]:
        driver = ChildDriver(child("answers_once"))
        found = [driver.fresh]
        for number in range(1, 4):
            await driver.send(intent(number), PATIENCE)
            found.append(driver.fresh)
        await driver.close()
        return found

    assert asyncio.run(converse()) == [True, False, True, False]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("\xff\xfe", "is not UTF-8"),
        ('{"id": 1, "outcome": "accepted"}', "without 'message_id'"),
        ('{"id": 1, "outcome": "refused", "code": "61"}', "not an integer: '61'"),
    ],
)
def test_an_invalid_answer(word: str, said: str) -> None:
    """The failure quotes the invalid answer."""
    (answer,) = answers(ChildDriver(child("says", word)))

    assert_failure(answer, FailureKind.NONSENSE, said)


def test_a_second_answer_that_comes_late() -> None:
    """It is reported as such, and never taken for the answer to the current line."""
    first, second = answers(ChildDriver(child("answers_again_later")), 2)

    assert first == ReportedAccepted("m1")
    assert_failure(second, FailureKind.ANSWERED_TWICE, "answered line 1 a second time")


def test_a_child_that_exits_after_its_answer_gets_a_hint_at_one_shot() -> None:
    """A command made for `--one-shot` looks like one that dies."""
    first, second, third = answers(ChildDriver(child("answers_once")), 3)

    assert first == ReportedAccepted("m1")
    assert_failure(
        second,
        FailureKind.DIED,
        "ended with exit code 0 after its answer to line 1 and before one to line 2",
        "--one-shot",
    )
    assert third == ReportedAccepted("m3")


def test_a_child_that_crashes_after_its_answer() -> None:
    """A crash is reported with the next intent, without the hint at `--one-shot`."""
    _, second = answers(ChildDriver(child("answers_then_fails")), 2)

    assert "--one-shot" not in assert_failure(second, FailureKind.DIED, "ended with exit code 1").said


def test_a_child_that_closes_its_input() -> None:
    """The kit does not wait for it."""
    first, second = answers(ChildDriver(child("closes_stdin")), 2)

    assert first == ReportedAccepted("m1")
    assert_failure(
        second, FailureKind.CLOSED, "closed its standard input after its answer to line 1 and before one to line 2"
    )


def test_the_last_output_is_shown_with_the_failure() -> None:
    """The end of standard error tells a developer what broke."""
    (answer,) = answers(ChildDriver(child("dies")))

    assert assert_failure(answer, FailureKind.DIED).last_lines == "disk is full"


def test_endless_standard_error_is_not_a_failure() -> None:
    """It is read and bounded, and the answers count."""
    found, printed = conversation(ChildDriver(child("floods_stderr")), 3)

    assert found == [ReportedAccepted("m1"), ReportedAccepted("m2"), ReportedAccepted("m3")]
    assert len(printed.stderr) <= 2 * 65536


def test_long_standard_error_is_kept_from_both_ends() -> None:
    """Its start and end are kept, and the number of lost bytes is known."""
    _, printed = conversation(ChildDriver(child("talks_much")))

    assert printed.stderr.startswith(b"first ")
    assert printed.stderr.endswith(b" last\n")
    assert len(printed.stderr) + printed.lost == len("first ") + 1_000_000 + len(" last\n")


def test_output_is_kept_unmasked_and_shown_masked() -> None:
    """Both streams are kept unchanged since the last call; the failure has the password masked."""
    driver = ChildDriver(child("tells_password"))

    async def converse() -> list[object]:
        found: list[object] = [await driver.send(intent(1), PATIENCE), driver.take_printed()]
        found += [await driver.send(intent(2), PATIENCE), driver.take_printed(), driver.take_printed()]
        await driver.close()
        return found

    first, printed, second, printed_then, nothing = asyncio.run(converse())

    assert first == ReportedAccepted("m1")
    assert printed.stderr == f"signing in with {PASSWORD}\n".encode()  # type: ignore[attr-defined]
    assert printed_then.stdout.endswith(PASSWORD.encode() + b"\n")  # type: ignore[attr-defined]
    assert nothing == type(nothing)()
    assert isinstance(second, DriverFailure)
    assert PASSWORD not in second.said + second.last_lines
    assert re.search("pass|wörd", second.said + second.last_lines) is None
    assert "signing in with ***" in second.last_lines


def test_a_child_that_exits_at_the_end_of_its_input_gets_no_signal(tmp_path: Path) -> None:
    """A child is stopped by closing its input, and only then by SIGTERM."""
    mark = tmp_path / "terminated"

    async def close(behaviour: str) -> None:
        driver = ChildDriver(child(behaviour, str(mark)), grace=1 if behaviour == "heeds_sigterm" else PATIENCE)
        await driver.send(intent(1), PATIENCE)
        await driver.close()

    asyncio.run(close("healthy"))
    assert not mark.exists()

    asyncio.run(close("heeds_sigterm"))
    assert mark.exists()


def test_a_child_that_does_not_exit_is_killed() -> None:
    """No process is left running."""

    async def converse() -> int | None:
        driver = ChildDriver(child("ignores_sigterm"), grace=SOON)
        await driver.send(intent(1), PATIENCE)
        pid = driver.pid
        await driver.close()
        return pid

    pid = asyncio.run(converse())

    assert pid is not None
    assert ends(pid)


def test_the_processes_of_a_child_are_killed_with_it() -> None:
    """A process that holds the pipes of a dead child is killed, and the death is reported."""
    first, second = answers(ChildDriver(child("leaves_a_grandchild")), 2)

    assert isinstance(first, ReportedAccepted)
    assert_failure(second, FailureKind.DIED, "ended with exit code 9 after its answer to line 1")
    assert ends(int(first.message_id))


def test_a_process_outside_the_group_of_its_child_does_not_block_the_kit() -> None:
    """It cannot be killed with the group; the death of the child is reported without waiting for it."""
    first, second = answers(ChildDriver(child("leaves_a_grandchild", "detached")), 2)

    assert isinstance(first, ReportedAccepted)
    try:
        assert_failure(second, FailureKind.DIED, "ended with exit code 9 after its answer to line 1")
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(first.message_id), signal.SIGKILL)


def test_a_cancelled_intent_leaves_no_answer_for_the_next_one() -> None:
    """Cancelling a call ends the child, so that its late answer is discarded."""

    async def converse() -> object:
        driver = ChildDriver(child("healthy"))
        await driver.start()
        task = asyncio.ensure_future(driver.send(intent(1), PATIENCE))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        try:
            return await driver.send(intent(2), PATIENCE)
        finally:
            await driver.close()

    assert asyncio.run(converse()) == ReportedAccepted("m2")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-command --fast", "The command 'no-such-command --fast' does not start: No such file or directory."),
        ("/", "The command '/' does not start: Permission denied."),
        ("", "The command is empty"),
        ('node "send.js', "cannot be split into words: No closing quotation."),
    ],
)
def test_a_command_that_does_not_start(command: str, said: str) -> None:
    """One sentence, for exit code 2."""
    with pytest.raises(CouldNotRunError) as raised:
        answers(ChildDriver(command))

    assert said in str(raised.value)
