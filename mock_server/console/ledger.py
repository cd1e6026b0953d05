"""What became of the sends, counted; and those that were meant to be one and the same."""

from __future__ import annotations

from starlette.responses import Response

from mock_server.console.visit import Table, Visit


async def _ledger(visit: Visit) -> Response:
    return visit.page("ledger", ledger=visit.control.journal.ledger())


LEDGER: Table = (("/ledger", {"GET": _ledger}),)
