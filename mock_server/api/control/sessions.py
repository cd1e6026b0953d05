"""Sessions: `/_ready`, `/_control/reset`, `/_control/scenario` and `/_control/sessions`."""

from __future__ import annotations

from mock_server.api.control.call import Answer, Call, Document, Table
from mock_server.control.release import release


async def _ready(call: Call) -> Answer:
    return 200, {"ready": True, "version": release(), **call.control.session()}


async def _reset(call: Call) -> Answer:
    return 200, await call.control.reset()


async def _scenario(call: Call) -> Answer:
    return 200, call.control.scenario()


async def _patch_scenario(call: Call) -> Answer:
    return 200, await call.control.patch_scenario(call.body)


async def _export(call: Call) -> Answer:
    text = call.control.export(secrets=call.flag("secrets"))
    return 200, Document(text.encode(), f"{call.control.name}.yaml")


async def _sessions(call: Call) -> Answer:
    return 200, await call.sessions_api.all()


async def _create_session(call: Call) -> Answer:
    created = call.sessions_api.create(call.body)
    return 201, call.sessions_api.control(created).session() | {"base_url": f"{call.origin}/~{created.name}"}


async def _session(call: Call) -> Answer:
    session = call.sessions_api.named(call.path["name"])
    return 200, await call.sessions_api.shown(session) | {"base_url": f"{call.origin}/~{session.name}"}


async def _delete_session(call: Call) -> Answer:
    return 200, call.sessions_api.delete(call.path["name"])


SESSIONS: Table = (
    ("/_ready", {"GET": _ready}),
    ("/_control/reset", {"POST": _reset}),
    ("/_control/scenario", {"GET": _scenario, "PATCH": _patch_scenario}),
    ("/_control/scenario/export", {"GET": _export}),
    ("/_control/sessions", {"GET": _sessions, "POST": _create_session}),
    ("/_control/sessions/{name}", {"GET": _session, "DELETE": _delete_session}),
)
