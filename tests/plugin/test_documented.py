"""`docs/pytest.md` shows a project that runs, and documents everything that is public."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_server.pytest_plugin import SmsGateway, SmsServer, hooks
from mock_server.pytest_plugin.aio import AsyncVerbs
from mock_server.pytest_plugin.clock import GatewayClock
from mock_server.pytest_plugin.expecting import ExpectedRefusal
from tests.plugin.documented import PAGE, blocks, files
from tests.plugin.projects import Project
from tests.plugin.test_surprises import complaint
from tests.structure.project_sources import ROOT

OF_THE_FIXTURES = {"begin", "ended", "accounts_of", "token", "url", "transport"}
"""Public attributes of SmsServer that only the fixtures use."""


def test_the_page_is_a_project_that_runs(tmp_path: Path) -> None:
    """Every Python block of the page is a file of one project, README adds a test, and all of them pass."""
    project = Project(tmp_path)
    for name, text in files().items():
        project.write(name, text)

    ran = project.pytest("-W", "error")

    assert len(files()) == blocks() + 1
    # Coroutines run under each backend of anyio: asyncio and trio. README adds one test.
    assert (ran.code, ran.counts) == (0, {"passed": 11}), ran.output


def test_the_output_of_an_unexpected_refusal_is_documented(sms_server: SmsServer) -> None:
    """Word by word, except times."""
    told = complaint(sms_server, lambda _, send: send("+447700900061"))

    assert f"```text\n{re.sub('[0-9-]+T[0-9:]+Z', '…', told)}\n```\n" in PAGE


def test_its_conftest_has_ten_lines() -> None:
    """The code that a user writes before the first test."""
    assert len([line for line in files()["conftest.py"].splitlines() if line.strip()]) <= 10


class Recorder:
    """Records what the plugin registers, instead of pytest's parser."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self.settings: list[str] = []

    def getgroup(self, *_: object) -> Recorder:
        """The group of options."""
        return self

    def addoption(self, name: str, **_: object) -> None:
        """Record an option."""
        self.options.append(name)

    def addini(self, name: str, *_: object, **__: object) -> None:
        """Record a setting."""
        self.settings.append(name)


def test_options_and_settings_are_documented() -> None:
    """Each has its row, with its variable where it has one."""
    found = Recorder()
    hooks.pytest_addoption(found)  # type: ignore[arg-type]
    variables = set(re.findall(r"SMS_MOCK_[A-Z_]+", Path(hooks.__file__).read_text(encoding="utf-8")))
    rows = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))

    assert len(found.options) == len(found.settings) == 3
    assert [name for name in (*found.options, *found.settings, *variables) if f"`{name}`" not in rows] == []


def test_fixtures_and_markers_are_documented(pytestconfig: pytest.Config) -> None:
    """By name; nothing else is registered."""
    fixtures = {name for name, each in vars(hooks).items() if type(each).__name__ == "FixtureFunctionDefinition"}
    markers = {line.partition("(")[0] for line in pytestconfig.getini("markers") if line.startswith("sms_")}

    assert fixtures == {"sms_gateway", "sms_server"}
    assert markers == {"sms_scenario"}
    assert [name for name in fixtures if f"`{name}`" not in PAGE] == []
    assert [name for name in markers if f"`@pytest.mark.{name}(" not in PAGE] == []


def attributes(kind: type) -> set[str]:
    """The public attributes of a class and its instances."""
    module = Path(__import__(kind.__module__, fromlist=["_"]).__file__ or "").read_text(encoding="utf-8")
    body = module.partition(f"class {kind.__name__}")[2].partition("\nclass ")[0]
    given = re.findall(r"^        self\.([a-z]\w*)(?:: [^=\n]+)? = ", body, re.MULTILINE)
    return {name for name in (*vars(kind), *given) if not name.startswith("_")}


@pytest.mark.parametrize("kind", [SmsGateway, SmsServer, GatewayClock, AsyncVerbs, ExpectedRefusal])
def test_every_public_attribute_is_documented(kind: type) -> None:
    """Every public attribute of the fixtures' values is on the page, as code."""
    code = "\n".join(re.findall(r"`[^`\n]+`", PAGE) + re.findall(r"^```.*?^```", PAGE, re.DOTALL | re.MULTILINE))
    found = attributes(kind) - (OF_THE_FIXTURES if kind is SmsServer else set())

    assert len(found) >= 1
    assert sorted(name for name in found if not re.search(rf"\b{name}\b", code)) == []


def test_fixtures_have_docstrings() -> None:
    """`pytest --fixtures` shows them: a sentence, then the attributes by name."""
    text = Path(hooks.__file__).read_text(encoding="utf-8")
    said = text.partition("def sms_gateway(")[2].partition('"""')[2].partition('"""')[0]

    assert {"base_url", "credentials", "messages", "next_message", "next_send", "clock", "explain"} <= set(
        re.findall(r"\w+", said)
    )


def test_the_readme_links_to_the_page() -> None:
    """Near the example for pytest."""
    assert "(docs/pytest.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
