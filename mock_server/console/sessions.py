"""The view of sessions: list, create, reset and delete."""

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
"""Unmatched stubs that are named when their session ends."""
_LONGEST_TOLD = 400
_WHOLE_NUMBER = re.compile(r"[-+]?[0-9]{1,19}", re.ASCII)
_PAGE = re.compile(r"[0-9]{1,6}", re.ASCII)
_UNITS = (("hours", 3600), ("minutes", 60))


async def _sessions(page: PageRequest) -> Response:
    return await _page(page)


async def _page(page: PageRequest, *, error: ControlRequestError | None = None) -> Response:
    sought, skip = page.asked("q"), page.asked("skip")
    first = int(skip) if _PAGE.fullmatch(skip) else 0
    found = await page.sessions_api.some(sought, limit=_LISTED, skip=first)
    here = page.control.name
    return page.render(
        "sessions",
        status=error.status if error else 200,
        sought=sought,
        found=found["found"],
        rows=[_row(page, each) for each in found["sessions"]],
        first=first,
        newer=max(0, first - _LISTED),
        older=first + _LISTED if first + _LISTED < found["found"] else None,
        here=here,
        address=_address(page, here),
        pack=page.control.scenarios.pack()["scenarios"],
        filled=page.form or {"name": page.asked("missing")},
        error=error,
        wrong=[] if error is None else page.told(error),
        notice={name: page.asked(name)[:_LONGEST_TOLD] for name in ("missing", "deleted", "unmet", "reset")},
    )


def _row(page: PageRequest, session: Mapping[str, Any]) -> dict[str, Any]:
    name = session["id"]
    return {
        **session,
        "console": f"{_base(name)}/_console",
        "address": _address(page, name),
        "idle": _idle(page.words, session["idle_seconds"]),
        "is_default": name == _DEFAULT,
    }


def _base(name: str) -> str:
    return "" if name == _DEFAULT else f"/~{name}"


def _address(page: PageRequest, name: str) -> str:
    """The base URL for a client."""
    return page.origin + _base(name)


def _idle(words: Words, seconds: float) -> str:
    for unit, length in _UNITS:
        if seconds >= length:
            return words(f"sessions.{unit}", n=int(seconds // length))
    return words("sessions.seconds", n=int(seconds)) if seconds >= 1 else words("sessions.just_now")


async def _create(page: PageRequest) -> Response:
    try:
        made = page.sessions_api.create(_asked_for(page))
    except ControlRequestError as error:
        return await _page(page, error=error)
    return RedirectResponse(f"{_base(made.name)}/_console", status_code=303)


def _asked_for(page: PageRequest) -> dict[str, object]:
    """The session that the form asks for; empty fields follow the scenario."""
    asked: dict[str, object] = {key: page.field(key) for key in ("name", "scenario") if page.field(key)}
    seed, clock, at = page.field("seed"), page.field("clock"), page.field("at")
    if seed:
        asked["seed"] = int(seed) if _WHOLE_NUMBER.fullmatch(seed) else seed
    if clock:
        asked["clock"] = {"mode": clock} | ({"at": at} if at else {})
    return asked


async def _reset(page: PageRequest) -> Response:
    name = page.path["name"]
    control = page.sessions_api.control(page.sessions_api.named(name))
    await control.reset()
    control.touched()
    return page.redirect("/sessions", reset=name, q=page.field("q"))


async def _delete(page: PageRequest) -> Response:
    name = page.path["name"]
    stubs = page.sessions_api.control(page.sessions_api.named(name)).stubs.all()["stubs"]
    called = {stub["id"]: stub.get("name") or f"{stub['id']} {json.dumps(stub['then'])}" for stub in stubs}
    unmet = [called[each] for each in page.sessions_api.delete(name)["unmatched_stubs"]]
    told = ", ".join(unmet[:_MOST_TOLD]) + (f", … ({len(unmet)})" if len(unmet) > _MOST_TOLD else "")
    found = page.link("/sessions", deleted=name, unmet=told[:_LONGEST_TOLD], q=page.field("q"))
    # Links with the prefix of the deleted session lead nowhere.
    return RedirectResponse(found.removeprefix(_base(name)) if name == page.control.name else found, 303)


SESSIONS: Table = (
    ("/sessions", {"GET": _sessions, "POST": _create}),
    ("/sessions/{name}/reset", {"POST": _reset}),
    ("/sessions/{name}/delete", {"POST": _delete}),
)
