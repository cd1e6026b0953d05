"""The budget for raw bytes that a server keeps, over all sessions."""

from __future__ import annotations

from collections import deque
from typing import Protocol

_MOST_RELEASED = 1000


class RawHolder(Protocol):
    """Something that holds raw bytes and can release them."""

    raw_size: int
    """What the budget counts for it; 0 once it holds none."""

    def give_up(self) -> None:
        """Release the raw bytes."""
        ...


class RawBudget:
    """The server's budget for raw bodies and headers; the oldest are evicted first, over all sessions."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._order: deque[RawHolder] = deque()
        self._released = 0
        self.evicted = 0
        """How many exchanges lost their raw bytes."""

    @property
    def held(self) -> int:
        """Bytes held now."""
        return self._held

    def hold(self, holder: RawHolder, size: int) -> None:
        """Count a holder's bytes, and evict the oldest while there are too many."""
        holder.raw_size = size
        self._order.append(holder)
        self._held += size
        while self._held > self._most:
            oldest = self._order.popleft()
            if not oldest.raw_size:
                self._released -= 1
                continue
            self._held -= oldest.raw_size
            self.evicted += 1
            oldest.give_up()

    def release(self, holder: RawHolder) -> None:
        """Stop counting a holder."""
        if not holder.raw_size:
            return
        self._held -= holder.raw_size
        holder.raw_size = 0
        self._released += 1
        order = self._order
        while order and not order[0].raw_size:
            order.popleft()
            self._released -= 1
        # A quiet session's entry at the front must not keep a busy session's released entries in memory.
        if self._released > _MOST_RELEASED and self._released * 2 > len(order):
            self._order = deque(each for each in order if each.raw_size)
            self._released = 0
