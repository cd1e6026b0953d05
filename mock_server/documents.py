"""The OpenAPI documents that the control API hands out: files that are shipped, never rules that are read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDERS: Final = (
    # The mock's own: its control API.
    Path(__file__).parent / "openapi",
    # The contract, in the kit's package, which lies beside this one in a checkout as in a wheel; only its files are
    # read, none of its code.
    Path(__file__).parent.parent / "contract_tests" / "openapi",
)


def documents() -> dict[str, Path]:
    """Every document by its file name, in the order of the alphabet."""
    found = {path.name: path for folder in _FOLDERS for path in folder.glob("*.yaml")}
    return {name: found[name] for name in sorted(found) if not name.startswith((".", "redocly"))}
