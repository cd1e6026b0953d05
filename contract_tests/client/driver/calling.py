"""What every driver offers: send an intent, get an answer in time, and see what the client printed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from contract_tests.client.driver.protocol import FailureKind, Intent, NoAnswerLineError, Outcome
from contract_tests.target.exchange import masked

_HEAD = _TAIL = 65536
"""How much is kept of what a client prints: its begin and its end, in bytes each."""

_LAST_LINES = 10
_LONGEST_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class DriverFailure:
    """The client broke the protocol, or down. It is the client's failure, and the next intent finds a fresh one."""

    kind: FailureKind
    said: str
    """One sentence, without the password."""
    last_lines: str = ""
    """The end of its standard error, or of a traceback; without the password."""


Answer = Outcome | DriverFailure


@dataclass(frozen=True, slots=True)
class Printed:
    """What a client printed; `lost` bytes in the middle are not kept."""

    stdout: bytes = b""
    stderr: bytes = b""
    lost: int = 0

    def then(self, later: Printed) -> Printed:
        """This, and what came behind it."""
        return Printed(self.stdout + later.stdout, self.stderr + later.stderr, self.lost + later.lost)


class Driver(Protocol):
    """One client that is called for one intent at a time."""

    @property
    def fresh(self) -> bool:
        """Whether the next intent has to wait for a start that later ones are spared."""
        ...

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have the client send; an answer comes within `deadline` seconds of wall time, whatever the client does."""
        ...

    def take_printed(self) -> Printed:
        """What the client printed since this was called last, unmasked: for looking for secrets in it."""
        ...

    async def close(self) -> None:
        """End the client and whatever it started."""
        ...


class KeptOutput:
    """The begin and the end of a stream that may never end."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self.lost = 0

    def add(self, data: bytes) -> None:
        """Keep a piece, as far as there is room."""
        room = max(0, _HEAD - len(self._head))
        self._head += data[:room]
        self._tail += data[room:]
        surplus = len(self._tail) - _TAIL
        if surplus > 0:
            del self._tail[:surplus]
            self.lost += surplus

    def content(self) -> bytes:
        """What was kept."""
        return bytes(self._head + self._tail)


class Prints:
    """Both streams of a client, across the processes that it may take."""

    def __init__(self) -> None:
        self.stdout, self.stderr = KeptOutput(), KeptOutput()

    def take(self) -> Printed:
        """What came since the last time."""
        stdout, stderr = self.stdout, self.stderr
        self.stdout, self.stderr = KeptOutput(), KeptOutput()
        return Printed(stdout.content(), stderr.content(), stdout.lost + stderr.lost)


def failure(trouble: NoAnswerLineError, intent: Intent, printed: bytes = b"") -> DriverFailure:
    """What is reported of a client that gave no answer."""
    text = printed[-_LONGEST_SHOWN * 2 :].decode("utf-8", "backslashreplace")
    # Cut after masking: half a password would not be recognised.
    lines = masked(text, intent.login)[-_LONGEST_SHOWN:].splitlines()
    return DriverFailure(trouble.kind, trouble.sentence(intent.login), "\n".join(lines[-_LAST_LINES:]))
