"""All sessions of one server by name: made, found, ended, and given up when nobody has used them for a while."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Final

from mock_server.domain.instants import HOUR, SECOND, Duration
from mock_server.ports import Stopwatch
from mock_server.scenario.model import Scenario
from mock_server.scenario.notation import written
from mock_server.session.session import Session

DEFAULT: Final = "default"
"""The session of requests that name none; it never expires."""

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""What a session may be called: it stands in paths and in a header."""

NAME_WORDS: Final = "1 to 64 of A-Z a-z 0-9 . _ -, letter or digit first"

USUAL_TTL: Final[Duration] = HOUR
"""Of wall time without a request."""

_MOST_REMEMBERED = 10_000
"""Names of expired sessions."""
_LONGEST_SHOWN = 64
_SWEEPS_PER_TTL = 10
_LONGEST_BETWEEN_SWEEPS: Duration = 30 * SECOND

Builder = Callable[[str, Scenario], Session]
"""Makes a session of a name and a scenario."""


class NameTakenError(Exception):
    """There is a session of this name already."""


class Sessions:
    """All sessions of one server, by name.

    One that had no request for `ttl` of wall time is over, and one that is over is never found again: `get` ends it
    when it is asked for, and `sweep` without anybody asking. What is going on in a session keeps it
    (`Session.users`).
    """

    def __init__(self, build: Builder, *, ttl: Duration, stopwatch: Stopwatch) -> None:
        self._build = build
        self._ttl = ttl
        self.stopwatch = stopwatch
        self._sessions: dict[str, Session] = {}
        self._expired: dict[str, None] = {}
        self._numbered = 0
        self._next_sweep = 0

    def __len__(self) -> int:
        """How many there are."""
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """All sessions, oldest first."""
        return iter(tuple(self._sessions.values()))

    def get(self, name: str) -> Session | None:
        """One session, or `None`."""
        session = self._sessions.get(name)
        if session is not None and self._is_over(session):
            self._expire(session)
            return None
        return session

    def create(self, scenario: Scenario, *, name: str | None = None) -> Session:
        """Make a session; one without a name is numbered.

        Raises:
            NameTakenError: a session of this name exists.
        """
        self._sweep_when_it_is_time()
        chosen = name if name is not None else self._next_name()
        if self.get(chosen) is not None:
            raise NameTakenError(chosen)
        session = self._build(chosen, scenario)
        session.used_at = self.stopwatch()
        self._sessions[chosen] = session
        self._expired.pop(chosen, None)
        return session

    def delete(self, name: str) -> None:
        """Forget a session and everything in it."""
        self._sessions.pop(name).end()

    def idle(self, session: Session) -> Duration:
        """For how long a session has had no request."""
        return 0 if session.users else self.stopwatch() - session.used_at

    def missing(self, name: str) -> str:
        """Why there is no session of this name, and what to do about it."""
        if name in self._expired:
            since = f"it had no request for {written(self._ttl)}"
            return f"session {name!r} expired: {since}; POST /_control/sessions creates it anew: {_as_asked(name)}"
        if NAME.fullmatch(name):
            return f"no session {name!r}; POST /_control/sessions creates one: {_as_asked(name)}"
        shown = name if len(name) <= _LONGEST_SHOWN else name[:_LONGEST_SHOWN] + "…"
        return f"no session {shown!r}; POST /_control/sessions creates one, its name {NAME_WORDS}"

    @property
    def between_sweeps(self) -> Duration | None:
        """How long to wait from one sweep to the next; `None` where no session ever expires."""
        return min(self._ttl // _SWEEPS_PER_TTL, _LONGEST_BETWEEN_SWEEPS) if self._ttl else None

    def sweep(self) -> int:
        """End every session that is over, so that its memory is free now; how many there were."""
        over = [session for session in self._sessions.values() if self._is_over(session)]
        for session in over:
            self._expire(session)
        return len(over)

    def _sweep_when_it_is_time(self) -> None:
        """Not with each session that is made: ten thousand of them would look at each other."""
        if self._ttl and self.stopwatch() >= self._next_sweep:
            self.sweep()
            self._next_sweep = self.stopwatch() + (self.between_sweeps or 0)

    def _is_over(self, session: Session) -> bool:
        return (
            self._ttl > 0
            and not session.users
            and session.name != DEFAULT
            and self.stopwatch() - session.used_at >= self._ttl
        )

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
