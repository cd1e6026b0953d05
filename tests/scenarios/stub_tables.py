"""Helpers for tables of stubs."""

from __future__ import annotations

from mock_server.domain.stub import Stub, StubTable


def first_for(table: StubTable, destination: str) -> Stub | None:
    """The first stub that may apply, at any stage."""
    found = table.candidates(destination)
    return found[0] if found else None
