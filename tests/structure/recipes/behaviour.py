"""The recipes of what the gateway does: refusal codes, scenario keys, readings."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable
from typing import Any, cast

from contract_tests.contract.requirements import load_requirements
from contract_tests.model.world import EXAMPLES
from mock_server.domain import errors, rules
from mock_server.domain.errors import BAD_CREDENTIALS, CATALOGUE, ErrorCode
from mock_server.domain.policy import Policy
from mock_server.scenario import assume
from mock_server.scenario.model import Scenario
from tests.stated import stated_refusals
from tests.structure.project_sources import ROOT
from tests.structure.recipes.place import (
    Place,
    Recipe,
    control_document,
    matches,
    table_row,
    text_of,
    words_of,
    yaml_of,
)

# Refusal codes


def codes_of_rules(names: Iterable[str]) -> Collection[str]:
    """The codes that the files of these rules refuse with."""
    constants = {name: each for name, each in vars(errors).items() if isinstance(each, ErrorCode)}
    trees = (ast.parse(text_of(f"mock_server/domain/rules/{name}.py")) for name in names)
    used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {str(each.code) for name, each in constants.items() if name in used}


def _files_of(folder: str, pattern: str) -> Collection[str]:
    found = (re.fullmatch(pattern, path.name) for path in (ROOT / folder).glob("*.py"))
    return {each[1] for each in found if each}


def _documented_codes() -> Collection[str]:
    schemas = yaml_of("contract_tests/openapi/sms-gateway.yaml")["components"]["schemas"]
    envelopes = (schemas["RefusedEnvelope"], schemas["UnauthenticatedEnvelope"])
    return {str(code) for each in envelopes for code in each["properties"]["code"]["enum"]}


def _forced_codes() -> Collection[str]:
    then = control_document()["components"]["schemas"]["Then"]
    return {str(code) for code in then["properties"]["refuse"]["enum"]}


def _codes_of_the_model() -> Collection[str]:
    text = text_of("contract_tests/model/reference_model.py")
    return {*re.findall(r"refused\((\d+)", text), *([str(BAD_CREDENTIALS.code)] if "BAD_CREDENTIALS" in text else [])}


def _checked_codes() -> Collection[str]:
    """The codes that suite A provokes."""
    checks = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "contract_tests/gateway").glob("*.py"))
    provoked = set(re.findall(r"refused\((\d+)", checks)) | ({"63"} if "BAD_CREDENTIALS" in checks else set())
    return provoked | {str(each.code) for each in EXAMPLES}


REFUSAL = Recipe(
    "A refusal code",
    "mock_server/domain/errors.py",
    "an `ErrorCode`, and its place in `CATALOGUE`",
    lambda: {str(each.code) for each in CATALOGUE},
    (
        Place(
            "mock_server/domain/rules/<rule>.py",
            "a rule that refuses with the code: `ask`, `describe` and their `Rule`",
            lambda: codes_of_rules(_files_of("mock_server/domain/rules", r"(\w+)\.py")),
        ),
        Place(
            "mock_server/domain/rules/__init__.py",
            "the rule's place in the order",
            lambda: codes_of_rules(rules.ORDER),
            imported=True,
        ),
        Place(
            "contract_tests/requirements.yaml",
            "a requirement `ERR-…` with status, code and message, and the rule's name in the default of ORD-1",
            lambda: {str(each.code) for each in stated_refusals()},
            imported=True,
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
            exempt={str(BAD_CREDENTIALS.code)},
        ),
        Place(
            "contract_tests/model/world.py",
            "a part of the world that earns it, and its example; or a check in `contract_tests/gateway/`",
            _checked_codes,
            imported=True,
        ),
        Place("mock_server/openapi/control.yaml", "the code in `Then.refuse`", _forced_codes),
        Place("mock_server/console/words/en.toml", "a sentence in `[refusal]`", words_of("en", "refusal")),
        Place("mock_server/console/words/it.toml", "a sentence in `[refusal]`", words_of("it", "refusal")),
        Place(
            "scenarios/default.yaml",
            "a number that gets the code, from its cause or by a stub",
            matches("scenarios/default.yaml", r"(?:refuse: |code )(\d+)"),
        ),
        Place(
            "tests/domain/rules/test_<rule>.py",
            "the laws of the rule, its `defect` and its `FINDINGS`",
            lambda: codes_of_rules(
                _files_of("tests/domain/rules", r"test_(\w+)\.py") & set(rules.ORDER)  # type: ignore[operator]
            ),
        ),
        Place(
            "docs/scenario-file.md",
            "the code in the row of `refuse`",
            table_row("docs/scenario-file.md", "refuse", r"\d+"),
        ),
    ),
)

# Scenario keys


def _asked_keys() -> Collection[str]:
    """The keys that are a field of the policy, or that `compile` turns into one."""
    compiled = re.findall(r"scenario\.(\w+)", text_of("mock_server/scenario/compile.py"))
    return {*Policy.__struct_fields__, *compiled, *_NOT_ASKED}


_NOT_ASKED = {"version", "title", "description", "seed", "clock", "outcome_header"}
"""Keys that no rule reads: text for readers, and settings of the session."""

_AT_CREATION = {"seed", "clock"}
"""Keys that a patch cannot change."""

SCENARIO_KEY = Recipe(
    "A scenario key",
    "mock_server/scenario/model.py",
    "a field of `Scenario` with a description and a default",
    lambda: Scenario.model_fields,
    (
        Place(
            "mock_server/domain/policy.py",
            "a field of `Policy`; what is no plain list is also made in `mock_server/scenario/compile.py`",
            _asked_keys,
            imported=True,
        ),
        Place(
            "scenarios/scenario.schema.json",
            "nothing by hand: `python -m mock_server.scenario.schema` writes it",
            lambda: json.loads(text_of("scenarios/scenario.schema.json"))["properties"],
        ),
        Place(
            "mock_server/openapi/control.yaml",
            "the key in `ShownScenario`, and in `ScenarioParts`",
            lambda: (
                control_document()["components"]["schemas"]["ShownScenario"]["properties"].keys()
                & (control_document()["components"]["schemas"]["ScenarioParts"]["properties"].keys() | _AT_CREATION)
            ),
        ),
        Place(
            "docs/scenario-file.md",
            "a row of the table of keys",
            lambda: {
                key
                for cell in matches("docs/scenario-file.md", r"^\| (`[^|]+) \|")()
                for key in re.findall(r"`(\w+)", cell)
            },
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
            lambda: {row.id for row in assume.SWITCHES if row.field in cast("Any", row.owner).__struct_fields__},
            imported=True,
        ),
        Place(
            "contract_tests/requirements.yaml",
            "the alternative, under its statement",
            lambda: {each.id for each in load_requirements() if each.alternatives},
            imported=True,
        ),
        Place(
            "docs/scenario-file.md",
            "a row of the table of readings",
            matches("docs/scenario-file.md", r"^\| `([A-Z]+-\d+)` \|"),
        ),
        Place(
            "tests/scenarios/test_scenario_meaning.py",
            "what the switch changes",
            matches("tests/scenarios/test_scenario_meaning.py", r'"([A-Z]+-\d+)"'),
        ),
    ),
)
