"""Make it fail: everything that can be forced as a button, and all that is armed, with a way to disarm it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from starlette.responses import Response

from mock_server.console.outcomes import BY_KEY, GROUPS, OWN_ANSWER, told
from mock_server.console.page_request import PageRequest, Table
from mock_server.control import ControlRequestError
from mock_server.domain.errors import WATCHLISTED, WRONG_NUMBER
from mock_server.domain.stub import Origin
from mock_server.scenario.stub_model import OPERATIONS

HOW_LONG = ("once", "times", "while", "always")
_WHILE = "10m"
_SHOWN = 100
"""Armed ones that are listed, the newest: a program may arm thousands."""
_MOST_NUMBERS = 1000
REQUESTS = (*OPERATIONS, "any")


class Scope(NamedTuple):
    """Which requests are meant and how often, as the form asks for it; what is empty is the usual."""

    to: str = ""
    how: str = HOW_LONG[0]
    times: str = "3"
    requests: str = ""

    def chosen(self) -> dict[str, str]:
        """What differs from the usual, for an address."""
        usual = Scope()._asdict()
        return {name: value for name, value in self._asdict().items() if value != usual[name]}

    def stub(self, then: Mapping[str, Any]) -> dict[str, Any]:
        """The stub that it comes to; what is wrong with it the control surface says."""
        # People copy numbers as they are printed.
        number = "".join(self.to.split())
        when = {"destination": number, "operation": self.requests}
        often: dict[str, dict[str, object]] = {
            "once": {"times": 1},
            "times": {"times": int(self.times) if self.times.isdecimal() else self.times},
            "while": {"for": _WHILE},
        }
        return {
            "when": {name: value for name, value in when.items() if value},
            "then": then,
            **often.get(self.how, {}),
        }


async def _forcing(visit: PageRequest) -> Response:
    return await _page(visit, _scope_of(visit.query))


async def _page(visit: PageRequest, scope: Scope, problem: ControlRequestError | None = None) -> Response:
    armed = visit.control.stubs.newest(Origin.CONTROL, _SHOWN)
    return visit.page(
        "forcing",
        status=200 if problem is None else problem.status,
        problem=problem,
        wrong=[] if problem is None else visit.told(problem),
        typed=visit.form,
        scope=scope,
        groups=GROUPS,
        requests=REQUESTS,
        armed_stubs=[_armed(each) for each in armed["stubs"]],
        older=armed["older"],
        held=[await visit.control.journal.exchange(each) for each in visit.control.stubs.held()["held"]],
        numbers=[] if visit.wants_part else list(_numbers(visit)),
    )


def _armed(stub: Mapping[str, Any]) -> dict[str, Any]:
    often = {name: stub.get(name) for name in ("name", "times", "for", "probability")}
    return {**stub, **often, "nth": stub["when"].get("nth"), "told": told(stub["then"])}


def _scope_of(given: Mapping[str, str]) -> Scope:
    found = {name: given[name].strip() for name in Scope._fields if given.get(name, "").strip()}
    return Scope(**found)


def _numbers(visit: PageRequest) -> Iterator[dict[str, Any]]:
    """What the scenario itself has in store, and for whom; `sendable`: the number alone is enough to get it."""
    scenario = visit.control.scenario()
    for name, error in (("unreachable", WRONG_NUMBER), ("watchlist", WATCHLISTED)):
        for number in scenario.get(name, ()):
            yield _number({"destination": number}, {"refuse": error.code})
    for each in visit.control.stubs.newest(Origin.SCENARIO, _MOST_NUMBERS)["stubs"]:
        yield _number(each["when"], each["then"])


def _number(when: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    number = when.get("destination")
    sendable = isinstance(number, str) and not number.endswith("*") and len(when) == 1
    return {"when": when, "told": told(then), "sendable": sendable}


async def _arm(visit: PageRequest) -> Response:
    scope = _scope_of(visit.form)
    try:
        visit.control.stubs.add(scope.stub(_wanted(visit)))
    except ControlRequestError as error:
        return await _page(visit, scope, error)
    return visit.redirect("/forcing", **scope.chosen())


def _wanted(visit: PageRequest) -> Mapping[str, Any]:
    """What the pressed button forces."""
    key = visit.field("outcome")
    if key == OWN_ANSWER:
        return _own_answer(visit)
    if key not in BY_KEY:
        raise ControlRequestError(400, "Bad request", f"outcome: {key[:40]!r} is none; press one of the buttons")
    return BY_KEY[key].then


def _own_answer(visit: PageRequest) -> dict[str, Any]:
    status, body = visit.field("status"), visit.form.get("body", "")
    answer: dict[str, Any] = {"status": int(status) if status.isdecimal() else status}
    if body:
        answer["body"] = body
    if body and not _is_json(body):
        answer["headers"] = {"Content-Type": "text/plain; charset=utf-8"}
    return {"answer": answer}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


async def _disarm(visit: PageRequest) -> Response:
    name = visit.field("stub")
    if name:
        try:
            visit.control.stubs.remove(name)
        except ControlRequestError as error:
            # Gone already, from another page say: just what was wanted.
            if error.status != 404:
                raise
    else:
        visit.control.stubs.clear()
    return visit.redirect("/forcing", **_scope_of(visit.query).chosen())


async def _release(visit: PageRequest) -> Response:
    exchange = visit.field("exchange")
    if exchange in visit.control.stubs.held()["held"]:
        visit.control.stubs.release(exchange)
    elif not exchange:
        visit.control.stubs.release_all()
    return visit.redirect("/forcing", **_scope_of(visit.query).chosen())


FORCING: Table = (
    ("/forcing", {"GET": _forcing, "POST": _arm}),
    ("/forcing/disarm", {"POST": _disarm}),
    ("/forcing/release", {"POST": _release}),
)
