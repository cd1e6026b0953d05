"""`docs/control-api.md` describes exactly the routes of the control API."""

from __future__ import annotations

import re
from typing import Any, cast

from starlette.routing import Route

from mock_server.bootstrap import MockServer
from mock_server.scenario.model import Scenario
from tests.structure.project_sources import headings, pages

PAGE = pages()["docs/control-api.md"]
ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/\S+)`")


def served() -> set[tuple[str, str]]:
    """Method and path of every route that is not the vendor's."""
    app = cast("Any", MockServer(Scenario(version=1)).app)
    routes = [each for each in app._app.routes if isinstance(each, Route) and not each.path.startswith("/api")]
    return {(method, route.path) for route in routes for method in (route.methods or set()) - {"HEAD"}}


def test_every_control_route_has_its_section() -> None:
    """The page has one heading for each method and path that is served, and no other route."""
    documented = [found.groups() for each in headings(PAGE) if (found := ROUTE.fullmatch(each))]

    assert len(documented) == len(set(documented))
    assert set(documented) == served()


def test_every_section_shows_an_answer() -> None:
    """Each section of a route shows an answer, which another test compares with the real one."""
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    silent = [each.partition("\n")[0] for each in sections if each.startswith("`") and " answer\n" not in each]

    assert silent == []
