"""The scenarios that are shipped, and how a name or a file on a command line becomes one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from mock_server.scenario.problems import Problem, ScenarioError, did_you_mean, shown

DEFAULT: Final = "default"

_IN_THE_WHEEL: Final = Path(__file__).parent.parent / "scenarios"
_IN_THE_CHECKOUT: Final = Path(__file__).parent.parent.parent / "scenarios"


class PackEntry(msgspec.Struct, frozen=True):
    """A shipped scenario, as a list shows it."""

    name: str
    path: Path
    title: str
    description: str


def folder() -> Path:
    """Where the shipped scenarios lie: inside the package, or beside it in a checkout."""
    return _IN_THE_WHEEL if _IN_THE_WHEEL.is_dir() else _IN_THE_CHECKOUT


def names() -> tuple[str, ...]:
    """The names of the shipped scenarios: the default first, then by the alphabet."""
    found = sorted(path.stem for path in folder().glob("*.yaml"))
    return tuple(sorted(found, key=lambda name: name != DEFAULT))


def pack() -> tuple[PackEntry, ...]:
    """Every shipped scenario with its title and description.

    Raises:
        ScenarioError: a shipped file was edited and no longer loads.
    """
    # Resolving a name needs neither YAML nor the model.
    from mock_server.scenario.loader import load_scenario  # noqa: PLC0415

    entries = []
    for name in names():
        path = folder() / f"{name}.yaml"
        scenario = load_scenario(path)
        entries.append(PackEntry(name, path, scenario.title or name, scenario.description))
    return tuple(entries)


def resolve(name_or_file: str) -> Path:
    """The file that a shipped scenario's name, or a path, stands for.

    Raises:
        ScenarioError: it is neither.
    """
    shipped = names()
    if name_or_file in shipped:
        return folder() / f"{name_or_file}.yaml"
    try:
        path = Path(name_or_file)
        if name_or_file and path.exists():
            return path
    except (OSError, ValueError):
        pass  # A name that no file system takes is no file either.
    sentence = (
        f"neither a file nor a shipped scenario; shipped: {', '.join(shipped)}"
        f"{did_you_mean(Path(name_or_file).stem, shipped)}"
    )
    raise ScenarioError([Problem(shown(name_or_file), None, None, "", sentence)])
