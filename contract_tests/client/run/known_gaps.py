"""`--known-gaps FILE`: the checks that a team accepts as broken for now."""

from __future__ import annotations

from pathlib import Path

from contract_tests.target.target import CouldNotRunError


def read_known_gaps(path: Path) -> frozenset[str]:
    """Read the ids of a file, one per line; `#` begins a comment.

    Raises:
        CouldNotRunError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise CouldNotRunError(f"--known-gaps {path}: it cannot be read: {error}") from None
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(line for line in lines if line)
