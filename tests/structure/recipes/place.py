"""A recipe: a catalogue, and the other files that name everything in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import yaml

from tests.structure.project_sources import ROOT


class Place(NamedTuple):
    """A file that a change has to edit, what to write there, and what it names now."""

    file: str
    """A path below the checkout; `<name>` stands for the new name."""
    write: str
    named: Callable[[], Collection[str]]
    exempt: Collection[str] = ()
    """Names that need nothing here; `named` includes them."""
    imported: bool = False
    """What it names is read from the imported module, not from the text of the file."""


def _as_it_is(name: str) -> Collection[str]:
    return (name,)


class Recipe(NamedTuple):
    """A kind of change: the file it begins in, the names of its catalogue, and the other files."""

    title: str
    catalogue: str
    """The file that a change begins in."""
    begin: str
    """What to write there."""
    known: Callable[[], Collection[str]]
    places: tuple[Place, ...]
    spellings: Callable[[str], Collection[str]] = _as_it_is
    """How files write a name."""


def forgotten(recipe: Recipe, known: Collection[str]) -> list[str]:
    """A sentence for each place that lacks a name of the catalogue."""
    return [
        f"{place.file.replace('<name>', name)}: {place.write} for {name}"
        for place in recipe.places
        for name in sorted(set(known) - set(place.named()))
    ]


_REPLACED: dict[str, str] = {}


def text_of(file: str) -> str:
    """The text of a file of the project."""
    return _REPLACED[file] if file in _REPLACED else (ROOT / file).read_text(encoding="utf-8")


@contextmanager
def replaced(file: str, text: str) -> Iterator[None]:
    """Let the places read another text instead of a file's."""
    _REPLACED[file] = text
    yaml_of.cache_clear()
    try:
        yield
    finally:
        del _REPLACED[file]
        yaml_of.cache_clear()


def files_of(place: Place) -> list[str]:
    """The files of the project that the path of a place stands for; a placeholder stands for any name."""
    pattern = re.sub(r"<\w+>", "*", place.file)
    return [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(pattern)) if path.is_file()]


@cache
def yaml_of(file: str) -> Any:
    """A YAML file of the project, parsed."""
    return yaml.load(text_of(file), Loader=yaml.CSafeLoader)


def words_of(language: str, section: str) -> Callable[[], Mapping[str, str]]:
    """The words of a section of the console's language file."""
    return lambda: dict(tomllib.loads(text_of(f"mock_server/console/words/{language}.toml"))[section])


def matches(file: str, pattern: str) -> Callable[[], Collection[str]]:
    """What a pattern finds in a file."""
    return lambda: set(re.findall(pattern, text_of(file), re.MULTILINE))


def table_row(file: str, key: str, pattern: str) -> Callable[[], Collection[str]]:
    """The names in one row of a table of a page."""
    return lambda: set(re.findall(pattern, _only(rf"^\| `{key}` \|.*$", file)))


def _only(pattern: str, file: str) -> str:
    (found,) = re.findall(pattern, text_of(file), re.MULTILINE)
    return str(found)


def control_document() -> Any:
    """`control.yaml`, parsed."""
    return yaml_of("mock_server/openapi/control.yaml")
