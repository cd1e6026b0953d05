"""The names that users import, run and set stay the same in a refactoring."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click
import pytest
from _pytest.fixtures import FixtureFunctionDefinition

from contract_tests.cli import main as sms_contract
from mock_server.cli import main as sms_mock
from tests.structure.project_sources import ROOT

LIST = "tests/structure/public_names.toml"
STATED: dict[str, dict[str, Any]] = tomllib.loads((ROOT / LIST).read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = {"sms-mock": sms_mock, "sms-contract": sms_contract}


class _Recorder:
    """A pytest parser that records what is added to it."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self.settings: list[str] = []

    def getgroup(self, *_: Any) -> _Recorder:
        """A group of options."""
        return self

    def addoption(self, *names: str, **_: Any) -> None:
        """An option of the command line."""
        self.options += names

    def addini(self, name: str, *_: Any, **__: Any) -> None:
        """A setting of the configuration."""
        self.settings.append(name)


def exported(module: str) -> list[str]:
    """The names of `__all__`; without one, the public classes and functions that the module defines."""
    loaded = import_module(module)
    defined = [
        name
        for name, value in vars(loaded).items()
        if not name.startswith("_") and not inspect.ismodule(value) and getattr(value, "__module__", "") == module
    ]
    return sorted(getattr(loaded, "__all__", defined))


def parameters(command: click.Command) -> list[str]:
    """The options of a command, and its arguments in capitals."""
    options = [each for each in command.params if isinstance(each, click.Option)]
    names = sorted(name for each in options for name in (*each.opts, *each.secondary_opts))
    return names + [str(each.name).upper() for each in command.params if isinstance(each, click.Argument)]


def plugin(entry_point: str) -> tuple[list[str], _Recorder]:
    """The fixtures, the options and the settings of a pytest plugin."""
    module = import_module(PROJECT["entry-points"]["pytest11"][entry_point])
    recorder = _Recorder()
    cast("Any", module).pytest_addoption(recorder)
    return sorted(n for n, each in vars(module).items() if isinstance(each, FixtureFunctionDefinition)), recorder


def _pairs(table: dict[str, str]) -> list[str]:
    return sorted(f"{name} = {target}" for name, target in table.items())


def _file(module: str) -> str:
    path = inspect.getsourcefile(import_module(module))
    assert path is not None
    return str(Path(path).relative_to(ROOT))


def offered() -> Iterator[tuple[str, str, list[str], str]]:
    """Section and key of the list, the names that exist now, and the file to restore a missing name in."""
    for module in STATED["modules"]:
        yield "modules", module, exported(module), _file(module)
    yield "console_scripts", "", _pairs(PROJECT["scripts"]), "pyproject.toml"
    yield "pytest11", "", _pairs(PROJECT["entry-points"]["pytest11"]), "pyproject.toml"
    yield "extras", "names", sorted(PROJECT["optional-dependencies"]), "pyproject.toml"
    for script, group in COMMANDS.items():
        target = _file(PROJECT["scripts"][script].partition(":")[0])
        yield "commands", script, sorted(group.commands), target
        yield "commands", f"{script}.", parameters(group), target
        for name, command in group.commands.items():
            yield "commands", f"{script}.{name}", parameters(command), target
    fixtures: list[str] = []
    for entry_point, target in PROJECT["entry-points"]["pytest11"].items():
        found, recorder = plugin(entry_point)
        fixtures += found
        yield "pytest_options", entry_point, sorted(recorder.options), _file(target)
        yield "pytest_settings", entry_point, sorted(recorder.settings), _file(target)
    yield "pytest_fixtures", "names", sorted(fixtures), _file("mock_server.pytest_plugin.hooks")


def stated(section: str, key: str) -> list[str]:
    """The names of a section and key of the list."""
    part = STATED[section]
    if section == "commands":
        script, dot, name = key.partition(".")
        commands = part[script]
        return list(commands.get(name, [])) if dot else sorted(name for name in commands if name)
    return _pairs(part) if key == "" else list(part.get(key, []))


def broken(section: str, key: str, now: list[str], file: str) -> list[str]:
    """A sentence for each name that is missing, and for each that is not in the list."""
    then, where = stated(section, key), f"[{section}] {key}".rstrip(" .")
    lost = [f"{file}: restore {name!r}, which users have from {where}" for name in then if name not in now]
    new = [f"{LIST}: add {name!r} to {where}, if users are to have it" for name in now if name not in then]
    return lost + new


OFFERED = list(offered())
IDS = [f"{section} {key}" for section, key, _, _ in OFFERED]


@pytest.mark.parametrize(("section", "key", "now", "file"), OFFERED, ids=IDS)
def test_users_have_the_names_of_the_list_and_no_others(section: str, key: str, now: list[str], file: str) -> None:
    """Imports, commands, options, fixtures and entry points are those of the list."""
    assert broken(section, key, now, file) == []


@pytest.mark.parametrize("module", STATED["modules"])
def test_every_exported_name_can_be_imported(module: str) -> None:
    """Every name in `__all__` has a value."""
    assert [name for name in exported(module) if not hasattr(import_module(module), name)] == []


def test_every_entry_of_the_list_is_compared() -> None:
    """A section or a command that only the list has would not be tested."""
    keys = {(section, key) for section, key, _, _ in OFFERED}
    commands = {("commands", f"{script}.{name}") for script, each in STATED["commands"].items() for name in each}
    plain = {("modules", name) for name in STATED["modules"]} | {
        (section, name) for section in ("pytest_options", "pytest_settings") for name in STATED[section]
    }

    assert commands | plain <= keys
    assert set(STATED) == {section for section, _ in keys}


@pytest.mark.parametrize(("section", "key", "now", "file"), OFFERED, ids=IDS)
def test_a_lost_and_a_new_name_are_told_with_their_file(section: str, key: str, now: list[str], file: str) -> None:
    """The sentence names the file to edit."""
    then = stated(section, key)

    assert f"{LIST}: add 'invented' to" in "".join(broken(section, key, [*now, "invented"], file))
    for name in then:
        assert f"{file}: restore {name!r}" in "".join(broken(section, key, [n for n in now if n != name], file))
