"""What a table of stubs has in store for a destination."""

from __future__ import annotations

from mock_server.domain.stub import Stage, Stub, StubTable


def first_for(table: StubTable, destination: str) -> Stub | None:
    """The first stub that may have its say, at whatever stage."""
    found = [stub for stage in Stage for stub in table.candidates(stage, destination)]
    return found[0] if found else None
