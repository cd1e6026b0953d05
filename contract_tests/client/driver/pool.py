"""`--workers N`: several drivers side by side, each lent to one caller at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from contract_tests.client.driver.calling import Driver


class DriverPool:
    """So many drivers, made at once; what starts with the first intent of each starts then."""

    def __init__(self, make: Callable[[], Driver], workers: int) -> None:
        if workers < 1:
            raise ValueError("a pool has at least one worker")
        self._all = [make() for _ in range(workers)]
        self._free: asyncio.LifoQueue[Driver] = asyncio.LifoQueue()
        for driver in self._all:
            self._free.put_nowait(driver)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Driver]:
        """A driver for this block alone; waits for one that is free. The one that was used last is the warmest."""
        driver = await self._free.get()
        try:
            yield driver
        finally:
            self._free.put_nowait(driver)

    async def close(self) -> None:
        """End all drivers, side by side; none is left running because another one could not be ended."""
        ends = await asyncio.gather(*(driver.close() for driver in self._all), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def __aenter__(self) -> Self:
        """Drivers are there already."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all drivers."""
        await self.close()
