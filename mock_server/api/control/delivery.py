"""Messages after their acceptance: their life, webhooks, and receivers."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Table


async def _message(call: Call) -> Answer:
    return 200, await call.control.delivery.message(call.path["id"])


async def _push(call: Call) -> Answer:
    return 200, await call.control.delivery.push(call.path["id"], call.body)


async def _resend(call: Call) -> Answer:
    return 200, await call.control.delivery.resend(call.path["id"])


async def _received(call: Call) -> Answer:
    return 200, call.control.delivery.received(call.path["name"])


async def _forget(call: Call) -> Answer:
    return 200, call.control.delivery.forget(call.path["name"])


async def _instruct(call: Call) -> Answer:
    return 200, call.control.delivery.instruct(call.path["name"], call.body)


DELIVERY: Table = (
    ("/_control/messages/{id}", {"GET": _message}),
    ("/_control/messages/{id}/status", {"POST": _push}),
    ("/_control/messages/{id}/resend", {"POST": _resend}),
    ("/_control/receiver/{name}", {"GET": _received, "PUT": _instruct, "DELETE": _forget}),
)
