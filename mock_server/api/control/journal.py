"""What came in: `/_control/exchanges` and the list of messages."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Table


async def _exchanges(call: Call) -> Answer:
    return 200, await call.control.exchanges(**call.page())


async def _exchange(call: Call) -> Answer:
    return 200, await call.control.exchange(call.path["id"])


async def _messages(call: Call) -> Answer:
    return 200, await call.control.messages(**call.page())


JOURNAL: Table = (
    ("/_control/exchanges", {"GET": _exchanges}),
    ("/_control/exchanges/{id}", {"GET": _exchange}),
    ("/_control/messages", {"GET": _messages}),
)
