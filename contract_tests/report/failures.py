"""What can be wrong with an answer: a class for each, with its data, and what is reported of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract_tests.target.exchange import Answer, Request


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that breaks the contract; `ids` are the statements it breaks."""

    ids: tuple[str, ...]
    said: str

    @property
    def kind(self) -> str:
        """The name of the class, for reports."""
        return type(self).__name__


class WrongOutcome(Failure):
    """Another answer than the natural cause calls for."""


class WrongText(Failure):
    """The right code with another message than the catalogue's."""


class WrongDetails(Failure):
    """`details` that are not null where they must be, or that do not name what is wrong."""


class NoContract(Failure):
    """An answer of a shape that the document does not know."""


class Crash(Failure):
    """A server error that is no refusal: the stand-in's own bug marker, or a 500 without the envelope."""


class WrongType(Failure):
    """A missing or wrong `Content-Type` or charset."""


class WrongHeader(Failure):
    """A header that must be there and is not, or the other way round."""


class RepeatedId(Failure):
    """An id that was given away before."""


class SecretEchoed(Failure):
    """A password in an answer, in whatever spelling."""


class WrongState(Failure):
    """What the server keeps differs from what it answered."""


class NoAnswer(Failure):
    """A request that makes the server hang up or fall silent."""


class NeverAccepted(Failure):
    """An operation that no well-formed request could get an acceptance from."""


@dataclass(frozen=True, slots=True)
class ReportedFailure:
    """A failure with its evidence."""

    failure: Failure
    request: Request | None = None
    answer: Answer | None = None
    script: tuple[str, ...] = field(default=())
    """What happened before, or the smallest program that shows it."""
