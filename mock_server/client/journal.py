"""The verbs of messages, exchanges, waits and the ledger."""

from __future__ import annotations

from typing import Any, TypeVar

from mock_server.client.asking import Calls, named, quoted
from mock_server.client.errors import ControlError
from mock_server.client.results import Exchange, Explanation, Ledger, Message, Result

_Found = TypeVar("_Found", bound=Result)

WAIT = 10.0
"""The default time-out of a wait, in seconds."""
_LONGEST_WAIT = 3600.0
_BESIDES = 10.0
"""Seconds in addition to a wait's own time-out."""


class JournalCalls(Calls):
    """Find messages and exchanges, and wait for them.

    `filters` are the members of a message or an exchange: `destination="+447700900123"`, `code=61`,
    `text__contains="code"`, `reference__key="order-7"`; and `since`, `until`, `after`, and for lists `limit`.
    A wait takes `clock="virtual"` to last by the session's clock.
    """

    def messages(self, /, **filters: Any) -> list[Message]:
        """The accepted messages, newest first."""
        return Message.all_of(self._ask("GET", "/messages", query=named(filters)), "messages")

    def message(self, message_id: str) -> Message:
        """One message with its life."""
        return Message.of(self._ask("GET", f"/messages/{quoted(message_id)}"))

    def exchanges(self, /, **filters: Any) -> list[Exchange]:
        """The journal of the gateway's requests, newest first."""
        return Exchange.all_of(self._ask("GET", "/exchanges", query=named(filters)), "exchanges")

    def explain(self, exchange_id: str | None = None) -> Explanation:
        """The explanation of an answer, by default the last one.

        Raises:
            ControlError: 404 where there is no such exchange.
        """
        if exchange_id is None:
            last = self.exchanges(limit=1)
            if not last:
                raise ControlError(404, "Unknown exchange", "nothing was asked of the gateway yet")
            exchange_id = last[0].id
        return Explanation.of(self._ask("GET", f"/exchanges/{quoted(exchange_id)}"))

    def wait_for_messages(self, /, count: int = 1, *, timeout: float = WAIT, **filters: Any) -> list[Message]:
        """Wait until there are `count` messages; all matching ones, newest first.

        Raises:
            ControlError: 408 where they did not come in time; `details` tell what came nearest.
        """
        return self._wait(Message, "messages", count, timeout, filters)

    def wait_for_message(self, /, *, timeout: float = WAIT, **filters: Any) -> Message:
        """Wait for a message; the newest one."""
        return self.wait_for_messages(timeout=timeout, **filters)[0]

    def wait_for_exchanges(self, /, count: int = 1, *, timeout: float = WAIT, **filters: Any) -> list[Exchange]:
        """Wait until there are `count` exchanges."""
        return self._wait(Exchange, "exchanges", count, timeout, filters)

    def wait_for_exchange(self, /, *, timeout: float = WAIT, **filters: Any) -> Exchange:
        """Wait for an exchange; the newest one."""
        return self.wait_for_exchanges(timeout=timeout, **filters)[0]

    def wait_for_statuses(
        self, /, status: str | None = None, count: int = 1, *, timeout: float = WAIT, **filters: Any
    ) -> list[Message]:
        """Wait until `count` messages have a status."""
        return self._wait(Message, "statuses", count, timeout, {"status": status, **filters})

    def wait_for_status(self, /, status: str, *, timeout: float = WAIT, **filters: Any) -> Message:
        """Wait until a message has a status; the message."""
        return self.wait_for_statuses(status, timeout=timeout, **filters)[0]

    def count_messages(self, /, **filters: Any) -> int:
        """How many messages there are."""
        return int(self._ask("GET", "/messages/count", query=named(filters))["count"])

    def count_exchanges(self, /, **filters: Any) -> int:
        """How many exchanges there are."""
        return int(self._ask("GET", "/exchanges/count", query=named(filters))["count"])

    def ledger(self) -> Ledger:
        """The counters of all sends, and duplicates by intent."""
        return Ledger.of(self._ask("GET", "/ledger"))

    def har(self) -> dict[str, Any]:
        """The journal as an HTTP archive."""
        found: dict[str, Any] = self._ask("GET", "/exchanges/har")
        return found

    def clear(self) -> None:
        """Delete the messages and the exchanges; windows, clock, scenario and stubs stay."""
        self._ask("DELETE", "/messages")
        self._ask("DELETE", "/exchanges")

    def _wait(
        self, kind: type[_Found], what: str, count: int, timeout: float, filters: dict[str, object]
    ) -> list[_Found]:
        asked = named(filters)
        # On the session's clock a wait lasts until the clock is moved.
        patience = (_LONGEST_WAIT if asked.get("clock") == "virtual" else timeout) + _BESIDES
        query = {**asked, "count": count, "timeout": f"{timeout:.3f}"}
        try:
            answered = self._ask("GET", f"/{what}/wait", query=query, patience=patience)
        except ControlError as error:
            if error.status != 408 or not isinstance(error.details, dict):
                raise
            sentence = _late(what, count, timeout, asked, error.details)
            raise ControlError(408, error.message, error.details, sentence=sentence) from None
        # Statuses belong to messages.
        return kind.all_of(answered, "exchanges" if what == "exchanges" else "messages")


def _late(what: str, count: int, timeout: float, asked: dict[str, object], details: dict[str, Any]) -> str:
    """The error of a timed-out wait, with the nearest miss."""
    meant = f" with {', '.join(f'{name}={value}' for name, value in asked.items())}" if asked else ""
    late = f"{details.get('matched', 0)} of {count} {what}{meant} came within {timeout:g} seconds"
    nearest = details.get("nearest")
    if not isinstance(nearest, dict):
        return late
    differs, wanted, found = (nearest.get(name) for name in ("differs", "wanted", "found"))
    said = f"whose {differs} is {found!r} and not what was asked for ({wanted})"
    return f"{late}; the nearest is {nearest.get('id')}, {said}"
