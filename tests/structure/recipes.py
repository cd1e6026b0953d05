"""The places that a change has to reach: for each recipe of `docs/changing.md`, its catalogue and its files.

A recipe begins in one place, its catalogue. Each other place names everything that the catalogue has, in a form that
a test can read. `forgotten` compares them.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, cast

import yaml
from starlette.routing import Route

from contract_tests.contract.requirements import load_requirements
from mock_server.bootstrap import MockServer
from mock_server.console.routes import VIEWS
from mock_server.domain import errors, rules
from mock_server.domain.errors import CATALOGUE, ErrorCode
from mock_server.domain.fault import FaultKind
from mock_server.scenario import assume
from mock_server.scenario.model import Scenario
from tests.stated import stated_refusals
from tests.structure.project_sources import ROOT


class Place(NamedTuple):
    """A file that a change has to reach, what to write there, and what it names now."""

    file: str
    """A path below the checkout; `<name>` stands for the new name."""
    write: str
    named: Callable[[], Collection[str]]


class Recipe(NamedTuple):
    """A kind of change: where it begins, what there is of it, and the other places."""

    title: str
    catalogue: str
    """The file that a change begins in."""
    begin: str
    """What to write there."""
    known: Callable[[], Collection[str]]
    places: tuple[Place, ...]


def forgotten(recipe: Recipe, known: Collection[str]) -> list[str]:
    """A sentence for each place that lacks a name of the catalogue."""
    return [
        f"{place.file.replace('<name>', name)}: {place.write} for {name}"
        for place in recipe.places
        for name in sorted(set(known) - set(place.named()))
    ]


def _text(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@cache
def _yaml(file: str) -> Any:
    return yaml.load(_text(file), Loader=yaml.CSafeLoader)


def _words(language: str, section: str) -> Callable[[], Collection[str]]:
    return lambda: tomllib.loads(_text(f"mock_server/console/words/{language}.toml"))[section]


def _matches(file: str, pattern: str) -> Callable[[], Collection[str]]:
    return lambda: set(re.findall(pattern, _text(file), re.MULTILINE))


def _table_row(file: str, key: str, pattern: str) -> Callable[[], Collection[str]]:
    """What one row of a table of a page names."""
    return lambda: set(re.findall(pattern, _only(rf"^\| `{key}` \|.*$", file)))


def _only(pattern: str, file: str) -> str:
    (found,) = re.findall(pattern, _text(file), re.MULTILINE)
    return str(found)


# Refusal codes


def _codes_of_rules(names: Collection[str]) -> Collection[str]:
    """The codes that the files of these rules refuse with."""
    constants = {name: each for name, each in vars(errors).items() if isinstance(each, ErrorCode)}
    trees = (ast.parse(_text(f"mock_server/domain/rules/{name}.py")) for name in names)
    used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {str(each.code) for name, each in constants.items() if name in used}


def _files_of(folder: str, pattern: str) -> Collection[str]:
    found = (re.fullmatch(pattern, path.name) for path in (ROOT / folder).glob("*.py"))
    return {each[1] for each in found if each}


def _documented_codes() -> Collection[str]:
    schemas = _yaml("contract_tests/openapi/sms-gateway.yaml")["components"]["schemas"]
    envelopes = (schemas["RefusedEnvelope"], schemas["UnauthenticatedEnvelope"])
    return {str(code) for each in envelopes for code in each["properties"]["code"]["enum"]}


def _forced_codes() -> Collection[str]:
    then = _control()["components"]["schemas"]["Then"]
    return {str(code) for code in then["properties"]["refuse"]["enum"]}


def _codes_of_the_model() -> Collection[str]:
    text = _text("contract_tests/model/reference_model.py")
    return {*re.findall(r"refused\((\d+)", text), *(["63"] if "BAD_CREDENTIALS" in text else [])}


REFUSAL = Recipe(
    "A refusal code",
    "mock_server/domain/errors.py",
    "an `ErrorCode`, and its place in `CATALOGUE`",
    lambda: {str(each.code) for each in CATALOGUE},
    (
        Place(
            "mock_server/domain/rules/<rule>.py",
            "a rule that refuses with the code: `ask`, `describe` and their `Rule`",
            lambda: _codes_of_rules(_files_of("mock_server/domain/rules", r"(\w+)\.py")),
        ),
        Place(
            "mock_server/domain/rules/__init__.py",
            "the rule's place in the order",
            lambda: _codes_of_rules(rules.ORDER),
        ),
        Place(
            "contract_tests/requirements.yaml",
            "a requirement `ERR-…` with status, code and message, and the rule's name in the default of ORD-1",
            lambda: {str(each.code) for each in stated_refusals()},
        ),
        Place(
            "contract_tests/openapi/sms-gateway.yaml",
            "the code in `RefusedEnvelope`, and an example of `Refused`",
            _documented_codes,
        ),
        Place(
            "contract_tests/model/reference_model.py",
            "when the gateway refuses so, independent of the rule",
            _codes_of_the_model,
        ),
        Place("mock_server/openapi/control.yaml", "the code in `Then.refuse`", _forced_codes),
        Place("mock_server/console/words/en.toml", "a sentence in `[refusal]`", _words("en", "refusal")),
        Place("mock_server/console/words/it.toml", "a sentence in `[refusal]`", _words("it", "refusal")),
        Place(
            "tests/domain/rules/test_<rule>.py",
            "the laws of the rule, its `defect` and its `FINDINGS`",
            lambda: _codes_of_rules(
                _files_of("tests/domain/rules", r"test_(\w+)\.py") & set(rules.ORDER)  # type: ignore[operator]
            ),
        ),
        Place(
            "docs/scenario-file.md",
            "the code in the row of `refuse`",
            _table_row("docs/scenario-file.md", "refuse", r"\d+"),
        ),
    ),
)

# Scenario keys


def _control() -> Any:
    return _yaml("mock_server/openapi/control.yaml")


def _compiled_keys() -> Collection[str]:
    """The keys that become part of a policy or of a session."""
    found = re.findall(r"scenario\.(\w+)", _text("mock_server/scenario/compile.py"))
    return {*found, *_NOT_COMPILED}


_NOT_COMPILED = {"version", "title", "description", "seed", "clock", "outcome_header"}
"""Keys that no rule asks: words for a reader, and what the session itself reads."""

_AT_CREATION = {"seed", "clock"}
"""Keys that no patch may change."""

SCENARIO_KEY = Recipe(
    "A scenario key",
    "mock_server/scenario/model.py",
    "a field of `Scenario` with a description and a default",
    lambda: Scenario.model_fields,
    (
        Place(
            "mock_server/scenario/compile.py",
            "what the rules make of it (a field of `Policy` in `mock_server/domain/policy.py`)",
            _compiled_keys,
        ),
        Place(
            "scenarios/scenario.schema.json",
            "nothing by hand: `python -m mock_server.scenario.schema` writes it",
            lambda: json.loads(_text("scenarios/scenario.schema.json"))["properties"],
        ),
        Place(
            "mock_server/openapi/control.yaml",
            "the key in `ShownScenario`, and in `ScenarioParts`",
            lambda: (
                _control()["components"]["schemas"]["ShownScenario"]["properties"].keys()
                & (_control()["components"]["schemas"]["ScenarioParts"]["properties"].keys() | _AT_CREATION)
            ),
        ),
        Place(
            "docs/scenario-file.md",
            "a row of the table of keys",
            lambda: {
                key
                for cell in _matches("docs/scenario-file.md", r"^\| (`[^|]+) \|")()
                for key in re.findall(r"`(\w+)", cell)
            },
        ),
    ),
)

# Faults


def _laws() -> Collection[str]:
    return set(re.findall(r'"([\w-]+?)(?:-after)?": FaultLaw', _text("tests/faults/test_on_the_wire.py")))


def _kinds_in(file: str) -> Callable[[], Collection[str]]:
    """The kinds of faults that a file of Python names as members of `FaultKind`, or as texts."""

    def named() -> Collection[str]:
        tree = ast.parse(_text(file))
        members = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        names = {each.name: each.value for each in FaultKind}
        return {*(names[name] for name in members & names.keys()), *(text.removesuffix("-after") for text in texts)}

    return named


def _performed() -> Collection[str]:
    """Faults that the transport performs one by one, and those that are answers of a proxy."""
    from mock_server.domain.fault import STATUSES  # noqa: PLC0415 - only here

    return {*_kinds_in("mock_server/api/faults.py")(), *map(str, STATUSES)}


FAULT = Recipe(
    "A fault",
    "mock_server/domain/fault.py",
    "a member of `FaultKind` with a docstring; if it is an answer of a proxy, its status in `STATUSES`",
    lambda: {each.value for each in FaultKind},
    (
        Place("mock_server/api/faults.py", "what happens on the connection", _performed),
        Place(
            "mock_server/openapi/control.yaml",
            "the name in `Fault.kind`, and in `FaultName`",
            lambda: set(_control()["components"]["schemas"]["Fault"]["anyOf"][1]["properties"]["kind"]["enum"]),
        ),
        Place("mock_server/console/words/en.toml", "a sentence in `[fault]`", _words("en", "fault")),
        Place("mock_server/console/words/it.toml", "a sentence in `[fault]`", _words("it", "fault")),
        Place(
            "scenarios/default.yaml",
            "a number that forces it",
            _matches("scenarios/default.yaml", r"(?:fault|kind): \"?([\w-]+?)(?:-after)?[\",}]"),
        ),
        Place(
            "contract_tests/client/steps.py",
            "a step, so that suite B plays it",
            # For one client `down` is a reset.
            lambda: {*_kinds_in("contract_tests/client/steps.py")(), FaultKind.DOWN.value},
        ),
        Place(
            "tests/faults/test_on_the_wire.py", "its bytes, as a law", _kinds_in("tests/faults/test_on_the_wire.py")
        ),
        Place(
            "tests/faults/test_seen_by_clients.py",
            "what curl and the client libraries see",
            _kinds_in("tests/faults/test_seen_by_clients.py"),
        ),
        Place(
            "docs/scenario-file.md",
            "a row of the table of faults",
            _matches("docs/scenario-file.md", r"^\| `([\w-]+)` \|"),
        ),
    ),
)

# Control verbs


@cache
def _routes() -> Collection[str]:
    app = cast("Any", MockServer(Scenario(version=1)).app)
    found = [each for each in app._app.routes if isinstance(each, Route) and not each.path.startswith("/api")]
    return {f"{method} {route.path}" for route in found for method in (route.methods or set()) - {"HEAD"}}


def _described() -> Iterator[str]:
    for path, item in _control()["paths"].items():
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
            _matches("docs/control-api.md", r"^#+ `((?:GET|POST|PUT|PATCH|DELETE) /\S+)`"),
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
        Place("mock_server/console/words/en.toml", "its name in `[nav]`", _words("en", "nav")),
        Place("mock_server/console/words/it.toml", "its name in `[nav]`", _words("it", "nav")),
        Place(
            "tests/console/browser/views.py",
            "its path in `PATHS`, so that every browser test opens it",
            _matches("tests/console/browser/views.py", r'^    "(\w+)": lambda'),
        ),
        Place(
            "docs/console.md",
            "a section with its picture",
            _matches("docs/console.md", r"console/(\w+)-light"),
        ),
    ),
)

# Readings

READING = Recipe(
    "A reading of an assumption",
    "mock_server/scenario/assume.py",
    "a `Switch`: the statement, the question, the field that it turns, and the spelling of each reading",
    lambda: assume.BY_ID,
    (
        Place(
            "mock_server/domain/<owner>.py",
            "the field that the reading turns: of `Readings`, `Limits` or `WebhookRules`",
            lambda: {row.id for row in assume.ROWS if row.field in cast("Any", row.owner).__struct_fields__},
        ),
        Place(
            "contract_tests/requirements.yaml",
            "the alternative, under its statement",
            lambda: {each.id for each in load_requirements() if each.alternatives},
        ),
        Place(
            "docs/scenario-file.md",
            "a row of the table of readings",
            _matches("docs/scenario-file.md", r"^\| `([A-Z]+-\d+)` \|"),
        ),
        Place(
            "tests/scenarios/test_scenario_meaning.py",
            "what the switch changes",
            _matches("tests/scenarios/test_scenario_meaning.py", r'"([A-Z]+-\d+)"'),
        ),
    ),
)

RECIPES: Mapping[str, Recipe] = {
    each.title: each for each in (REFUSAL, SCENARIO_KEY, FAULT, CONTROL_VERB, CONSOLE_PAGE, READING)
}
