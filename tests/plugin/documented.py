"""The project that `docs/pytest.md` shows, file by file, with the test that README shows."""

from __future__ import annotations

import re

from tests.structure.project_sources import pages

PAGE = pages()["docs/pytest.md"]
README = pages()["README.md"]

_FILE = re.compile(r"^```python\n# (?P<name>[\w/]+\.py)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_IN_README = re.compile(r"^```python\n(?P<text>def test_a_customer_gets_a_code.*?)^```$", re.DOTALL | re.MULTILINE)


def files() -> dict[str, str]:
    """Name and text of each block that is headed by the name of a file; README leaves the import to its reader."""
    shown = {found["name"]: found["text"] for found in _FILE.finditer(PAGE)}
    return {**shown, "test_readme.py": "from shop import Shop\n" + _IN_README.findall(README)[0]}


def blocks() -> int:
    """How many blocks of Python the page has."""
    return PAGE.count("```python\n")
