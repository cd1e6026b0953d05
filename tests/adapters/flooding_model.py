"""The anti-flooding rules as a naive model, for tests of the windows and of the store."""

from __future__ import annotations

from typing import NamedTuple

from mock_server.domain.flooding import Limits, WindowKind


class WindowRow(NamedTuple):
    """A counted message: when it leaves each window, and its text."""

    leaves_volume: int
    leaves_duplicates: int
    text: str | None


class FloodingModel:
    """Anti-flooding with plain lists that are scanned completely and never shortened."""

    def __init__(self) -> None:
        self.rows: dict[str, list[WindowRow]] = {}

    def send(self, destination: str, text: str, limits: Limits, now: int, *, forced: bool = False) -> str:
        """The outcome of a send: `accepted`, `refused` or `dropped`; a forced one counts whatever it is."""
        rows = self.rows.setdefault(destination, [])
        in_volume, copies = self.counted(destination, text, now)
        verdict = "accepted"
        if len(in_volume) >= limits.volume:
            verdict = "refused"
        elif len(copies) >= limits.duplicates:
            verdict = "dropped"
        if verdict == "accepted" or forced or limits.count_attempts:
            fixed = limits.kind is WindowKind.FIXED
            leaves_volume = min(in_volume) if fixed and in_volume else now + limits.volume_window
            leaves_duplicates = min(copies) if fixed and copies else now + limits.duplicates_window
            counted = verdict == "accepted" or forced
            rows.append(WindowRow(leaves_volume, leaves_duplicates if counted else 0, text if counted else None))
        return verdict

    def counted(self, destination: str, text: str, now: int) -> tuple[list[int], list[int]]:
        """When each message of the destination leaves the volume, and each one with the text the duplicates."""
        rows = self.rows.get(destination, [])
        in_volume = [row.leaves_volume for row in rows if row.leaves_volume > now]
        copies = [row.leaves_duplicates for row in rows if row.text == text and row.leaves_duplicates > now]
        return in_volume, copies

    def count_attempt(self, destination: str, limits: Limits, now: int) -> None:
        """Count an attempt towards the volume only, in a sliding window."""
        self.rows.setdefault(destination, []).append(WindowRow(now + limits.volume_window, 0, None))
