"""A pool of drivers for `--workers N`; each is used by one caller at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from contract_tests.client.driver.interface import Driver


class DriverPool:
    """A fixed number of drivers; each client starts with its first intent."""

    def __init__(self, make: Callable[[], Driver], workers: int) -> None:
        if workers < 1:
            raise ValueError("a pool has at least one worker")
        self._all = [make() for _ in range(workers)]
        self._free: asyncio.LifoQueue[Driver] = asyncio.LifoQueue()
        for driver in self._all:
            self._free.put_nowait(driver)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Driver]:
        """Borrow a driver for this block, waiting until one is free; the most recently used one is preferred."""
        driver = await self._free.get()
        try:
            yield driver
        finally:
            self._free.put_nowait(driver)

    async def close(self) -> None:
        """Close all drivers concurrently; an error of one does not keep the others running."""
        ends = await asyncio.gather(*(driver.close() for driver in self._all), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def __aenter__(self) -> Self:
        """Return the pool; the drivers exist already."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all drivers."""
        await self.close()
