"""The OpenAPI documents that the control API hands out: files that are shipped, never rules that are read."""

from __future__ import annotations

from pathlib import Path

_BESIDE = Path(__file__).parent.parent / "contract_tests" / "openapi"
"""The kit's package lies beside this one, in a checkout as in a wheel; only its files are read, none of its code."""


def documents() -> dict[str, Path]:
    """Every document by its file name."""
    return {path.name: path for path in sorted(_BESIDE.glob("*.yaml")) if not path.name.startswith((".", "redocly"))}
