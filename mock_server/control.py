"""Every verb a tester has, as plain methods; the control API and the console call nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any

from mock_server import explanation
from mock_server.domain.instants import LATEST, SECOND, Duration, Instant, rfc3339
from mock_server.journal import RawBytes
from mock_server.scenario.loader import load_scenario, patched, scenario_of
from mock_server.scenario.model import Scenario
from mock_server.scenario.notation import parse_duration, parse_instant
from mock_server.scenario.pack import pack
from mock_server.scenario.problems import ScenarioError
from mock_server.session import DEFAULT, NAME, NameTakenError, Session, Sessions

MOST_LISTED = 1000
"""How many items a list holds unless it is asked for more or fewer."""

_PROSE = ("title", "description")
"""Where a scenario may tell its reader how to sign in."""


class ControlError(Exception):
    """A request that cannot be done: the HTTP status that fits, what is wrong, and what to do."""

    def __init__(self, status: int, message: str, details: object = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details


class Control:
    """The verbs of one session; `Worlds` has those that make and end sessions."""

    def __init__(self, session: Session, raw: RawBytes) -> None:
        self._session = session
        self._raw = raw

    async def exchanges(self, *, limit: int = MOST_LISTED, before: str | None = None) -> dict[str, Any]:
        """The newest exchanges, newest first, a summary each."""
        session = self._session
        found = iter(session.journal)
        if before is not None:
            if session.journal.get(before) is None:
                raise ControlError(404, "Unknown exchange", f"before: no exchange {before!r} is kept in this session")
            found = islice(dropwhile(lambda each: each.id != before, found), 1, None)
        shown = [explanation.summary(exchange, session.secrets) for exchange in islice(found, limit)]
        return {"exchanges": shown, "evicted": session.journal.evicted, "raw_bodies_evicted": self._raw.evicted}

    async def exchange(self, exchange_id: str) -> dict[str, Any]:
        """One exchange with everything that explains its answer."""
        found = self._session.journal.get(exchange_id)
        if found is None:
            kept = f"this session keeps its newest exchanges; {self._session.journal.evicted} older ones were evicted"
            raise ControlError(404, "Unknown exchange", f"no exchange {exchange_id!r}: {kept}")
        return explanation.explanation(found, self._session.secrets)

    async def messages(self, *, limit: int = MOST_LISTED, before: str | None = None) -> dict[str, Any]:
        """The newest accepted messages, newest first."""
        store = self._session.store
        try:
            found = await store.messages(limit, before)
        except KeyError:
            raise ControlError(404, "Unknown message", f"before: no message {before!r} is kept") from None
        secrets = self._session.secrets
        shown = [explanation.message(message, secrets) for message in found]
        return {"messages": shown, "evicted": await store.evicted()}

    async def reset(self) -> dict[str, Any]:
        """Go back to how the session was created."""
        await self._session.reset()
        return self.session()

    def session(self) -> dict[str, Any]:
        """What the session is."""
        session = self._session
        return {
            "id": session.name,
            "scenario": explanation.masked(session.scenario.title, session.secrets),
            "seed": session.seed,
            "clock": self.clock(),
        }

    def clock(self) -> dict[str, Any]:
        """Where the session's clock stands."""
        return {"mode": self._session.clock.mode, "now": rfc3339(self._session.now())}

    async def advance(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Move the clock forward by `{"seconds": 3600}` or `{"duration": "1h"}`."""
        by = _duration(request)
        if self._session.now() + by > LATEST:
            raise ControlError(400, "Bad request", f"the clock would pass {rfc3339(LATEST)}")
        self._session.clock.advance(by)
        return self.clock()

    async def freeze(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Stop the clock: now with `{}`, or `{"at": "2026-01-15T09:00:00Z"}`."""
        _only(request, {"at"})
        at = request.get("at")
        self._session.clock.freeze(None if at is None else _instant(at))
        return self.clock()

    async def patch_scenario(self, parts: Mapping[str, object]) -> dict[str, Any]:
        """Replace top-level parts of the scenario; windows, messages, clock and journal stay as they are."""
        try:
            self._session.use(patched(self._session.scenario, parts, "PATCH"))
        except ScenarioError as error:
            raise _bad_scenario(error) from None
        return self.scenario()

    def scenario(self) -> dict[str, Any]:
        """The scenario in force, passwords masked."""
        document = self._session.scenario.document(secrets=False)
        told = {key: explanation.masked(document[key], self._session.secrets) for key in _PROSE if key in document}
        return document | told


class Worlds:
    """The verbs that make, list and end sessions."""

    def __init__(self, sessions: Sessions, raw: RawBytes) -> None:
        self._sessions = sessions
        self._raw = raw

    def control(self, session: Session) -> Control:
        """The verbs of one session."""
        return Control(session, self._raw)

    def named(self, name: str) -> Session:
        """A session by its name."""
        found = self._sessions.get(name)
        if found is None:
            raise ControlError(404, "Unknown session", f"no session {name!r}; POST /_control/sessions creates one")
        return found

    def all(self) -> dict[str, Any]:
        """All sessions."""
        return {"sessions": [self.control(session).session() for session in self._sessions]}

    def create(self, request: Mapping[str, object]) -> Session:
        """Make a session from `{"name"?, "scenario"?: name or object, "seed"?, "clock"?}`."""
        _only(request, {"name", "scenario", "seed", "clock"})
        name = request.get("name")
        if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
            raise ControlError(
                400, "Bad request", f"name: {name!r} is not 1 to 64 of A-Z a-z 0-9 . _ -, letter or digit first"
            )
        scenario = self._scenario(request)
        try:
            return self._sessions.create(scenario, name=name)
        except NameTakenError:
            raise ControlError(
                409, "Session exists", f"name: {name!r} is taken; DELETE it or choose another"
            ) from None

    def delete(self, name: str) -> dict[str, Any]:
        """End a session; the default one stays."""
        if name == DEFAULT:
            raise ControlError(409, "Not deletable", "the session 'default' stays; POST /_control/reset empties it")
        self.named(name)
        self._sessions.delete(name)
        return {"deleted": name}

    def _scenario(self, request: Mapping[str, object]) -> Scenario:
        chosen = request.get("scenario")
        try:
            scenario = self._chosen(chosen)
            settled = {key: request[key] for key in ("seed", "clock") if request.get(key) is not None}
            return scenario_of(scenario.document() | settled, "session") if settled else scenario
        except ScenarioError as error:
            raise _bad_scenario(error) from None

    def _chosen(self, chosen: object) -> Scenario:
        if chosen is None:
            return self.named(DEFAULT).created_with
        if isinstance(chosen, str):
            return load_scenario(_shipped(chosen))
        return scenario_of(chosen, "scenario")


def _shipped(name: str) -> Path:
    """Only the pack is to be had by name: the control API reads no other files of the machine."""
    known = {entry.name: entry.path for entry in pack()}
    if name not in known:
        raise ControlError(
            400, "Unknown scenario", f"scenario: no {name!r} in the pack; known: {', '.join(sorted(known))}"
        )
    return known[name]


def _duration(request: Mapping[str, object]) -> Duration:
    _only(request, {"seconds", "duration"})
    seconds, duration = request.get("seconds"), request.get("duration")
    if (seconds is None) == (duration is None):
        raise ControlError(400, "Bad request", 'give either {"seconds": 3600} or {"duration": "1h"}')
    if duration is not None:
        try:
            return parse_duration(str(duration))
        except ValueError as error:
            raise ControlError(400, "Bad request", f"duration: {error}") from None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LATEST // SECOND:
        raise ControlError(400, "Bad request", f"seconds: {seconds!r} is not a number from 0 to {LATEST // SECOND}")
    return round(seconds * SECOND)


def _instant(at: object) -> Instant:
    try:
        return parse_instant(str(at))
    except ValueError as error:
        raise ControlError(400, "Bad request", f"at: {error}") from None


def _only(request: Mapping[str, object], known: set[str]) -> None:
    unknown = sorted(set(request) - known)
    if unknown:
        raise ControlError(400, "Bad request", f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _bad_scenario(error: ScenarioError) -> ControlError:
    return ControlError(400, "Bad scenario", [str(problem) for problem in error.problems])
