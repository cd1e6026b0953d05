"""The shipped scenarios, and how a command line's name or path resolves to a scenario file."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from mock_server.scenario.problems import Problem, ScenarioError, did_you_mean, shown

if TYPE_CHECKING:
    from mock_server.scenario.model import Scenario

DEFAULT: Final = "default"

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
"""Valid names of shipped scenarios; none can lead out of the folder."""

_EXPECT: Final = "Expect "
"""The first word of the sentence in each description that says what a tester should see."""

_IN_THE_WHEEL: Final = Path(__file__).parent.parent / "scenarios"
_IN_THE_CHECKOUT: Final = Path(__file__).parent.parent.parent / "scenarios"


class PackEntry(msgspec.Struct, frozen=True):
    """A shipped scenario as an entry of a list."""

    name: str
    path: Path
    title: str
    description: str

    @property
    def to_do(self) -> str:
        """The part of the description that says what to do."""
        return self._parts()[0]

    @property
    def to_see(self) -> str:
        """The part of the description that says what a tester should see in the product; may be empty."""
        return self._parts()[1]

    def _parts(self) -> tuple[str, str]:
        before, expect, after = self.description.partition(_EXPECT)
        return before.strip(), (expect + after).strip()


def folder() -> Path:
    """The folder of the shipped scenarios: inside the package, or next to it in a checkout."""
    return _IN_THE_WHEEL if _IN_THE_WHEEL.is_dir() else _IN_THE_CHECKOUT


def names() -> tuple[str, ...]:
    """The names of the shipped scenarios: the default first, then in alphabetical order."""
    found = sorted(path.stem for path in folder().glob("*.yaml"))
    return tuple(sorted(found, key=lambda name: name != DEFAULT))


def pack() -> tuple[PackEntry, ...]:
    """All shipped scenarios with title and description.

    Raises:
        ScenarioError: a shipped file was edited and is invalid.
    """
    entries = []
    for name in names():
        path = folder() / f"{name}.yaml"
        scenario = _current(path)
        entries.append(PackEntry(name, path, scenario.title or name, scenario.description))
    return tuple(entries)


class PublicSecrets(msgspec.Struct, frozen=True):
    """Passwords and keys that are not secret, because they are in a shipped scenario."""

    pairs: frozenset[tuple[str, str]]
    """Username and password."""
    keys: frozenset[str]


def public_secrets() -> PublicSecrets:
    """The passwords and API keys of all shipped scenarios."""
    scenarios = [_current(folder() / f"{name}.yaml") for name in names()]
    accounts = [account for scenario in scenarios for account in scenario.accounts]
    pairs = frozenset((account.username, account.password) for account in accounts)
    return PublicSecrets(pairs, frozenset(key for scenario in scenarios for key in scenario.api_keys))


def shipped(name: str) -> Scenario | None:
    """A shipped scenario by name, or `None`; cached until its file changes.

    Raises:
        ScenarioError: the shipped file was edited and is invalid.
    """
    path = folder() / f"{name}.yaml"
    return _current(path) if _NAME.fullmatch(name) and path.is_file() else None


def _current(path: Path) -> Scenario:
    found = path.stat()
    return _loaded(path, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(maxsize=64)
def _loaded(path: Path, _: tuple[int, int, int]) -> Scenario:
    # Imported here because resolving a name needs neither YAML nor the model.
    from mock_server.scenario.loader import load_scenario  # noqa: PLC0415

    return load_scenario(path)


def resolve(name_or_file: str) -> Path:
    """The file for a shipped scenario's name or a path.

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
        pass  # The name is not valid in the file system, so there is no such file.
    sentence = (
        f"neither a file nor a shipped scenario; shipped: {', '.join(shipped)}"
        f"{did_you_mean(Path(name_or_file).stem, shipped)}"
    )
    raise ScenarioError([Problem(shown(name_or_file), None, None, "", sentence)])
