"""`/_control/exchanges`, the lists of messages and webhook attempts, and the ledger."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Table


async def _exchanges(call: Call) -> Answer:
    return 200, await call.control.journal.exchanges(call.query("limit", "before"), **call.page())


async def _count_exchanges(call: Call) -> Answer:
    return 200, await call.control.journal.count_exchanges(call.query())


async def _forget_exchanges(call: Call) -> Answer:
    call.no_query()
    return 200, call.control.journal.forget_exchanges()


async def _har(call: Call) -> Answer:
    return 200, call.control.journal.har(call.query(), call.origin)


async def _exchange(call: Call) -> Answer:
    return 200, await call.control.journal.exchange(call.path["id"])


async def _messages(call: Call) -> Answer:
    return 200, await call.control.journal.messages(call.query("limit", "before"), **call.page())


async def _count_messages(call: Call) -> Answer:
    return 200, await call.control.journal.count_messages(call.query())


async def _forget_messages(call: Call) -> Answer:
    call.no_query()
    return 200, await call.control.journal.forget_messages()


async def _webhooks(call: Call) -> Answer:
    return 200, await call.control.journal.webhooks(call.query("limit"), limit=call.page()["limit"])


async def _ledger(call: Call) -> Answer:
    return 200, call.control.journal.ledger()


JOURNAL: Table = (
    ("/_control/exchanges", {"GET": _exchanges, "DELETE": _forget_exchanges}),
    ("/_control/exchanges/count", {"GET": _count_exchanges}),
    ("/_control/exchanges/har", {"GET": _har}),
    ("/_control/exchanges/{id}", {"GET": _exchange}),
    ("/_control/messages", {"GET": _messages, "DELETE": _forget_messages}),
    ("/_control/messages/count", {"GET": _count_messages}),
    ("/_control/webhooks", {"GET": _webhooks}),
    ("/_control/ledger", {"GET": _ledger}),
)
