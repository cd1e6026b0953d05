"""Forced outcomes: `/_control/stubs`, and the release of held answers."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Table


async def _stubs(call: Call) -> Answer:
    return 200, call.control.stubs.all()


async def _add(call: Call) -> Answer:
    return 201, call.control.stubs.add(call.body)


async def _clear(call: Call) -> Answer:
    return 200, call.control.stubs.clear()


async def _stub(call: Call) -> Answer:
    return 200, call.control.stubs.one(call.path["id"])


async def _remove(call: Call) -> Answer:
    return 200, call.control.stubs.remove(call.path["id"])


async def _release(call: Call) -> Answer:
    return 200, call.control.stubs.release(call.path["id"])


async def _release_all(call: Call) -> Answer:
    return 200, call.control.stubs.release_all()


STUBS: Table = (
    ("/_control/stubs", {"GET": _stubs, "POST": _add, "DELETE": _clear}),
    ("/_control/stubs/{id}", {"GET": _stub, "DELETE": _remove}),
    ("/_control/exchanges/{id}/release", {"POST": _release}),
    ("/_control/release", {"POST": _release_all}),
)
