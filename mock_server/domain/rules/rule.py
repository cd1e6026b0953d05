"""A rule: a check of a send with its explanation, as one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

from mock_server.domain.decision import Drop, Refused
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import Instant
from mock_server.domain.policy import Policy
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding
from mock_server.domain.submission import Attempt, Submission

_Ask = TypeVar("_Ask")
_Describe = TypeVar("_Describe")


class Rule(Generic[_Ask, _Describe]):
    """A check of a send. The catalogue of all rules is in `mock_server.domain.rules`, in their order (ORD-1)."""

    __slots__ = ("ask", "counts", "describe", "name", "reads_body")

    def __init__(
        self, name: str, ask: _Ask, describe: _Describe, *, counts: bool = False, reads_body: bool = True
    ) -> None:
        self.name = name
        """Its name in explanations and the journal; the rule's file and test have the same name."""
        self.ask = ask
        """A pure function to a refusal, or `None`."""
        self.describe = describe
        """Makes the finding; called when an explanation is requested."""
        self.counts = counts
        """Whether an attempt that it refuses is well formed, and counts under the alternative reading of AF-5."""
        self.reads_body = reads_body
        """Whether its finding needs the body, which may have been evicted."""


AttemptRule: TypeAlias = Rule[
    Callable[[Attempt, Policy], Refused | None], Callable[[Attempt, Policy, Refused | None], Finding]
]
"""Asked of an attempt. Its describer also gets the refusal, since a wrong password is not kept."""

SubmissionRule: TypeAlias = Rule[
    Callable[[Submission, Context], Refused | None], Callable[[Submission, Context], Finding]
]
"""Asked of a submission, with the accounts behind it."""

OfferRule: TypeAlias = Rule[
    Callable[[Offer, Tally], Refused | Drop | None], Callable[[Offer, Tally, Policy, Instant], Finding]
]
"""Asked of an offer to the provider, with what the windows counted."""
