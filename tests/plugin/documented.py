"""The project in `docs/pytest.md`, file by file, with the test in README."""

from __future__ import annotations

import re

from tests.structure.project_sources import pages

PAGE = pages()["docs/pytest.md"]
README = pages()["README.md"]

_FILE = re.compile(r"^```python\n# (?P<name>[\w/]+\.py)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_IN_README = re.compile(r"^```python\n(?P<text>def test_a_customer_gets_a_code.*?)^```$", re.DOTALL | re.MULTILINE)


def files() -> dict[str, str]:
    """Name and text of each block that is headed by a file name; README's block gets the import that it omits."""
    shown = {found["name"]: found["text"] for found in _FILE.finditer(PAGE)}
    return {**shown, "test_readme.py": "from shop import Shop\n" + _IN_README.findall(README)[0]}


def blocks() -> int:
    """The number of Python blocks on the page."""
    return PAGE.count("```python\n")
