"""`python behaviours.py BEHAVIOUR [WORD ...]`: a child process; it needs only the standard library."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ChildBehaviour = Callable[[], None]

BEHAVIOURS: dict[str, ChildBehaviour] = {}


def behaviour(function: ChildBehaviour) -> ChildBehaviour:
    """Register a behaviour by its name."""
    BEHAVIOURS[function.__name__] = function
    return function


def intents() -> Iterator[dict[str, Any]]:
    """The parsed input lines."""
    return (json.loads(line) for line in sys.stdin)


def say(text: str) -> None:
    """Write to standard output and flush."""
    sys.stdout.write(text)
    sys.stdout.flush()


def accepted(intent: dict[str, Any], **members: Any) -> str:
    """A valid answer line, with members added or replaced."""
    return json.dumps({"id": intent["id"], "outcome": "accepted", "message_id": f"m{intent['id']}", **members}) + "\n"


def hang() -> None:
    """Do nothing forever, even after the end of the input."""
    signal.pause()


@behaviour
def healthy() -> None:
    """Answers each line, and ends with its input."""
    for intent in intents():
        say(accepted(intent))


@behaviour
def echoes() -> None:
    """Returns each intent as the reason of a failure."""
    for intent in intents():
        say(json.dumps({"id": intent["id"], "outcome": "failed", "reason": json.dumps(intent)}) + "\n")


@behaviour
def tells_environment() -> None:
    """Answers with a variable of its environment."""
    for intent in intents():
        say(accepted(intent, message_id=os.environ[sys.argv[2]]))


@behaviour
def tells_pid() -> None:
    """Answers with its process id."""
    for intent in intents():
        say(accepted(intent, message_id=str(os.getpid())))


@behaviour
def dies() -> None:
    """Exits on the first line with a message."""
    for _ in intents():
        sys.stderr.write("disk is full\n")
        sys.exit(3)


@behaviour
def dies_by_signal() -> None:
    """Is killed on the first line."""
    for _ in intents():
        os.kill(os.getpid(), signal.SIGKILL)


@behaviour
def dies_at_once() -> None:
    """Exits before it reads anything."""
    sys.exit("no such module")


@behaviour
def answers_once() -> None:
    """Answers one line and exits, like a command for `--one-shot`."""
    say(accepted(next(intents())))


@behaviour
def answers_then_fails() -> None:
    """Answers one line and exits with code 1."""
    say(accepted(next(intents())))
    sys.exit(1)


@behaviour
def answers_without_line_feed() -> None:
    """Writes a valid answer without the line feed and exits."""
    say(accepted(next(intents())).rstrip())


@behaviour
def waits_without_line_feed() -> None:
    """Writes a valid answer without the line feed and keeps waiting."""
    for intent in intents():
        say(accepted(intent).rstrip())


@behaviour
def answers_and_stays() -> None:
    """Answers one line and does not exit."""
    say(accepted(next(intents())))
    hang()


@behaviour
def half_an_answer() -> None:
    """Exits in the middle of its answer."""
    say(accepted(next(intents()))[:10])


@behaviour
def silent() -> None:
    """Reads and does not answer."""
    for _ in intents():
        pass


@behaviour
def never_reads() -> None:
    """Does not read its input."""
    hang()


@behaviour
def says() -> None:
    """Answers the first line with the given bytes (as Latin-1), and later ones correctly."""
    for number, intent in enumerate(intents()):
        if number == 0:
            sys.stdout.buffer.write(sys.argv[2].encode("latin-1"))
            sys.stdout.buffer.write(b"\n")
            sys.stdout.flush()
        else:
            say(accepted(intent))


@behaviour
def greets() -> None:
    """Prints a banner before its first answer."""
    say("Listening.\n")
    healthy()


@behaviour
def answers_twice() -> None:
    """Answers each line twice."""
    for intent in intents():
        say(accepted(intent) * 2)


@behaviour
def answers_again_later() -> None:
    """Answers the previous line again when the next one arrives."""
    previous = ""
    for intent in intents():
        say(previous + accepted(intent))
        previous = accepted(intent)


@behaviour
def chats() -> None:
    """Writes another line after each answer."""
    for intent in intents():
        say(accepted(intent) + "message sent\n")


@behaviour
def other_id() -> None:
    """Answers with an id that was never sent."""
    for intent in intents():
        say(accepted(intent, id=4711))


@behaviour
def too_long() -> None:
    """Writes an answer of one megabyte."""
    for intent in intents():
        say(accepted(intent, message_id="x" * 1_000_000))


@behaviour
def floods_stdout() -> None:
    """Writes to standard output forever, without a line feed."""
    while True:
        say("x" * 65536)


@behaviour
def floods_stdout_with_lines() -> None:
    """Writes lines to standard output forever."""
    while True:
        say("x\n" * 32768)


@behaviour
def floods_stderr() -> None:
    """Writes to standard error forever, and answers correctly."""
    if os.fork() == 0:
        while True:
            sys.stderr.write("still running\n" * 1000)
    healthy()


@behaviour
def talks_much() -> None:
    """Writes a megabyte to standard error before each answer, with a word at its start and its end."""
    for intent in intents():
        sys.stderr.write("first " + "x" * 1_000_000 + " last\n")
        sys.stderr.flush()
        say(accepted(intent))


@behaviour
def tells_password() -> None:
    """Prints the password to standard error and answers, then prints it on both streams and dies."""
    for number, intent in enumerate(intents()):
        sys.stderr.write(f"signing in with {intent['password']}\n")
        sys.stderr.flush()
        say(accepted(intent) if number == 0 else "x" * 100 + intent["password"] + "\n")


@behaviour
def closes_stdout() -> None:
    """Closes standard output and keeps running."""
    next(intents())
    os.close(1)
    hang()


@behaviour
def closes_stdin() -> None:
    """Answers one line, closes standard input and keeps running."""
    intent = json.loads(sys.stdin.readline())
    os.close(0)
    say(accepted(intent))
    hang()


@behaviour
def ignores_sigterm() -> None:
    """Answers, and ignores both the end of its input and SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    healthy()
    while True:
        hang()


@behaviour
def heeds_sigterm() -> None:
    """Ignores the end of its input; writes a file on SIGTERM."""

    def leave(*_: object) -> None:
        Path(sys.argv[2]).write_text("terminated", encoding="utf-8")
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    healthy()
    hang()


@behaviour
def leaves_a_grandchild() -> None:
    """Starts a process that holds its pipes, answers with its id, and dies on the second line."""
    command = [sys.executable, "-S", __file__, "never_reads"]
    other = subprocess.Popen(command, start_new_session=sys.argv[2:] == ["detached"])  # noqa: S603
    for number, intent in enumerate(intents()):
        if number == 1:
            sys.exit(9)
        say(accepted(intent, message_id=str(other.pid)))


if __name__ == "__main__":
    BEHAVIOURS[sys.argv[1]]()
