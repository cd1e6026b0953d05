"""The beat of a session's open pages: one look for changes for all of them, and one rendering for those alike.

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
"""Seconds of wall time until a page hears of a change."""
_REST = 0.8
"""Seconds more that the pages are left alone after they were told."""
_SHARE = 0.03
"""Of the server's time that looks of a session's pages may take."""
_LONGEST_REST = 3.0
"""However long looks took: a person waits no longer, and a pause of the garbage collector was no look."""
_A_REQUEST = 0.001
"""Seconds that a look takes besides what is measured of it: to be read, and to be sent."""

_KEPT_FOR = 1.0
"""Seconds: what passes by itself, such as a stub's time, changes nothing else."""
_MOST_KEPT = 4 * 1024 * 1024
"""Bytes of renderings, for each session."""

Key = tuple[str, str, str]
"""What a rendering depends on besides the session: the server's origin, path with query, and language."""


class Beat:
    """What the open pages of one session share.

    A rendering is given to whoever asks for the same before the next beat. It is as new as the state that the pages
    were told of, and what changes after that makes a beat of its own: none is the last that a page is shown while it
    is out of date. A page that was loaded anew, or has changed something, is never shown an older one.
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
        """Nobody looks on any more."""
        self._task.cancel()

    async def after(self, number: int, patience: float) -> bool:
        """Whether there is a beat after that one, or an end, within some seconds."""
        if self.number == number and not self.over:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._next.wait(), patience)
        return self.number != number or self.over

    def rendering(self, key: Key) -> Response | None:
        """What somebody was shown since the last beat."""
        rendered_at, found = self._renderings.get(key, (0.0, None))
        return found if _wall() - rendered_at <= _KEPT_FOR else None

    def keep(self, key: Key, answer: Response) -> None:
        """Show the same to whoever asks next."""
        self._size += len(answer.body)
        if self._size <= _MOST_KEPT:
            self._renderings[key] = _wall(), answer

    def forget(self) -> None:
        """Render everything anew."""
        self._renderings.clear()
        self._size = 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Count the time of a look, as the processor does: that a machine is busy elsewhere is no reason to wait."""
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
    """The beats of the sessions that somebody looks at."""

    def __init__(self) -> None:
        self._beats: dict[object, Beat] = {}

    @contextmanager
    def joined(self, control: SessionControl) -> Iterator[Beat]:
        """The beat of a session, for as long as a page is open."""
        identity = control.changes.identity
        beat = self._beats.get(identity)
        if beat is None:
            beat = self._beats[identity] = Beat(control)
        beat.pages += 1
        try:
            yield beat
        finally:
            beat.pages -= 1
            if not beat.pages:
                beat.end()
                del self._beats[identity]

    def of(self, control: SessionControl) -> Beat | None:
        """The beat of a session; `None` where no page is open."""
        return self._beats.get(control.changes.identity)


def rest_after(spent: float) -> float:
    """How many seconds pages are left alone whose looks took so many since the beat before."""
    return max(_REST, min(_LONGEST_REST, spent / _SHARE))


def key_of(visit: PageRequest) -> Key:
    """What the rendering of a visit depends on."""
    url = visit.request.url
    return visit.origin, f"{url.path}?{url.query}", visit.words.language


def _wall() -> float:
    return asyncio.get_running_loop().time()
