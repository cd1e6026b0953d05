"""Every option and variable is documented."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import click
import pytest

from contract_tests.cli import main as kit
from mock_server.cli import main
from tests.structure.project_sources import ROOT, modules, pages

SHAPES_OF_OUTPUT = {"--json"}
"""Given on the command line only: a variable that changed the output of a command would break scripts."""

DOCUMENTED = "\n".join(pages().values())


def options() -> Iterator[tuple[str, click.Option]]:
    """Every option of every command of `sms-mock`, by the name of its command."""
    for name, command in main.commands.items():
        for each in command.params:
            if isinstance(each, click.Option):
                yield name, each


OPTIONS = list(options())
NAMES = [f"{command} {option.opts[0]}" for command, option in OPTIONS]


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=NAMES)
def test_option_has_a_variable(command: str, option: click.Option) -> None:
    """Each option of a command has its SMS_MOCK_ variable, since a container is configured by its environment."""
    name = option.opts[0]

    if name not in SHAPES_OF_OUTPUT:
        assert option.envvar == "SMS_MOCK_" + name.removeprefix("--").upper().replace("-", "_")


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=NAMES)
def test_option_is_documented(command: str, option: click.Option) -> None:
    """README or the documentation names each option, in a line that names its variable too."""
    line = re.compile(rf"^.*`{re.escape(option.opts[0])}\b.*$", re.MULTILINE)
    variable = option.envvar if isinstance(option.envvar, str) else ""

    assert any(f"`{variable}`" in each or not variable for each in line.findall(DOCUMENTED))


def of_the_kit() -> Iterator[tuple[str, click.Option]]:
    """Every option of every command of `sms-contract`, by the name of its command."""
    for name, command in kit.commands.items():
        for each in command.params:
            if isinstance(each, click.Option):
                yield name, each


KIT = list(of_the_kit())


@pytest.mark.parametrize(("command", "option"), KIT, ids=[f"{name} {option.opts[0]}" for name, option in KIT])
def test_option_of_the_kit_is_documented(command: str, option: click.Option) -> None:
    """The documentation names each option of the kit, and its variable if it has one."""
    assert re.search(rf"`{re.escape(option.opts[0])}\b", DOCUMENTED)
    assert option.envvar is None or f"`{option.envvar}`" in DOCUMENTED


@pytest.mark.parametrize(
    "name", tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
)
def test_extra_is_documented(name: str) -> None:
    """The documentation names each extra, except `dev`, which `make` installs."""
    assert name == "dev" or re.search(rf"extra `{name}`|\[{name}\]", DOCUMENTED)


@pytest.mark.parametrize("command", main.commands)
def test_command_is_documented(command: str) -> None:
    """README or the documentation names each command."""
    assert f"sms-mock {command}" in DOCUMENTED


def test_variables_are_documented() -> None:
    """The SMS_MOCK_ variables of the code are those of README and documentation."""
    read = {found for module in modules("mock_server") for found in re.findall(r"SMS_MOCK_[A-Z_]+", module.text)}

    assert read == set(re.findall(r"SMS_MOCK_[A-Z_]+", DOCUMENTED))
