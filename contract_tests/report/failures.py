"""The failures of an answer: a class for each kind, with its data and its report."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract_tests.target.exchange import Answer, Request


@dataclass(frozen=True, slots=True)
class Failure:
    """A breach of the contract; `ids` are the requirements that it breaks."""

    ids: tuple[str, ...]
    said: str

    @property
    def kind(self) -> str:
        """The name of the class, for reports."""
        return type(self).__name__


class WrongOutcome(Failure):
    """The answer differs from the expected one."""


class WrongText(Failure):
    """The code is right; the message differs from the catalogue's."""


class WrongDetails(Failure):
    """`details` is not null where it must be, or does not name what is wrong."""


class NoContract(Failure):
    """The form of the answer is not in the document."""


class Crash(Failure):
    """A server error that is not a refusal: the stand-in's bug marker, or a 500 without the envelope."""


class WrongType(Failure):
    """`Content-Type` or charset is missing or wrong."""


class WrongHeader(Failure):
    """A required header is missing, or a forbidden one is present."""


class RepeatedId(Failure):
    """An id was given before."""


class SecretEchoed(Failure):
    """An answer contains the password, in any spelling."""


class WrongState(Failure):
    """The server's state differs from its answers."""


class NoAnswer(Failure):
    """The server closed the connection or did not answer."""


class NeverAccepted(Failure):
    """An operation accepted no well-formed request."""


@dataclass(frozen=True, slots=True)
class ReportedFailure:
    """A failure with its evidence."""

    failure: Failure
    request: Request | None = None
    answer: Answer | None = None
    script: tuple[str, ...] = field(default=())
    """What happened before, or the smallest program that shows it."""
