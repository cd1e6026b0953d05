"""Long polls: `/_control/exchanges/wait`, `/_control/messages/wait` and `/_control/statuses/wait`."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Table


async def _exchanges(call: Call) -> Answer:
    return 200, await call.unless_gone(call.control.waits.exchanges(call.query()))


async def _messages(call: Call) -> Answer:
    return 200, await call.unless_gone(call.control.waits.messages(call.query()))


async def _statuses(call: Call) -> Answer:
    return 200, await call.unless_gone(call.control.waits.statuses(call.query()))


WAITS: Table = (
    ("/_control/exchanges/wait", {"GET": _exchanges}),
    ("/_control/messages/wait", {"GET": _messages}),
    ("/_control/statuses/wait", {"GET": _statuses}),
)
