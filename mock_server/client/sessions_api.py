"""The verbs of sessions, scenarios and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from mock_server.client.asking import Calls, given, quoted
from mock_server.client.errors import ControlError
from mock_server.client.results import Session, Snapshot


class SessionCalls(Calls):
    """Create, show, reset and end sessions."""

    _ends = False
    """Whether this object created its session, and ends it."""

    def session(self) -> Session:
        """This session."""
        return Session.of(self._ask("GET", f"/sessions/{quoted(self._session or 'default')}"))

    def sessions(self) -> list[Session]:
        """All sessions of the gateway."""
        return Session.all_of(self._ask("GET", "/sessions"), "sessions")

    def create_session(
        self,
        name: str | None = None,
        *,
        scenario: str | Mapping[str, object] | None = None,
        seed: int | None = None,
        clock: Mapping[str, object] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> Self:
        """Create a session; its verbs, which end it as a `with` block.

        Args:
            name: else it is numbered.
            scenario: the name of a shipped one, or one as an object; else that of `default`.
            seed: makes its ids repeatable.
            clock: as in a scenario: `{"mode": "frozen", "at": "2026-01-15T09:00:00Z"}`.
            overrides: parts of the scenario to replace.
        """
        asked = given(name=name, scenario=scenario, seed=seed, clock=clock, overrides=overrides)
        made = Session.of(self._ask("POST", "/sessions", asked))
        bound = type(self)(self._caller, session=made.id, token=self._token)
        bound._ends = True  # noqa: SLF001 - another of our own kind
        return bound

    def delete_session(self, name: str | None = None) -> list[str]:
        """End a session, by default this one; the ids of the added stubs that no send matched."""
        ended = self._ask("DELETE", f"/sessions/{quoted(name or self._session or 'default')}")
        return [str(each) for each in ended["unmatched_stubs"]]

    def reset(self) -> Session:
        """Return to how the session was created."""
        return Session.of(self._ask("POST", "/reset", {}))

    def scenario(self) -> dict[str, Any]:
        """The scenario in force, passwords masked."""
        found: dict[str, Any] = self._ask("GET", "/scenario")
        return found

    def patch(self, **parts: object) -> dict[str, Any]:
        """Replace whole top-level keys of the scenario; the new scenario."""
        found: dict[str, Any] = self._ask("PATCH", "/scenario", parts)
        return found

    def export(self, *, secrets: bool = False) -> str:
        """The session as a scenario file; with `secrets` also the passwords that no shipped scenario shows."""
        return str(self._ask("GET", "/scenario/export", query={"secrets": True} if secrets else None))

    def snapshot(self) -> Snapshot:
        """Take a snapshot."""
        return Snapshot.of(self._ask("POST", "/snapshots", {}))

    def snapshots(self) -> list[Snapshot]:
        """All snapshots."""
        return Snapshot.all_of(self._ask("GET", "/snapshots"), "snapshots")

    def restore(self, snapshot: Snapshot | str) -> Session:
        """Restore a snapshot; one of another session or format is refused."""
        name, handle = (snapshot, {}) if isinstance(snapshot, str) else (snapshot.id, snapshot.raw)
        self._ask("POST", f"/snapshots/{quoted(name)}/restore", handle)
        return self.session()

    def delete_snapshot(self, snapshot: Snapshot | str) -> None:
        """Delete a snapshot."""
        name = snapshot if isinstance(snapshot, str) else snapshot.id
        self._ask("DELETE", f"/snapshots/{quoted(name)}")

    def __enter__(self) -> Self:
        """Return the verbs for the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End a session, or close the connections of a client, if this object created it."""
        if not self._ends:
            self._caller.close()
            return
        try:
            self.delete_session()
        except ControlError as error:
            # Already expired or deleted.
            if error.status != 404:
                raise
