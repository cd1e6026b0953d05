"""What the tests of the kit share: one healthy mock for all, since every check makes sessions of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.broken_gateways import served


@pytest.fixture(scope="session")
def healthy() -> Iterator[str]:
    """The URL of a mock with nothing wrong."""
    with served(None) as url:
        yield url
