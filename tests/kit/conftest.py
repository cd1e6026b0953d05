"""Shared fixtures: one healthy mock for all tests, because every check creates its own sessions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.broken_gateways import served


@pytest.fixture(scope="session")
def healthy() -> Iterator[str]:
    """The URL of a mock that keeps the contract."""
    with served(None) as url:
        yield url
