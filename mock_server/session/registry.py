"""All sessions of one server by name: created, found, deleted, and expired when unused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Final

from mock_server.domain.instants import HOUR, SECOND, Duration
from mock_server.ports import Stopwatch
from mock_server.scenario.model import Scenario
from mock_server.scenario.notation import format_duration
from mock_server.session.session import Session

DEFAULT: Final = "default"
"""The session of requests that name none; it never expires."""

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""A valid session name: it is used in paths and in a header."""

NAME_WORDS: Final = "1 to 64 of A-Z a-z 0-9 . _ -, letter or digit first"

USUAL_TTL: Final[Duration] = HOUR
"""Of wall time without a request."""

_MOST_REMEMBERED = 10_000
"""Names of expired sessions."""
_LONGEST_SHOWN = 64
_SWEEPS_PER_TTL = 10
_LONGEST_BETWEEN_SWEEPS: Duration = 30 * SECOND

Builder = Callable[[str, Scenario], Session]
"""Builds a session from a name and a scenario."""


class NameTakenError(Exception):
    """A session of this name exists already."""


class Sessions:
    """All sessions of one server, by name.

    A session without a request for `ttl` of wall time expires: `get` never returns it, and `sweep` removes it. A
    session in use does not expire (`Presence.usage`).
    """

    def __init__(self, build: Builder, *, ttl: Duration, stopwatch: Stopwatch) -> None:
        self._build = build
        self._ttl = ttl
        self._stopwatch = stopwatch
        self._sessions: dict[str, Session] = {}
        self._expired: dict[str, None] = {}
        self._numbered = 0
        self._next_sweep = 0

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """All sessions, oldest first."""
        return iter(tuple(self._sessions.values()))

    def get(self, name: str) -> Session | None:
        """One session, or `None`."""
        session = self._sessions.get(name)
        if session is not None and self._is_expired(session):
            self._expire(session)
            return None
        return session

    def create(self, scenario: Scenario, *, name: str | None = None) -> Session:
        """Create a session; one without a name is numbered.

        Raises:
            NameTakenError: a session of this name exists.
        """
        self._sweep_if_due()
        chosen = name if name is not None else self._next_name()
        if self.get(chosen) is not None:
            raise NameTakenError(chosen)
        session = self._build(chosen, scenario)
        self._sessions[chosen] = session
        self._expired.pop(chosen, None)
        return session

    def delete(self, name: str) -> None:
        """End a session and remove it."""
        self._sessions.pop(name).end()

    def idle(self, session: Session) -> Duration:
        """How long a session has had no request."""
        return session.presence.usage.idle_for()

    def missing(self, name: str) -> str:
        """A sentence for a name without a session: why, and what to do."""
        if name in self._expired:
            since = f"it had no request for {format_duration(self._ttl)}"
            return f"session {name!r} expired: {since}; POST /_control/sessions creates it anew: {_as_asked(name)}"
        if NAME.fullmatch(name):
            return f"no session {name!r}; POST /_control/sessions creates one: {_as_asked(name)}"
        shown = name if len(name) <= _LONGEST_SHOWN else name[:_LONGEST_SHOWN] + "…"
        return f"no session {shown!r}; POST /_control/sessions creates one, its name {NAME_WORDS}"

    @property
    def between_sweeps(self) -> Duration | None:
        """The time between two sweeps; `None` where no session expires."""
        return min(self._ttl // _SWEEPS_PER_TTL, _LONGEST_BETWEEN_SWEEPS) if self._ttl else None

    def sweep(self) -> int:
        """Remove every expired session; how many there were."""
        expired = [session for session in self._sessions.values() if self._is_expired(session)]
        for session in expired:
            self._expire(session)
        return len(expired)

    def _sweep_if_due(self) -> None:
        """Limit how often a creation sweeps: with ten thousand sessions each sweep is long."""
        if self._ttl and self._stopwatch() >= self._next_sweep:
            self.sweep()
            self._next_sweep = self._stopwatch() + (self.between_sweeps or 0)

    def _is_expired(self, session: Session) -> bool:
        usage = session.presence.usage
        return self._ttl > 0 and not usage.count and session.name != DEFAULT and usage.idle_for() >= self._ttl

    def _expire(self, session: Session) -> None:
        self.delete(session.name)
        self._expired[session.name] = None
        if len(self._expired) > _MOST_REMEMBERED:
            del self._expired[next(iter(self._expired))]

    def _next_name(self) -> str:
        while True:
            self._numbered += 1
            name = f"s{self._numbered}"
            if name not in self._sessions:
                return name


def _as_asked(name: str) -> str:
    return json.dumps({"name": name})
