"""The interface of drivers: send an intent, get an answer in time, and read what the client printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from contract_tests.client.driver.protocol import (
    DriverError,
    FailureKind,
    Intent,
    Outcome,
    ReportedAccepted,
    ReportedRefused,
)
from contract_tests.target.exchange import masked

_HEAD = _TAIL = 65536
"""How many bytes of a client's output are kept from its start and from its end."""

_LAST_LINES = 10
_LONGEST_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class DriverFailure:
    """The client broke the protocol or crashed. This is its own failure; the next intent gets a fresh client."""

    kind: FailureKind
    said: str
    """One sentence, without the password."""
    last_lines: str = ""
    """The end of its standard error, or of a traceback; without the password."""


Answer = Outcome | DriverFailure


@dataclass(frozen=True, slots=True)
class Printed:
    """The output of a client; `lost` bytes in the middle were dropped."""

    stdout: bytes = b""
    stderr: bytes = b""
    lost: int = 0

    def then(self, later: Printed) -> Printed:
        """This output followed by a later one."""
        return Printed(self.stdout + later.stdout, self.stderr + later.stderr, self.lost + later.lost)


class Driver(Protocol):
    """One client, called for one intent at a time."""

    @property
    def fresh(self) -> bool:
        """Whether the next intent has to wait for the start of the client."""
        ...

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have the client send; return an answer within `deadline` seconds of wall time in any case."""
        ...

    def take_printed(self) -> Printed:
        """Return the output since the last call, unmasked, to search it for secrets."""
        ...

    async def close(self) -> None:
        """End the client and its process group."""
        ...


class KeptOutput:
    """The start and the end of an output stream of unbounded length."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self.lost = 0

    def add(self, data: bytes) -> None:
        """Append data, dropping bytes from the middle if there are too many."""
        room = max(0, _HEAD - len(self._head))
        self._head += data[:room]
        self._tail += data[room:]
        surplus = len(self._tail) - _TAIL
        if surplus > 0:
            del self._tail[:surplus]
            self.lost += surplus

    def content(self) -> bytes:
        """The kept bytes."""
        return bytes(self._head + self._tail)


class ClientOutput:
    """Both output streams of a client, across its processes."""

    def __init__(self) -> None:
        self.stdout, self.stderr = KeptOutput(), KeptOutput()

    def take(self) -> Printed:
        """Return the output since the last call."""
        stdout, stderr = self.stdout, self.stderr
        self.stdout, self.stderr = KeptOutput(), KeptOutput()
        return Printed(stdout.content(), stderr.content(), stdout.lost + stderr.lost)


def failure(error: DriverError, intent: Intent, printed: bytes = b"") -> DriverFailure:
    """The failure of a client that gave no valid answer."""
    text = printed[-_LONGEST_SHOWN * 2 :].decode("utf-8", "backslashreplace")
    # Mask before cutting: half a password would not be recognised.
    lines = masked(text, intent.login)[-_LONGEST_SHOWN:].splitlines()
    return DriverFailure(error.kind, error.sentence(intent.login), "\n".join(lines[-_LAST_LINES:]))


def summary_of(answer: Answer) -> str:
    """An answer in a word or two, such as `accepted` or `refused 61`."""
    if isinstance(answer, DriverFailure):
        return f"no answer: {answer.kind.value}"
    if isinstance(answer, ReportedAccepted):
        return "accepted"
    return f"refused {answer.code}" if isinstance(answer, ReportedRefused) else "failed"
