"""The view of the ledger: counters, and duplicates by intent."""

from __future__ import annotations

from starlette.responses import Response

from mock_server.console.page_request import PageRequest, Table
from mock_server.domain.errors import BY_CODE, PROTOCOL_ERRORS

_SEARCHED = 1000
"""Exchanges that are compared at most, since an open page asks every second."""
_LISTED = 100
_LINKED = 10
"""Exchanges that one line names."""

_MEANINGS = {str(error.code): error.message for error in (*PROTOCOL_ERRORS, *BY_CODE.values())}


async def _ledger(page: PageRequest) -> Response:
    found = page.control.journal.duplicates(newest=_SEARCHED)
    groups = sorted(found["duplicates_by_intent"], key=lambda group: int(group["exchanges"][-1]), reverse=True)
    return page.render(
        "ledger",
        counters=page.control.journal.counters(),
        meanings=_MEANINGS,
        duplicates=groups[:_LISTED],
        of=len(groups),
        linked=_LINKED,
        searched=found,
    )


LEDGER: Table = (("/ledger", {"GET": _ledger}),)
