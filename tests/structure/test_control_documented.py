"""`docs/control-api.md` describes the control API that there is: every route, and none besides."""

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
    """A heading of the page for each method and path, and no heading for what is not served."""
    documented = [found.groups() for each in headings(PAGE) if (found := ROUTE.fullmatch(each))]

    assert len(documented) == len(set(documented))
    assert set(documented) == served()


def test_every_section_shows_an_answer() -> None:
    """A reader sees what comes back: each section of a route holds an answer, which a test compares."""
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    silent = [each.partition("\n")[0] for each in sections if each.startswith("`") and " answer\n" not in each]

    assert silent == []
