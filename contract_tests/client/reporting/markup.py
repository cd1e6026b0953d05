"""Builds HTML. Plain text is always escaped; only `Markup` is inserted unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from contract_tests.client.reporting.texts import escaped

_EMPTY = frozenset({"br", "meta"})


@dataclass(frozen=True)
class Markup:
    """A piece of HTML."""

    html: str


Content = str | int | Markup | None


def tag(name: str, /, *content: Content, **attributes: str | bool | None) -> Markup:
    """An element. Plain content and values are escaped; `class_` means `class`, `http_equiv` means `http-equiv`.

    A value of `None` or `False` omits the attribute, `True` adds it without a value.
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    closing = "" if name in _EMPTY else f"</{name}>"
    return Markup(f"<{name}{given}>{joined(content).html}{closing}")


def joined(content: Iterable[Content], separator: str = "") -> Markup:
    """Join several pieces; `None` is skipped."""
    return Markup(separator.join(_html(each) for each in content if each is not None))


def _html(content: Content) -> str:
    return content.html if isinstance(content, Markup) else escape(escaped(str(content)))


def _attribute(key: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(escaped(value))}"'


def table(caption: str, heads: Iterable[str], rows: Iterable[Markup]) -> Markup:
    """Build a table that scrolls by itself on a narrow screen."""
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in heads)))
    whole = tag("table", tag("caption", caption), head, tag("tbody", *rows))
    return tag("div", whole, class_="wide", tabindex="0", role="region", aria_label=caption)
