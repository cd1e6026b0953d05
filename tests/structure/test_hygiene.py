"""The project's files stand on their own: no machine's paths, no registry's host, no notes that are not here."""

from __future__ import annotations

import re

import pytest

from tests.structure.project_sources import ROOT, project_files

# Each pattern is spelled so that it does not find itself.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~-])/(?:root|home|Users|work|opt|tmp|srv|mnt)/[\w.-]",
    "a registry's host": r"\b(?:pypi|pythonhosted|npmjs|docker|ghcr|quay|crates)\.(?:org|io|com)\b",
    "an option that names a registry": r"--(?:extra-)?index-[u]rl|--find-[l]inks|--[r]egistry[ =]|PIP_\w*IND[E]X",
    "notes that are not part of the project": r"\b(?:DESIGN|FACTS|STYLE|STACK|PEERS)\.[m]d\b|\b[s]hared/",
    "a mark of an unsolved conflict": r"^(?:<{7}|>{7}) ",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_files_hold_nothing_of_where_they_were_written(kind: str) -> None:
    """A file that names its author's machine, registry or notes misleads whoever has none of them."""
    pattern = re.compile(FORBIDDEN[kind], re.MULTILINE)
    found = []
    for name in project_files():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}" for hit in pattern.finditer(text)]

    assert found == []
