"""What became of the sends, counted; and those that were meant to be one and the same."""

from __future__ import annotations

from starlette.responses import Response

from mock_server.console.page_request import PageRequest, Table
from mock_server.domain.errors import BY_CODE, PROTOCOL_ERRORS

_SEARCHED = 1000
"""Exchanges that are compared: a page asks every second, and reading ten thousand takes a send's time many times."""
_LISTED = 100
_LINKED = 10
"""Exchanges of one line that are named."""

_MEANINGS = {str(error.code): error.message for error in (*PROTOCOL_ERRORS, *BY_CODE.values())}


async def _ledger(visit: PageRequest) -> Response:
    found = visit.control.journal.duplicates(newest=_SEARCHED)
    groups = sorted(found["duplicates_by_intent"], key=lambda group: int(group["exchanges"][-1]), reverse=True)
    return visit.page(
        "ledger",
        counters=visit.control.journal.counters(),
        meanings=_MEANINGS,
        duplicates=groups[:_LISTED],
        of=len(groups),
        linked=_LINKED,
        searched=found,
    )


LEDGER: Table = (("/ledger", {"GET": _ledger}),)
