"""Expected refusals, as opposed to unexpected ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self

from mock_server.client import Control, ControlError, Exchange, Explanation
from mock_server.pytest_plugin.aio import in_thread
from mock_server.pytest_plugin.checking import MOST_LISTED, checked_codes, checked_seconds
from mock_server.pytest_plugin.errors import NotRefusedError, PluginError, plainly
from mock_server.pytest_plugin.reporting import last_exchanges
from mock_server.pytest_plugin.waiting import here


class Tolerance:
    """Which refusals of a session are expected."""

    def __init__(self) -> None:
        self._expected: set[str] = set()
        self._allowed: set[int] | None = set()

    def forget(self) -> None:
        """Forget all expectations."""
        self._expected = set()
        self._allowed = set()

    def expect(self, exchanges: Iterable[Exchange]) -> None:
        """Mark exchanges as expected."""
        self._expected |= {each.id for each in exchanges}

    def allow(self, codes: tuple[int, ...]) -> None:
        """Allow these codes, or all, for the whole test."""
        if self._allowed is not None:
            self._allowed = self._allowed | set(checked_codes(codes)) if codes else None

    def surprises(self, control: Control) -> list[Exchange]:
        """Unexpected refusals, oldest first."""
        if self._allowed is None:
            return []
        refused = control.exchanges(outcome="refused", limit=MOST_LISTED)
        return [each for each in reversed(refused) if not self._is_meant(each, self._allowed)]

    def _is_meant(self, refused: Exchange, allowed: set[int]) -> bool:
        # A refusal by a stub names it as its rule; a stub that only delayed the answer did not force the refusal.
        return refused.rule in refused.stubs or refused.code in allowed or refused.id in self._expected


class ExpectedRefusal:
    """A block in which a refusal is expected. After it, `exchange` and `explanation` describe the refusal."""

    def __init__(
        self, control: Callable[[], Control], tolerance: Tolerance, codes: tuple[int, ...], timeout: float
    ) -> None:
        self._control = control
        self._tolerance = tolerance
        self._codes = checked_codes(codes)
        self._timeout = checked_seconds(timeout)
        self._after: str | None = None
        self._found: list[Exchange] = []

    @property
    def exchanges(self) -> list[Exchange]:
        """The refusals of the block, oldest first."""
        return list(self._found)

    @property
    @plainly
    def exchange(self) -> Exchange:
        """The first refusal."""
        if not self._found:
            raise PluginError("what was refused is known after the block, not in it")
        return self._found[0]

    @property
    @plainly
    def explanation(self) -> Explanation:
        """The explanation of the first refusal."""
        return self._control().explain(self.exchange.id)

    @plainly
    def __enter__(self) -> Self:
        """Begin the block; earlier refusals do not count."""
        self._begin()
        return self

    @plainly
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the block; the test fails without a refusal, unless the block raised an error."""
        if error is not None:
            self._look()
        else:
            wanted = ", ".join(map(str, self._codes))
            here(self._end, self._timeout, f"async with sms_gateway.expect_refusal({wanted}):")

    async def __aenter__(self) -> Self:
        """The same, for clients that run in this event loop."""
        await in_thread(self._begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The same."""
        __tracebackhide__ = True
        if error is not None:
            await in_thread(self._look)
        else:
            await in_thread(self._end, self._timeout)

    def _begin(self) -> None:
        last = self._control().exchanges(limit=1)
        self._after = last[0].id if last else None

    def _look(self) -> None:
        with suppress(NotRefusedError, ControlError):
            self._end(0.0)

    def _end(self, timeout: float) -> None:
        control, ends, count = self._control(), monotonic() + timeout, 1
        while not self._found:
            left = max(0.0, ends - monotonic())
            try:
                came = control.wait_for_exchanges(count, timeout=left, outcome="refused", after=self._after)
            except ControlError as error:
                if error.status != 408:
                    raise
                raise self._missing(control, timeout) from None
            self._found = [each for each in reversed(came) if not self._codes or each.code in self._codes]
            count = len(came) + 1
        self._tolerance.expect(self._found)

    def _missing(self, control: Control, timeout: float) -> NotRefusedError:
        meant = f" with code {' or '.join(map(str, self._codes))}" if self._codes else ""
        within = f" within {timeout:g} seconds" if timeout else ""
        return NotRefusedError(f"nothing was refused{meant} in this block{within}", last_exchanges(control))
