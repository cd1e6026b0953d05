"""Every block of code in the documentation is run by a test, or has a reason why not and a syntax check."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from typing import NamedTuple

import pytest

from mock_server.scenario.loader import ScenarioError, parse_scenario
from tests.structure.project_sources import ROOT, pages

PAGES = pages()


class Block(NamedTuple):
    """A block without the mark `runnable`: its page, line, language and code."""

    page: str
    line: int
    language: str
    code: str


_SUITE_A = "all of suite A takes long: tests/kit/test_suite_on_the_mock.py runs it"
_SUITE_B = "all of suite B takes long: tests/kit/client/test_examples_keep_the_contract.py runs it"
_LIVE = "a real environment: tests/kit/test_live_mode.py plays one"
_SCHEMATHESIS = "takes long: tests/kit/test_schemathesis_users.py runs it"
_PRODUCT = "it needs a product to import"
_REPLAY = "it needs a client that broke: tests/kit/client/test_replay_files.py has some"
_PROTOCOL = "lines of the protocol: tests/kit/client/test_driver_protocol.py speaks it"

_PYTEST = "a file of one project: tests/plugin/test_documented.py runs it"

NOT_RUN = {
    ("README.md", "make serve"): "serves for ever: .ci/run makes the same environment, and runs this test in it",
    ("README.md", "sms-contract client --command"): _SUITE_B,
    ("README.md", "def test_a_customer_gets_a_code"): _PYTEST,
    ("benchmarks/README.md", "make bench"): "takes long, and what it prints is no verdict",
    ("docs/console.md", "sms-mock serve --host"): "serves for ever: tests/console/test_door.py shows a token",
    ("docs/delivery.md", "stateDiagram-v2"): "a picture",
    ("docs/getting-started.md", "sms-contract gateway --url http"): _SUITE_A,
    ("docs/getting-started.md", "SMS_PASSWORD=… sms-contract gateway --live"): _LIVE,
    ("docs/getting-started.md", "schemathesis --config-file"): _SCHEMATHESIS,
    ("docs/pytest.md", "# shop.py"): _PYTEST,
    ("docs/pytest.md", "# conftest.py"): _PYTEST,
    ("docs/pytest.md", "# test_shop.py"): _PYTEST,
    ("docs/pytest.md", "The gateway refused"): "words: tests/plugin/test_documented.py has them said",
    ("docs/pytest.md", "# test_coroutines.py"): _PYTEST,
    ("docs/pytest.md", "# test_worlds.py"): _PYTEST,
    ("docs/pytest.md", "# application/conftest.py"): _PYTEST,
    ("docs/pytest.md", "# application/test_application.py"): _PYTEST,
    ("docs/recipes.md", "from pathlib import Path"): "an engine: tests/recipes/test_containers.py plays one",
    ("docs/serving.md", "docker build"): "no container engine here: .ci/container builds and starts the same",
    ("docs/suite-a.md", "sms-mock serve &"): _SUITE_A,
    ("docs/suite-a.md", "pytest --pyargs"): "takes long: tests/kit/test_suite_under_pytest.py runs it",
    ("docs/suite-a.md", "SMS_PASSWORD=… sms-contract gateway --url http://my-stand-in"): _SUITE_A,
    ("docs/suite-a.md", "SMS_PASSWORD=… sms-contract gateway --url https://…"): _LIVE,
    ("docs/suite-a.md", "sms-contract paths"): _SCHEMATHESIS,
    ("docs/suite-b.md", 'sms-contract client --command "node driver.mjs"\n'): _SUITE_B,
    ("docs/suite-b.md", '{"id": 1, "operation"'): _PROTOCOL,
    ("docs/suite-b.md", "# conftest.py"): _PRODUCT,
    ("docs/suite-b.md", "pytest --pyargs"): "takes long: tests/kit/client/test_runner.py runs the checks",
    ("docs/suite-b.md", 'sms-contract client --command "node driver.mjs" --replay'): _REPLAY,
}  # fmt: skip
"""Why a block is not run, by its page and its first words, and which test runs the same instead."""


def blocks() -> list[Block]:
    """Every block without the mark `runnable`."""
    found = []
    for name, page in PAGES.items():
        for block in re.finditer(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", page, re.DOTALL | re.MULTILINE):
            if " " not in block["info"]:
                line = page.count("\n", 0, block.start()) + 1
                found.append(Block(name, line, block["info"], block["code"]))
    return found


BLOCKS = blocks()
NAMES = [f"{block.page}:{block.line}" for block in BLOCKS]


def reasons(block: Block) -> list[str]:
    """The reasons why a block is not run."""
    return [why for (page, begin), why in NOT_RUN.items() if page == block.page and block.code.startswith(begin)]


def flaw(block: Block) -> str | None:
    """The syntax error of a block, if it has one."""
    try:
        if block.language == "bash":
            done = subprocess.run(["bash", "-n"], input=block.code, capture_output=True, text=True, check=False)  # noqa: S607
            return done.stderr or None
        if block.language == "python":
            ast.parse(block.code)
        elif block.language == "json":
            json.loads(block.code)
        elif block.language == "yaml":
            parse_scenario(block.code, block.page)
        elif block.language not in {"mermaid", "text"}:
            return f"unknown language {block.language!r}"
    except (ValueError, SyntaxError, ScenarioError) as error:
        return str(error)
    return None


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_block_is_run_or_there_is_a_reason(block: Block) -> None:
    """Scenarios are loaded; every other block without the mark has exactly one reason in the table."""
    assert len(reasons(block)) == (0 if block.language == "yaml" else 1)


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_block_that_is_not_run_is_at_least_well_formed(block: Block) -> None:
    """Shell, Python, JSON and scenarios have no error that can be found without running them."""
    assert flaw(block) is None


def test_reasons_are_for_blocks_that_are_there() -> None:
    """A reason without a block could excuse a later one by accident; the tests that reasons name exist."""
    known = {
        (page, begin)
        for page, begin in NOT_RUN
        if any(block.page == page and block.code.startswith(begin) for block in BLOCKS)
    }
    named = [path for why in NOT_RUN.values() for path in re.findall(r"(?:tests|\.ci)/[\w/.]+\w", why)]

    assert known == set(NOT_RUN)
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_code_stands_between_fences(name: str) -> None:
    """Indented code without a fence would be neither run nor noticed."""
    outside = re.sub(r"^```.*?^```$", "", PAGES[name], flags=re.DOTALL | re.MULTILINE)

    assert re.findall(r"\n\n(    \S.*)", outside) == []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("bash", "if true; then echo"),
        ("python", "print("),
        ("json", "{'code': 61}"),
        ("yaml", "version: 1\nwatchlst: []\n"),
        ("pearl", "1"),
    ],
)
def test_a_block_with_a_mistake_is_found(language: str, code: str) -> None:
    """Each syntax check finds an error."""
    assert flaw(Block("page", 1, language, code)) is not None
