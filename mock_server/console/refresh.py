"""Refreshing the open pages of a session: one check for changes for all, and one rendering for equal pages.

Pages never take more than a small share of a server's time: the longer their looks take, the rarer they are.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from starlette.responses import Response

from mock_server.console.page_request import PageRequest
from mock_server.control import SessionControl

LOOK_EVERY = 0.2
"""Seconds of wall time until a page is told of a change."""
_REST = 0.8
"""Additional seconds of pause after the pages were told."""
_SHARE = 0.03
"""The share of the server's time that one session's pages may take."""
_LONGEST_REST = 3.0
"""An upper bound of the pause, for the person who waits."""
_A_REQUEST = 0.001
"""Seconds of a page request that are not measured: reading and sending."""

_KEPT_FOR = 1.0
"""Seconds until a change by mere time, such as a stub's end, is looked for."""
_MOST_KEPT = 4 * 1024 * 1024
"""Bytes of renderings that each session keeps."""

Key = tuple[str, str, str]
"""What a rendering depends on in addition to the session: origin, path with query, and language."""


class Refresh:
    """State that the open pages of one session share.

    A rendering is shared by equal pages until the next refresh. It shows the state that the pages were told of, and a
    later change causes another refresh: no page ends with an outdated rendering. A page that was loaded anew, or that
    changed something, never gets an older rendering.
    """

    def __init__(self, control: SessionControl) -> None:
        self._changes = control.changes
        self.pages = 0
        self.number = 0
        self.over = False
        self._next = asyncio.Event()
        self._renderings: dict[Key, tuple[float, Response]] = {}
        self._size = 0
        self._spent = 0.0
        self._task = asyncio.get_running_loop().create_task(self._go())

    def end(self) -> None:
        """No page is open any more."""
        self._task.cancel()

    async def after(self, number: int, patience: float) -> bool:
        """Wait for the next refresh or the end, for some seconds; whether one came."""
        if self.number == number and not self.over:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._next.wait(), patience)
        return self.number != number or self.over

    def rendering(self, key: Key) -> Response | None:
        """A rendering since the last refresh."""
        rendered_at, found = self._renderings.get(key, (0.0, None))
        return found if _wall() - rendered_at <= _KEPT_FOR else None

    def keep(self, key: Key, answer: Response) -> None:
        """Keep a rendering for equal pages."""
        self._size += len(answer.body)
        if self._size <= _MOST_KEPT:
            self._renderings[key] = _wall(), answer

    def forget(self) -> None:
        """Forget all renderings."""
        self._renderings.clear()
        self._size = 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Measure a page request in CPU time, so that other load on the machine does not count."""
        began = time.thread_time()
        try:
            yield
        finally:
            self._spent += time.thread_time() - began + _A_REQUEST

    async def _go(self) -> None:
        state = await self._changes.state()
        with self._changes.ending() as ended:
            while not ended.is_set():
                pause, found = LOOK_EVERY, await self._changes.state()
                if found != state:
                    state = found
                    pause += rest_after(self._spent)
                    self._tell()
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), pause)
        self.over = True
        self._tell()

    def _tell(self) -> None:
        self.number += 1
        self._spent = 0.0
        self.forget()
        self._next.set()
        self._next = asyncio.Event()


class Refreshes:
    """The refreshes of all sessions with open pages."""

    def __init__(self) -> None:
        self._refreshes: dict[object, Refresh] = {}

    @contextmanager
    def joined(self, control: SessionControl) -> Iterator[Refresh]:
        """The refresh of a session, while a page is open."""
        identity = control.changes.identity
        refresh = self._refreshes.get(identity)
        if refresh is None:
            refresh = self._refreshes[identity] = Refresh(control)
        refresh.pages += 1
        try:
            yield refresh
        finally:
            refresh.pages -= 1
            if not refresh.pages:
                refresh.end()
                del self._refreshes[identity]

    def of(self, control: SessionControl) -> Refresh | None:
        """The refresh of a session; `None` where no page is open."""
        return self._refreshes.get(control.changes.identity)


def rest_after(spent: float) -> float:
    """The pause after a refresh whose page requests took this many seconds."""
    return max(_REST, min(_LONGEST_REST, spent / _SHARE))


def key_of(page: PageRequest) -> Key:
    """What the rendering of a page depends on."""
    url = page.request.url
    return page.origin, f"{url.path}?{url.query}", page.words.language


def _wall() -> float:
    return asyncio.get_running_loop().time()
