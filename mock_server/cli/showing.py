"""Printing foreign texts on a terminal: escaped, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import category, combining, east_asian_width

import click

_ELLIPSIS = "…"


def one_line(text: object) -> str:
    """A foreign text with control and invisible characters escaped."""
    return "".join(each if _is_harmless(each) else _escaped(each) for each in str(text))


def width(text: str) -> int:
    """The display width of a text."""
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def cut(text: str, columns: int) -> str:
    """A text cut to a display width."""
    if width(text) <= columns:
        return text
    kept, taken = "", 0
    for each in text:
        taken += width(each)
        if taken > columns - 1:
            break
        kept += each
    return kept + _ELLIPSIS


def table(rows: Sequence[Sequence[str]], *, painted: int | None = None) -> None:
    """Print columns under their headings, as wide as what stands in them; one of them may have a status' colour."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)]
        if number and painted is not None:
            cells[painted] = cells[painted].replace(row[painted], coloured(row[painted]), 1)
        click.secho("  ".join(cells).rstrip(), bold=number == 0)


def coloured(status: str) -> str:
    """A status or outcome in its colour."""
    colours = {"DELIVERED": "green", "READ": "green", "accepted": "green", "SENT": "cyan", "passed": "green"}
    bad = {"REJECTED", "UNDELIVERED", "refused", "bug", "failed", "given up"}
    return click.style(status, fg="red" if status in bad else colours.get(status, "yellow"))


def _is_harmless(character: str) -> bool:
    return category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
