"""The view "Make it fail": a button for each outcome, and the list of armed stubs."""

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
"""The newest armed stubs that are listed, since a program may arm thousands."""
_MOST_NUMBERS = 1000
REQUESTS = (*OPERATIONS, "any")


class Scope(NamedTuple):
    """The form's fields for which requests to match and how often; empty fields are defaults."""

    to: str = ""
    how: str = HOW_LONG[0]
    times: str = "3"
    requests: str = ""

    def chosen(self) -> dict[str, str]:
        """The fields that are not empty, for a link."""
        usual = Scope()._asdict()
        return {name: value for name, value in self._asdict().items() if value != usual[name]}

    def stub(self, then: Mapping[str, Any]) -> dict[str, Any]:
        """The stub of the form, unvalidated."""
        # Remove the blanks and dashes of a pasted number.
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


async def _forcing(page: PageRequest) -> Response:
    return await _page(page, _scope_of(page.query))


async def _page(page: PageRequest, scope: Scope, problem: ControlRequestError | None = None) -> Response:
    armed = page.control.stubs.newest(Origin.CONTROL, _SHOWN)
    return page.render(
        "forcing",
        status=200 if problem is None else problem.status,
        problem=problem,
        wrong=[] if problem is None else page.told(problem),
        typed=page.form,
        scope=scope,
        groups=GROUPS,
        requests=REQUESTS,
        armed_stubs=[_armed(each) for each in armed["stubs"]],
        older=armed["older"],
        held=[await page.control.journal.exchange(each) for each in page.control.stubs.held()["held"]],
        numbers=[] if page.wants_part else list(_numbers(page)),
    )


def _armed(stub: Mapping[str, Any]) -> dict[str, Any]:
    often = {name: stub.get(name) for name in ("name", "times", "for", "probability")}
    return {**stub, **often, "nth": stub["when"].get("nth"), "told": told(stub["then"])}


def _scope_of(given: Mapping[str, str]) -> Scope:
    found = {name: given[name].strip() for name in Scope._fields if given.get(name, "").strip()}
    return Scope(**found)


def _numbers(page: PageRequest) -> Iterator[dict[str, Any]]:
    """What the scenario forces for which number; `sendable` if the number alone is enough."""
    scenario = page.control.scenario()
    for name, error in (("unreachable", WRONG_NUMBER), ("watchlist", WATCHLISTED)):
        for number in scenario.get(name, ()):
            yield _number({"destination": number}, {"refuse": error.code})
    for each in page.control.stubs.newest(Origin.SCENARIO, _MOST_NUMBERS)["stubs"]:
        yield _number(each["when"], each["then"])


def _number(when: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    number = when.get("destination")
    sendable = isinstance(number, str) and not number.endswith("*") and len(when) == 1
    return {"when": when, "told": told(then), "sendable": sendable}


async def _arm(page: PageRequest) -> Response:
    scope = _scope_of(page.form)
    try:
        page.control.stubs.add(scope.stub(_wanted(page)))
    except ControlRequestError as error:
        return await _page(page, scope, error)
    return page.redirect("/forcing", **scope.chosen())


def _wanted(page: PageRequest) -> Mapping[str, Any]:
    """The outcome of the pressed button."""
    key = page.field("outcome")
    if key == OWN_ANSWER:
        return _own_answer(page)
    if key not in BY_KEY:
        raise ControlRequestError(400, "Bad request", f"outcome: {key[:40]!r} is none; press one of the buttons")
    return BY_KEY[key].then


def _own_answer(page: PageRequest) -> dict[str, Any]:
    status, body = page.field("status"), page.form.get("body", "")
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


async def _disarm(page: PageRequest) -> Response:
    name = page.field("stub")
    if name:
        try:
            page.control.stubs.remove(name)
        except ControlRequestError as error:
            # Already removed, perhaps from another page: that is what was wanted.
            if error.status != 404:
                raise
    else:
        page.control.stubs.clear()
    return page.redirect("/forcing", **_scope_of(page.query).chosen())


async def _release(page: PageRequest) -> Response:
    exchange = page.field("exchange")
    if exchange in page.control.stubs.held()["held"]:
        page.control.stubs.release(exchange)
    elif not exchange:
        page.control.stubs.release_all()
    return page.redirect("/forcing", **_scope_of(page.query).chosen())


FORCING: Table = (
    ("/forcing", {"GET": _forcing, "POST": _arm}),
    ("/forcing/disarm", {"POST": _disarm}),
    ("/forcing/release", {"POST": _release}),
)
