"""`python talker.py BEHAVIOUR`: sends correctly and misuses the protocol; needs only the standard library."""

from __future__ import annotations

import json
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

PATHS = {"admin": "/api/Admin/send", "services": "/api/Services/send"}


def sent(intent: dict[str, Any]) -> dict[str, Any]:
    """The answer line for an intent that the gateway accepts."""
    login = b64encode(f"{intent['username']}:{intent['password']}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310
        intent["base_url"] + PATHS[intent["operation"]],
        json.dumps(intent["message"]).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {login}"},
    )
    with urllib.request.urlopen(request, timeout=intent["timeout_s"]) as answer:  # noqa: S310
        said = json.load(answer)
    return {"id": intent["id"], "outcome": "accepted", "message_id": said["id"], "provider": said.get("provider")}


def answered() -> Iterator[tuple[dict[str, Any], str]]:
    """Send each intent; yield it with its answer line."""
    for line in sys.stdin:
        intent = json.loads(line)
        yield intent, json.dumps(sent(intent)) + "\n"


def say(text: str) -> None:
    """Write to standard output and flush."""
    sys.stdout.write(text)
    sys.stdout.flush()


def healthy() -> None:
    """Has no defect."""
    for _, line in answered():
        say(line)


def prints_password() -> None:
    """Prints the password to standard error with each message."""
    for intent, line in answered():
        sys.stderr.write(f"signing in with {intent['password']}\n")
        sys.stderr.flush()
        say(line)


def greets_with_password() -> None:
    """Prints the password to standard error once."""
    for nth, (intent, line) in enumerate(answered()):
        if nth == 0:
            sys.stderr.write(f"ready, as {intent['username']}:{intent['password']}\n")
            sys.stderr.flush()
        say(line)


def writes_garbage() -> None:
    """Logs to standard output."""
    for _, line in answered():
        say("message sent\n" + line)


def dies_after_three() -> None:
    """Exits after three messages, as some workers do."""
    for nth, (_, line) in enumerate(answered(), 1):
        say(line)
        if nth == 3:
            sys.exit(0)


def answers_twice() -> None:
    """Writes every answer twice."""
    for _, line in answered():
        say(line * 2)


def answers_for_another() -> None:
    """Answers with ids of its own."""
    for nth, (_, line) in enumerate(answered()):
        say(json.dumps({**json.loads(line), "id": -nth}) + "\n")


def falls_silent() -> None:
    """Answers once; later it sends without answering."""
    for nth, (_, line) in enumerate(answered()):
        if nth == 0:
            say(line)


BEHAVIOURS: tuple[Callable[[], None], ...] = (
    healthy, prints_password, greets_with_password,
    writes_garbage, dies_after_three, answers_twice, answers_for_another, falls_silent,
)  # fmt: skip

if __name__ == "__main__":
    {behaviour.__name__: behaviour for behaviour in BEHAVIOURS}[sys.argv[1]]()
