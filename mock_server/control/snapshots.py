"""The verbs of a session's snapshots."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from mock_server.control.requests import ControlRequestError, only
from mock_server.domain.instants import rfc3339
from mock_server.gateway import scheduler
from mock_server.session.session import Session
from mock_server.session.snapshots import MOST, Snapshot

FORMAT = 1
"""The format of snapshots: a handle of another format cannot be restored by this release."""

_PATIENCE = 1.0
"""Seconds of wall time that attempts under way get to finish."""


class SnapshotVerbs:
    """Take and restore snapshots of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def take(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Take a snapshot; its handle."""
        only(request, set())
        snapshots = self._session.state.snapshots
        await self._quiet()
        if snapshots.is_full:
            kept = ", ".join(snapshot_id for snapshot_id, _ in snapshots)
            raise ControlRequestError(
                409,
                "Too many snapshots",
                f"a session keeps {MOST} snapshots; DELETE /_control/snapshots/{{id}} makes room: {kept}",
            )
        snapshot = await self._session.snapshot()
        return self._handle(snapshots.put(snapshot), snapshot)

    def all(self) -> dict[str, Any]:
        """Every snapshot of the session, oldest first."""
        return {"snapshots": [self._handle(*each) for each in self._session.state.snapshots]}

    def one(self, snapshot_id: str) -> dict[str, Any]:
        """One snapshot."""
        return self._handle(snapshot_id, self._named(snapshot_id))

    def delete(self, snapshot_id: str) -> dict[str, Any]:
        """Delete a snapshot."""
        self._named(snapshot_id)
        snapshot = self._session.state.snapshots.remove(snapshot_id)
        self._session.state.journal.discard(snapshot.journal)
        return {"deleted": snapshot_id}

    async def restore(self, snapshot_id: str, request: Mapping[str, object]) -> dict[str, Any]:
        """Restore a snapshot; the request is empty, or the handle, which is then compared."""
        _judge_format(request)
        snapshot = self._named(snapshot_id)
        handle = self._handle(snapshot_id, snapshot)
        only(request, set(handle))
        self._judge_handle(request, handle)
        if self._session.presence.advancing:
            raise ControlRequestError(409, "Busy", "an advance of this session is under way; wait for its answer")
        await self._session.restore(snapshot)
        scheduler.wake(self._session)
        return handle

    async def _quiet(self) -> None:
        """Wait for attempts under way, for a limited time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while tasks := self._session.presence.attempt_tasks:
                    await asyncio.wait(tasks)

    def _named(self, snapshot_id: str) -> Snapshot:
        found = self._session.state.snapshots.get(snapshot_id)
        if found is None:
            kept = ", ".join(each for each, _ in self._session.state.snapshots)
            there = f"this session has {kept}" if kept else "this session has none"
            raise ControlRequestError(
                404,
                "Unknown snapshot",
                f"no snapshot {snapshot_id[:40]!r}; {there}; POST /_control/snapshots takes one",
            )
        return found

    def _handle(self, snapshot_id: str, snapshot: Snapshot) -> dict[str, Any]:
        return {
            "id": snapshot_id,
            "format": FORMAT,
            "session": self._session.name,
            "at": rfc3339(snapshot.at),
            **msgspec.structs.asdict(snapshot.held),
        }

    def _judge_handle(self, request: Mapping[str, object], handle: Mapping[str, object]) -> None:
        unchanged = "this session is unchanged"
        if request.get("session", handle["session"]) != handle["session"]:
            said = f"session: the handle is of {_shown(request['session'])}, and this is {handle['session']!r}"
            raise ControlRequestError(409, "Another session", f"{said}; {unchanged}")
        other = [key for key in handle if key in request and request[key] != handle[key]]
        if other:
            said = ", ".join(f"{key}: {_shown(request[key])} is not {handle[key]!r}" for key in other)
            raise ControlRequestError(409, "Another snapshot", f"{said}; {unchanged}")


def _judge_format(request: Mapping[str, object]) -> None:
    if request.get("format", FORMAT) != FORMAT or isinstance(request.get("format"), bool):
        said = f"format: {_shown(request['format'])} is not {FORMAT}, the one of this gateway"
        raise ControlRequestError(409, "Another version", f"{said}; this session is unchanged: take a new snapshot")


def _shown(value: object) -> str:
    """The value as it came: 1 differs from '1'."""
    return repr(value)[:64]
