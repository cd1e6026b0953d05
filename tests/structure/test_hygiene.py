"""The project's files are self-contained: no paths of a machine, no registry hosts, no references to other notes."""

from __future__ import annotations

import re

import pytest

from tests.structure.project_sources import ROOT, project_files

# Each pattern is written so that it does not match itself.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~-])/(?:root|home|Users|work|opt|tmp|srv|mnt)/[\w.-]",
    "a registry's host": r"\b(?:pypi|pythonhosted|npmjs|docker|ghcr|quay|crates)\.(?:org|io|com)\b",
    "an option that names a registry": r"--(?:extra-)?index-[u]rl|--find-[l]inks|--[r]egistry[ =]|PIP_\w*IND[E]X",
    "notes that are not part of the project": r"\b(?:DESIGN|FACTS|STYLE|STACK|PEERS)\.[m]d\b|\b[s]hared/",
    "a mark of an unsolved conflict": r"^(?:<{7}|>{7}) ",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_files_hold_nothing_of_where_they_were_written(kind: str) -> None:
    """A file that refers to its author's machine, registry or notes is of no use to others."""
    pattern = re.compile(FORBIDDEN[kind], re.MULTILINE)
    found = []
    for name in project_files():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}" for hit in pattern.finditer(text)]

    assert found == []
