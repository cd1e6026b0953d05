"""The recipes of how the gateway is reached: control verbs and console pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, cast

from starlette.routing import Route

from mock_server.bootstrap import MockServer
from mock_server.console.routes import VIEWS
from mock_server.scenario.model import Scenario
from tests.structure.project_sources import ROOT
from tests.structure.recipes.place import (
    Place,
    Recipe,
    control_document,
    matches,
    words_of,
)

# Control verbs


@cache
def _routes() -> Collection[str]:
    app = cast("Any", MockServer(Scenario(version=1)).app)
    found = [each for each in app._app.routes if isinstance(each, Route) and not each.path.startswith("/api")]
    return {f"{method} {route.path}" for route in found for method in (route.methods or set()) - {"HEAD"}}


def _described() -> Iterator[str]:
    for path, item in control_document()["paths"].items():
        for method in item.keys() & {"get", "put", "post", "delete", "patch"}:
            yield f"{method.upper()} {path}"


_NO_CALL = {
    "GET /_control/openapi",
    "GET /_control/openapi/{name}",
    "GET /_ready",
    "POST /_control/receiver/{name}",
}
"""Routes that the typed client has no verb for: documents, readiness, and where the gateway itself delivers."""


def _called() -> Collection[str]:
    """The routes whose paths the typed client calls; a value in braces is any step of a path."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "mock_server/client").glob("*.py")]
    literals = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.Constant))
    paths = re.compile("|".join(f"(?:{_pattern(each)})" for each in literals if _pattern(each).startswith("/")))
    called = {route for route in _routes() if paths.fullmatch(_as_called(route.partition(" ")[2]))}
    return called | _NO_CALL


def _pattern(literal: ast.JoinedStr | ast.Constant) -> str:
    parts = literal.values if isinstance(literal, ast.JoinedStr) else [literal]
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^/]+" for part in parts)


def _as_called(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path.removeprefix("/_control"))


CONTROL_VERB = Recipe(
    "A control verb",
    "mock_server/api/control/<part>.py",
    "its route, next to the verb in `mock_server/control/<part>.py`",
    _routes,
    (
        Place(
            "mock_server/openapi/control.yaml",
            "the operation, with every answer",
            lambda: set(_described()),
        ),
        Place(
            "docs/control-api.md",
            "a section with a request and its answer",
            matches("docs/control-api.md", r"^#+ `((?:GET|POST|PUT|PATCH|DELETE) /\S+)`"),
        ),
        Place("mock_server/client/<part>.py", "a call with a typed result", _called),
    ),
)

# Console pages


_STEPS = {"open"}
"""Pages that are a step of another one, without a name in the navigation."""


def _views() -> Collection[str]:
    """The pages by the last step of their path; the inbox has none."""
    paths = {path.strip("/") for table in VIEWS for path, handlers in table if "GET" in handlers}
    return {path for path in paths if path.isalpha()} - _STEPS | {"inbox"}


CONSOLE_PAGE = Recipe(
    "A console page",
    "mock_server/console/<name>.py",
    "a table of handlers, and its name in `VIEWS` of `mock_server/console/routes.py`",
    _views,
    (
        Place(
            "mock_server/console/templates/<name>.html",
            "the page",
            lambda: {path.stem for path in (ROOT / "mock_server/console/templates").glob("*.html")},
        ),
        Place("mock_server/console/words/en.toml", "its name in `[nav]`", words_of("en", "nav")),
        Place("mock_server/console/words/it.toml", "its name in `[nav]`", words_of("it", "nav")),
        Place(
            "tests/console/browser/views.py",
            "its path in `PATHS`, so that every browser test opens it",
            matches("tests/console/browser/views.py", r'^    "(\w+)": lambda'),
        ),
        Place(
            "docs/console.md",
            "a section with its picture",
            matches("docs/console.md", r"console/(\w+)-light"),
        ),
    ),
)
