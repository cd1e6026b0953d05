"""The project that `docs/pytest.md` shows, file by file."""

from __future__ import annotations

import re

from tests.structure.project_sources import pages

PAGE = pages()["docs/pytest.md"]

_FILE = re.compile(r"^```python\n# (?P<name>[\w/]+\.py)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def files() -> dict[str, str]:
    """Name and text of each block that is headed by the name of a file."""
    return {found["name"]: found["text"] for found in _FILE.finditer(PAGE)}


def blocks() -> int:
    """How many blocks of Python the page has."""
    return PAGE.count("```python\n")
