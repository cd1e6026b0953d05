"""The children: `python cast.py BEHAVIOUR [WORD ...]`. It runs by itself and stands on the standard library alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Behaviour = Callable[[], None]

CAST: dict[str, Behaviour] = {}


def plays(behaviour: Behaviour) -> Behaviour:
    """Put a behaviour on the list, by its name."""
    CAST[behaviour.__name__] = behaviour
    return behaviour


def intents() -> Iterator[dict[str, Any]]:
    """The lines that come in."""
    return (json.loads(line) for line in sys.stdin)


def say(text: str) -> None:
    """Write to standard output at once, as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def accepted(intent: dict[str, Any], **members: Any) -> str:
    """A right answer, with members added or replaced."""
    return json.dumps({"id": intent["id"], "outcome": "accepted", "message_id": f"m{intent['id']}", **members}) + "\n"


def hang() -> None:
    """Do nothing, for ever, without ending by the end of the input."""
    signal.pause()


@plays
def healthy() -> None:
    """Answers each line, and ends with its input."""
    for intent in intents():
        say(accepted(intent))


@plays
def echoes() -> None:
    """Tells what it was asked, by way of the reason of a failure."""
    for intent in intents():
        say(json.dumps({"id": intent["id"], "outcome": "failed", "reason": json.dumps(intent)}) + "\n")


@plays
def tells_environment() -> None:
    """Answers with a variable of its environment."""
    for intent in intents():
        say(accepted(intent, message_id=os.environ[sys.argv[2]]))


@plays
def tells_pid() -> None:
    """Answers with its process id."""
    for intent in intents():
        say(accepted(intent, message_id=str(os.getpid())))


@plays
def dies() -> None:
    """Ends at the first line, with last words."""
    for _ in intents():
        sys.stderr.write("out of cheese\n")
        sys.exit(3)


@plays
def dies_by_signal() -> None:
    """Is killed at the first line."""
    for _ in intents():
        os.kill(os.getpid(), signal.SIGKILL)


@plays
def dies_at_once() -> None:
    """Ends before it has read anything."""
    sys.exit("no such module")


@plays
def answers_once() -> None:
    """Answers one line and ends, as a command for `--one-shot` does."""
    say(accepted(next(intents())))


@plays
def answers_then_fails() -> None:
    """Answers one line and ends with exit code 1."""
    say(accepted(next(intents())))
    sys.exit(1)


@plays
def answers_without_line_feed() -> None:
    """Writes a right answer without the line feed, and ends."""
    say(accepted(next(intents())).rstrip())


@plays
def waits_without_line_feed() -> None:
    """Writes a right answer without the line feed, and goes on waiting."""
    for intent in intents():
        say(accepted(intent).rstrip())


@plays
def answers_and_stays() -> None:
    """Answers one line and does not end."""
    say(accepted(next(intents())))
    hang()


@plays
def half_an_answer() -> None:
    """Ends in the middle of its answer."""
    say(accepted(next(intents()))[:10])


@plays
def silent() -> None:
    """Reads and says nothing."""
    for _ in intents():
        pass


@plays
def never_reads() -> None:
    """Does not read its input."""
    hang()


@plays
def says() -> None:
    """Answers the first line with the given words, byte by byte as given in Latin-1, and later ones rightly."""
    for number, intent in enumerate(intents()):
        if number == 0:
            sys.stdout.buffer.write(sys.argv[2].encode("latin-1"))
            sys.stdout.buffer.write(b"\n")
            sys.stdout.flush()
        else:
            say(accepted(intent))


@plays
def greets() -> None:
    """Prints a banner before its first answer."""
    say("Listening.\n")
    healthy()


@plays
def answers_twice() -> None:
    """Answers each line two times."""
    for intent in intents():
        say(accepted(intent) * 2)


@plays
def answers_again_later() -> None:
    """Answers the former line once more when the next one comes."""
    former = ""
    for intent in intents():
        say(former + accepted(intent))
        former = accepted(intent)


@plays
def chats() -> None:
    """Writes something else behind each answer."""
    for intent in intents():
        say(accepted(intent) + "and that is that\n")


@plays
def other_id() -> None:
    """Answers for a line that was never asked."""
    for intent in intents():
        say(accepted(intent, id=4711))


@plays
def too_long() -> None:
    """Writes an answer of a megabyte."""
    for intent in intents():
        say(accepted(intent, message_id="x" * 1_000_000))


@plays
def floods_stdout() -> None:
    """Writes to standard output for ever, without a line feed."""
    while True:
        say("x" * 65536)


@plays
def floods_stdout_with_lines() -> None:
    """Writes lines to standard output for ever."""
    while True:
        say("x\n" * 32768)


@plays
def floods_stderr() -> None:
    """Writes to standard error for ever, while it answers as it should."""
    if os.fork() == 0:
        while True:
            sys.stderr.write("no end is in sight\n" * 1000)
    healthy()


@plays
def talks_much() -> None:
    """Writes a megabyte to standard error before each answer, with a word at the begin and at the end of it."""
    for intent in intents():
        sys.stderr.write("first " + "x" * 1_000_000 + " last\n")
        sys.stderr.flush()
        say(accepted(intent))


@plays
def tells_password() -> None:
    """Prints the password to standard error and answers, then prints it on both streams and dies."""
    for number, intent in enumerate(intents()):
        sys.stderr.write(f"signing in with {intent['password']}\n")
        sys.stderr.flush()
        say(accepted(intent) if number == 0 else "x" * 100 + intent["password"] + "\n")


@plays
def closes_stdout() -> None:
    """Closes standard output and lives on."""
    next(intents())
    os.close(1)
    hang()


@plays
def closes_stdin() -> None:
    """Answers one line, closes standard input and lives on."""
    intent = json.loads(sys.stdin.readline())
    os.close(0)
    say(accepted(intent))
    hang()


@plays
def ignores_sigterm() -> None:
    """Answers, but ends neither by the end of its input nor by being asked to."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    healthy()
    while True:
        hang()


@plays
def heeds_sigterm() -> None:
    """Does not end by the end of its input; leaves a file when it is asked to end."""

    def leave(*_: object) -> None:
        Path(sys.argv[2]).write_text("asked", encoding="utf-8")
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    healthy()
    hang()


@plays
def leaves_a_grandchild() -> None:
    """Starts a process that holds its pipes, tells that one's id, and dies at the second line."""
    command = [sys.executable, "-S", __file__, "never_reads"]
    other = subprocess.Popen(command, start_new_session=sys.argv[2:] == ["detached"])  # noqa: S603
    for number, intent in enumerate(intents()):
        if number == 1:
            sys.exit(9)
        say(accepted(intent, message_id=str(other.pid)))


if __name__ == "__main__":
    CAST[sys.argv[1]]()
