"""Templates and words: everything that becomes HTML, always escaped."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mock_server.console.texts import plain, written

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

LANGUAGES = ("en", "it")
"""The first is the default."""

_MOST_LANGUAGES = 20


class Words:
    """All words of the console in one language, by dotted names."""

    def __init__(self, language: str, texts: Mapping[str, Any]) -> None:
        self.language = language
        self._texts: dict[str, str] = dict(_flat(texts))

    def __call__(self, name: str, /, **values: object) -> str:
        """A text with its `{gaps}` filled.

        Raises:
            KeyError: there is no such text; a test asks for each.
        """
        text = self._texts[name]
        return text.format(**values) if values else text

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._texts)

    def get(self, name: str) -> str | None:
        """A text, `None` where there is none."""
        return self._texts.get(name)


@cache
def words(language: str) -> Words:
    """The words of a language of `LANGUAGES`."""
    return Words(language, tomllib.loads((_HERE / "words" / f"{language}.toml").read_text(encoding="utf-8")))


def language_of(accepted: str) -> str:
    """The best language for a browser; `accepted` is the header `Accept-Language`."""
    best, most = LANGUAGES[0], 0.0
    for part in accepted.split(",")[:_MOST_LANGUAGES]:
        name, _, weight = part.partition(";")
        found = name.strip().lower().partition("-")[0]
        liking = _quality(weight)
        if found in LANGUAGES and liking > most:
            best, most = found, liking
    return best


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


class _Environment(Environment):
    """An environment that looks for dictionary members first, since templates read little else."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A member of a dictionary, or an attribute."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def _environment() -> Environment:
    environment = _Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["plain"] = plain
    environment.filters["written"] = written
    environment.globals["static"] = _versioned
    # Globals instead of imports: a block that is rendered alone sees no imports.
    environment.globals["p"] = environment.get_template("pieces.html").module
    return environment


@cache
def _versioned(name: str) -> str:
    """A file's path with the hash of its contents, so that browsers can cache it for ever."""
    return f"/_console/static/{name}?{sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def rendered(template: str, context: Mapping[str, Any]) -> str:
    """A whole page."""
    return _environment().get_template(template).render(context)


def rendered_part(template: str, part: str, context: Mapping[str, Any]) -> str:
    """One block of a page; empty if the page has none."""
    found = _environment().get_template(template)
    block = found.blocks.get(part)
    return "" if block is None else "".join(block(found.new_context(dict(context))))


def _flat(texts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        if isinstance(text, str):
            yield before + name, text
        else:
            yield from _flat(text, f"{before}{name}.")
