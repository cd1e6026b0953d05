"""Snapshots of a session: `/_control/snapshots`."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Table


async def _snapshots(call: Call) -> Answer:
    return 200, call.control.snapshots.all()


async def _take(call: Call) -> Answer:
    return 201, await call.control.snapshots.take(call.body)


async def _snapshot(call: Call) -> Answer:
    return 200, call.control.snapshots.one(call.path["id"])


async def _delete(call: Call) -> Answer:
    return 200, call.control.snapshots.delete(call.path["id"])


async def _restore(call: Call) -> Answer:
    return 200, {
        "restored": await call.control.snapshots.restore(call.path["id"], call.body),
        **call.control.session(),
    }


SNAPSHOTS: Table = (
    ("/_control/snapshots", {"GET": _snapshots, "POST": _take}),
    ("/_control/snapshots/{id}", {"GET": _snapshot, "DELETE": _delete}),
    ("/_control/snapshots/{id}/restore", {"POST": _restore}),
)
