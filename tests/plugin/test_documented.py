"""`docs/pytest.md` shows a project that runs, and names whatever there is to use."""

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
"""What is public in SmsServer for the fixtures' sake, and for nobody who writes tests."""


def test_the_page_is_a_project_that_runs(tmp_path: Path) -> None:
    """Every block of Python on the page is a file of one project, README adds a test, and all of them pass."""
    project = Project(tmp_path)
    for name, text in files().items():
        project.write(name, text)

    ran = project.pytest("-W", "error")

    assert len(files()) == blocks() + 1
    # Coroutines run under each backend that anyio finds: asyncio, and trio. README has one test more.
    assert (ran.code, ran.counts) == (0, {"passed": 11}), ran.output


def test_what_a_surprise_looks_like_is_shown_as_it_is(sms_server: SmsServer) -> None:
    """Word by word; only when it was is left out."""
    told = complaint(sms_server, lambda _, send: send("+447700900061"))

    assert f"```text\n{re.sub('[0-9-]+T[0-9:]+Z', '…', told)}\n```\n" in PAGE


def test_its_conftest_has_ten_lines() -> None:
    """What a newcomer has to write before the first test."""
    assert len([line for line in files()["conftest.py"].splitlines() if line.strip()]) <= 10


class Recorder:
    """Takes down what the plugin registers, in the place of pytest's parser."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self.settings: list[str] = []

    def getgroup(self, *_: object) -> Recorder:
        """A group is where options go."""
        return self

    def addoption(self, name: str, **_: object) -> None:
        """An option."""
        self.options.append(name)

    def addini(self, name: str, *_: object, **__: object) -> None:
        """A setting."""
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
    """By name; and nothing else is registered."""
    fixtures = {name for name, each in vars(hooks).items() if type(each).__name__ == "FixtureFunctionDefinition"}
    markers = {line.partition("(")[0] for line in pytestconfig.getini("markers") if line.startswith("sms_")}

    assert fixtures == {"sms_gateway", "sms_server"}
    assert markers == {"sms_scenario"}
    assert [name for name in fixtures if f"`{name}`" not in PAGE] == []
    assert [name for name in markers if f"`@pytest.mark.{name}(" not in PAGE] == []


def attributes(kind: type) -> set[str]:
    """The public ones: of the class, and those that its instances are given."""
    module = Path(__import__(kind.__module__, fromlist=["_"]).__file__ or "").read_text(encoding="utf-8")
    body = module.partition(f"class {kind.__name__}")[2].partition("\nclass ")[0]
    given = re.findall(r"^        self\.([a-z]\w*)(?:: [^=\n]+)? = ", body, re.MULTILINE)
    return {name for name in (*vars(kind), *given) if not name.startswith("_")}


@pytest.mark.parametrize("kind", [SmsGateway, SmsServer, GatewayClock, AsyncVerbs, ExpectedRefusal])
def test_whatever_a_test_can_use_is_documented(kind: type) -> None:
    """Every public attribute of what the fixtures give stands on the page as code."""
    code = "\n".join(re.findall(r"`[^`\n]+`", PAGE) + re.findall(r"^```.*?^```", PAGE, re.DOTALL | re.MULTILINE))
    found = attributes(kind) - (OF_THE_FIXTURES if kind is SmsServer else set())

    assert len(found) >= 1
    assert sorted(name for name in found if not re.search(rf"\b{name}\b", code)) == []


def test_fixtures_say_what_they_are() -> None:
    """`pytest --fixtures` shows their docstrings: a sentence first, then what the gateway can do, by name."""
    text = Path(hooks.__file__).read_text(encoding="utf-8")
    said = text.partition("def sms_gateway(")[2].partition('"""')[2].partition('"""')[0]

    assert {"base_url", "credentials", "messages", "next_message", "next_send", "clock", "explain"} <= set(
        re.findall(r"\w+", said)
    )


def test_the_readme_leads_to_the_page() -> None:
    """A reader of README finds it."""
    assert "(docs/pytest.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
