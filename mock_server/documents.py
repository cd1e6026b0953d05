"""The OpenAPI documents that the control API hands out: files that are shipped, never rules that are read."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_IN_THE_WHEEL = _PACKAGE / "openapi"
_IN_THE_CHECKOUT = _PACKAGE.parent / "contract_tests" / "openapi"


def documents() -> dict[str, Path]:
    """Every document by its file name."""
    folder = _IN_THE_WHEEL if _IN_THE_WHEEL.is_dir() else _IN_THE_CHECKOUT
    return {path.name: path for path in sorted(folder.glob("*.yaml")) if not path.name.startswith((".", "redocly"))}
