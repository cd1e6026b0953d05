"""The session's time: `/_control/clock`."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Table


async def _clock(call: Call) -> Answer:
    return 200, call.control.clock.show()


async def _advance(call: Call) -> Answer:
    return 200, await call.control.clock.advance(call.body)


async def _freeze(call: Call) -> Answer:
    return 200, await call.control.clock.freeze(call.body)


async def _resume(call: Call) -> Answer:
    return 200, await call.control.clock.resume(call.body)


CLOCK: Table = (
    ("/_control/clock", {"GET": _clock}),
    ("/_control/clock/advance", {"POST": _advance}),
    ("/_control/clock/freeze", {"POST": _freeze}),
    ("/_control/clock/resume", {"POST": _resume}),
)
