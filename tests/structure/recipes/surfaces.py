"""The recipes of how the gateway is reached: control verbs and console pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
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
    text_of,
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
    "GET /_control/snapshots/{id}",
    "GET /_control/stubs/{id}",
    "GET /_ready",
    "POST /_control/receiver/{name}",
}
"""Routes that the typed client does not call: documents, readiness, where the gateway itself delivers, and a single
snapshot or stub, which the client finds in its list."""


def called_among(routes: Collection[str]) -> set[str]:
    """Those of the routes that the typed client calls, by method and path."""
    called = [re.compile(each) for file in (ROOT / "mock_server/client").glob("*.py") for each in _calls_of(file)]
    return {route for route in routes if any(each.fullmatch(_as_called(route)) for each in called)}


def _calls_of(file: Path) -> Iterator[str]:
    """A pattern for each `ask(method, path)`; a path that is a variable is what the same file assigns to it."""
    tree = ast.parse(text_of(str(file.relative_to(ROOT))))
    assigned = {
        ast.unparse(target): node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("._ask")):
            continue
        method, path = node.args[:2]
        if isinstance(method, ast.Constant) and isinstance(method.value, str):
            value = assigned.get(ast.unparse(path), path)
            for each in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
                yield f"{method.value} {_pattern(each)}"


def _pattern(path: ast.expr) -> str:
    """A value in the first segment of a path stands for any name, as in `/{what}/wait`; elsewhere for a parameter."""
    parts = path.values if isinstance(path, ast.JoinedStr) else [path]
    written = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
    first, others = written[:3].replace("{}", "[^/]+"), written[3:].replace("{}", "x")
    return first + others


def _as_called(route: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", route.replace("/_control", ""))


def _spellings_of_route(route: str) -> Collection[str]:
    return (route.partition(" ")[2],)


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
        Place(
            "mock_server/client/<part>.py",
            "a call with a typed result",
            lambda: called_among(_routes()) | _NO_CALL,
            exempt=_NO_CALL,
        ),
    ),
    _spellings_of_route,
)

# Console pages


_STEPS = {"open"}
"""Pages that are a step of another page, without a name in the navigation."""


def _views() -> Collection[str]:
    """The pages by the last segment of their path; the inbox has none."""
    paths = {path.strip("/") for table in VIEWS for path, handlers in table if "GET" in handlers}
    return {path for path in paths if path.isalpha()} - _STEPS | {"inbox"}


def _described_pages() -> Collection[str]:
    """The pages whose name in the navigation is a heading of the documentation."""
    headings = matches("docs/console.md", r"^## (.*)$")()
    return {page for page, name in words_of("en", "nav")().items() if name in headings}


def _spellings_of_page(name: str) -> Collection[str]:
    return {name, words_of("en", "nav")().get(name, name)}


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
            "a section with its name in the navigation as the heading",
            _described_pages,
        ),
    ),
    _spellings_of_page,
)
