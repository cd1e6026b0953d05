"""Filters: query parameters that select items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mock_server.control.requests import ControlRequestError
from mock_server.control.search.subjects import LISTS, REQUEST_MEMBERS, ExchangeSubject, Subject
from mock_server.domain.instants import Instant
from mock_server.domain.secrets import Secrets
from mock_server.explanation import masked
from mock_server.scenario.notation import parse_instant
from mock_server.scenario.problems import did_you_mean, shown

_CONTAINS = "~"
_BOUNDS = ("after", "since", "until")


class Test(NamedTuple):
    """The text that one member must equal or contain."""

    member: str
    text: str
    contains: bool = False

    def passes(self, texts: tuple[str, ...]) -> bool:
        """Whether a member matches; of a list, any item."""
        if not self.contains:
            return self.text in texts
        # A loop instead of a generator: a thousand waits may test one item.
        for each in texts:  # noqa: SIM110
            if self.text in each:
                return True
        return False


class Filter:
    """All tests that an item must pass."""

    def __init__(
        self, tests: Iterable[Test] = (), since: Instant | None = None, until: Instant | None = None
    ) -> None:
        # The most expensive tests come last.
        self._tests = sorted(tests, key=lambda test: test.member in REQUEST_MEMBERS)
        self._since, self._until = since, until

    @property
    def exact(self) -> Mapping[str, str]:
        """The members that must equal a text, without lists and texts that may be masked."""
        exact = (test for test in self._tests if not test.contains and test.member not in LISTS)
        return {test.member: test.text for test in exact if "*" not in test.text}

    @property
    def is_open(self) -> bool:
        """Whether every item matches."""
        return not self._tests and self._since is None and self._until is None

    def matches(self, subject: Subject) -> bool:
        """Whether an item matches."""
        texts = subject.texts
        for test in self._tests:
            if not test.passes(texts(test.member)):
                return False
        return (self._since is None or subject.at >= self._since) and (
            self._until is None or subject.at < self._until
        )

    def difference(self, subject: Subject) -> str | None:
        """The first member that does not match; `None` if all do."""
        if self._since is not None and subject.at < self._since:
            return "since"
        if self._until is not None and subject.at >= self._until:
            return "until"
        return next((test.member for test in self._tests if not test.passes(subject.texts(test.member))), None)

    def is_unknown(self, subject: ExchangeSubject) -> bool:
        """Whether only the evicted body could decide: everything else matches."""
        return not subject.readable and self.difference(subject) in REQUEST_MEMBERS

    @property
    def looks_into_requests(self) -> bool:
        """Whether the filter reads the bodies of requests."""
        return any(test.member in REQUEST_MEMBERS for test in self._tests)

    def wanted(self, member: str) -> str:
        """The condition for a member, in words."""
        for test in self._tests:
            if test.member == member:
                return f"{'contains' if test.contains else 'is'} {shown(test.text)}"
        return f"not {'before' if member == 'since' else 'after'} the time given as {member}"


class ParsedQuery(NamedTuple):
    """A filter, and the item after which it begins."""

    filter: Filter
    after: str | None


def asked(
    query: Mapping[str, str], members: Iterable[str], secrets: Secrets, beside: Iterable[str] = ()
) -> ParsedQuery:
    """Parse a filter from query parameters: members, `member~`, `since`, `until` and `after`.

    `beside` names parameters that the caller reads.
    """
    known = tuple(members)
    tests = []
    for name, text in query.items():
        member = name.removesuffix(_CONTAINS)
        if member in known:
            # Secrets are masked in what is shown, so they are masked in the filter too.
            wanted = masked(as_meant(name, text), secrets) or ""
            tests.append(Test(member, wanted, name != member))
        elif name not in _BOUNDS and name not in beside:
            raise _unknown(name, known, (*beside, *_BOUNDS))
    since, until = (_moment(query, name) for name in ("since", "until"))
    return ParsedQuery(Filter(tests, since, until), query.get("after"))


def as_meant(name: str, text: str) -> str:
    """Restore the unescaped plus sign of a number, which was decoded as a space (MS-4)."""
    is_number = name.removesuffix(_CONTAINS) == "destination"
    return "+" + text[1:] if is_number and text.startswith(" ") else text


def _moment(query: Mapping[str, str], name: str) -> Instant | None:
    if name not in query:
        return None
    try:
        # In a date, too, a space was an unescaped plus sign.
        return parse_instant(query[name].replace(" ", "+"))
    except ValueError as error:
        raise ControlRequestError(400, "Bad request", f"{name}: {shown(query[name])} {error}") from None


def _unknown(name: str, members: tuple[str, ...], others: tuple[str, ...]) -> ControlRequestError:
    near = did_you_mean(name.removesuffix(_CONTAINS), (*members, *others))
    said = f"unknown parameter {shown(name)}; known: {', '.join(others)}, and {', '.join(members)}"
    return ControlRequestError(400, "Bad request", f"{said}, each of these with ~ behind it for 'contains'{near}")
