"""The installed release."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

PACKAGE: Final = "sms-gateway-mock"


@cache
def release() -> str:
    """The installed version; `0` where the sources are used without an installation."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "0"
