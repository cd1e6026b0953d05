"""Which release this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

PACKAGE: Final = "sms-gateway-mock"


@cache
def release() -> str:
    """The version that is installed; `0` where the sources are used without being installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "0"
