"""The sessions: which there are, one more, one from its beginning, one less."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from mock_server.console.page_request import PageRequest, Table
from mock_server.console.rendering import Words
from mock_server.control import ControlRequestError

_LISTED = 50
_DEFAULT = "default"
_MOST_TOLD = 10
"""Stubs that are told by name when their session ends."""
_LONGEST_TOLD = 400
_WHOLE_NUMBER = re.compile(r"[-+]?[0-9]{1,19}", re.ASCII)
_PAGE = re.compile(r"[0-9]{1,6}", re.ASCII)
_UNITS = (("hours", 3600), ("minutes", 60))


async def _sessions(visit: PageRequest) -> Response:
    return await _page(visit)


async def _page(visit: PageRequest, *, error: ControlRequestError | None = None) -> Response:
    sought, skip = visit.asked("q"), visit.asked("skip")
    first = int(skip) if _PAGE.fullmatch(skip) else 0
    found = await visit.sessions_api.some(sought, limit=_LISTED, skip=first)
    here = visit.control.name
    return visit.page(
        "sessions",
        status=error.status if error else 200,
        sought=sought,
        found=found["found"],
        rows=[_row(visit, each) for each in found["sessions"]],
        first=first,
        newer=max(0, first - _LISTED),
        older=first + _LISTED if first + _LISTED < found["found"] else None,
        here=here,
        address=_address(visit, here),
        pack=visit.control.scenarios.pack()["scenarios"],
        filled=visit.form or {"name": visit.asked("missing")},
        error=error,
        wrong=[] if error is None else visit.told(error),
        notice={name: visit.asked(name)[:_LONGEST_TOLD] for name in ("missing", "deleted", "unmet", "reset")},
    )


def _row(visit: PageRequest, session: Mapping[str, Any]) -> dict[str, Any]:
    name = session["id"]
    return {
        **session,
        "console": f"{_base(name)}/_console",
        "address": _address(visit, name),
        "idle": _idle(visit.words, session["idle_seconds"]),
        "is_default": name == _DEFAULT,
    }


def _base(name: str) -> str:
    return "" if name == _DEFAULT else f"/~{name}"


def _address(visit: PageRequest, name: str) -> str:
    """What a client has as its base URL."""
    return visit.origin + _base(name)


def _idle(words: Words, seconds: float) -> str:
    for unit, length in _UNITS:
        if seconds >= length:
            return words(f"sessions.{unit}", n=int(seconds // length))
    return words("sessions.seconds", n=int(seconds)) if seconds >= 1 else words("sessions.just_now")


async def _create(visit: PageRequest) -> Response:
    try:
        made = visit.sessions_api.create(_asked_for(visit))
    except ControlRequestError as error:
        return await _page(visit, error=error)
    return RedirectResponse(f"{_base(made.name)}/_console", status_code=303)


def _asked_for(visit: PageRequest) -> dict[str, object]:
    """What the form asks for; of what was left empty the scenario says how it is."""
    asked: dict[str, object] = {key: visit.field(key) for key in ("name", "scenario") if visit.field(key)}
    seed, clock, at = visit.field("seed"), visit.field("clock"), visit.field("at")
    if seed:
        asked["seed"] = int(seed) if _WHOLE_NUMBER.fullmatch(seed) else seed
    if clock:
        asked["clock"] = {"mode": clock} | ({"at": at} if at else {})
    return asked


async def _reset(visit: PageRequest) -> Response:
    name = visit.path["name"]
    control = visit.sessions_api.control(visit.sessions_api.named(name))
    await control.reset()
    control.touched()
    return visit.redirect("/sessions", reset=name, q=visit.field("q"))


async def _delete(visit: PageRequest) -> Response:
    name = visit.path["name"]
    stubs = visit.sessions_api.control(visit.sessions_api.named(name)).stubs.all()["stubs"]
    called = {stub["id"]: stub.get("name") or f"{stub['id']} {json.dumps(stub['then'])}" for stub in stubs}
    unmet = [called[each] for each in visit.sessions_api.delete(name)["unmatched_stubs"]]
    told = ", ".join(unmet[:_MOST_TOLD]) + (f", … ({len(unmet)})" if len(unmet) > _MOST_TOLD else "")
    found = visit.link("/sessions", deleted=name, unmet=told[:_LONGEST_TOLD], q=visit.field("q"))
    # What stood before the path of this session leads nowhere any more.
    return RedirectResponse(found.removeprefix(_base(name)) if name == visit.control.name else found, 303)


SESSIONS: Table = (
    ("/sessions", {"GET": _sessions, "POST": _create}),
    ("/sessions/{name}/reset", {"POST": _reset}),
    ("/sessions/{name}/delete", {"POST": _delete}),
)
