"""The verbs of clock, stubs, statuses and webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mock_server.client.asking import Calls, given, named, quoted
from mock_server.client.errors import ControlError
from mock_server.client.receiving import Receiver
from mock_server.client.results import Advance, Clock, Message, Stub, WebhookAttempt

_WALL_LIMIT = 30.0
_BESIDES = 10.0


class ClockCalls(Calls):
    """Show the session's clock, and move it."""

    def clock(self) -> Clock:
        """The mode and the time of the clock."""
        return Clock.of(self._ask("GET", "/clock"))

    def advance(  # noqa: PLR0913 - one for each way to say how far
        self,
        by: str | timedelta | None = None,
        *,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        until: str | None = None,
        wall_limit: float = _WALL_LIMIT,
    ) -> Advance:
        """Move the clock, and perform what is due: `advance("1h")`, `advance(hours=1)`, `advance(until="idle")`.

        `wall_limit` is how many real seconds it may take; what receivers hold up for longer is `pending` then.
        """
        asked: dict[str, object] = {"wall_limit": wall_limit}
        if isinstance(by, str):
            asked["duration"] = by
        if until is not None:
            asked["until"] = until
        length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if isinstance(by, timedelta):
            length += by
        elif by is not None and not isinstance(by, str):
            raise TypeError(f"{by!r} of what? Write advance(seconds={by!r}), or a length of time such as '1h'")
        if length or not (isinstance(by, str) or until is not None):
            asked["seconds"] = length.total_seconds()
        return Advance.of(self._ask("POST", "/clock/advance", asked, patience=wall_limit + _BESIDES))

    def freeze(self, at: str | datetime | None = None) -> Clock:
        """Freeze the clock: now, or at a given time."""
        if isinstance(at, datetime):
            if at.tzinfo is None:
                raise ControlError(None, "Bad request", "at: a time without a zone could be anywhere")
            at = at.isoformat()
        return Clock.of(self._ask("POST", "/clock/freeze", given(at=at)))

    def resume(self, factor: float | None = None) -> Clock:
        """Let the clock run on, in real time or `factor` times as fast."""
        return Clock.of(self._ask("POST", "/clock/resume", given(factor=factor)))


class StubCalls(Calls):
    """Force outcomes."""

    def stub(  # noqa: PLR0913 - the members of a stub
        self,
        when: Mapping[str, object] | str | None = None,
        then: Mapping[str, object] | None = None,
        *,
        times: int | None = None,
        probability: float | None = None,
        lasts: str | None = None,
        priority: int | None = None,
        name: str | None = None,
    ) -> Stub:
        """Force an outcome, in the form of a scenario: `stub("+4477*", {"refuse": 61}, times=1)`.

        Args:
            when: which sends; a text is a destination, nothing is every send.
            then: what becomes of them.
            times: how often; else from now on.
            probability: how likely, drawn from the session's seed.
            lasts: how long on the session's clock, such as `10m`.
            priority: the higher goes first.
            name: what the explanation calls it.
        """
        criteria = {"destination": when} if isinstance(when, str) else dict(when or {})
        others = given(times=times, probability=probability, for_=lasts, priority=priority, name=name)
        return self.add_stub({"when": criteria, "then": dict(then or {}), **others})

    def add_stub(self, stub: Mapping[str, object]) -> Stub:
        """Force an outcome by a whole stub, in the form of a scenario."""
        return Stub.of(self._ask("POST", "/stubs", stub))

    def next_send(self, to: str | None = None, **then: object) -> Stub:
        """Force the outcome of the next send: `next_send(refuse=61)`, `next_send(fault="reset")`."""
        return self.stub(to, then, times=1)

    def stubs(self) -> list[Stub]:
        """All stubs, added ones first."""
        return Stub.all_of(self._ask("GET", "/stubs"), "stubs")

    def unmatched_stubs(self) -> list[str]:
        """The ids of the added stubs that no send matched."""
        return [str(each) for each in self._ask("GET", "/stubs")["unmatched"]]

    def delete_stub(self, stub: Stub | str) -> None:
        """Remove an added stub."""
        self._ask("DELETE", f"/stubs/{quoted(stub if isinstance(stub, str) else stub.id)}")

    def delete_stubs(self) -> int:
        """Remove all added stubs; how many there were."""
        return int(self._ask("DELETE", "/stubs")["deleted"])

    def release(self, exchange_id: str | None = None) -> list[str]:
        """Release a held answer, by default all of them; the ids of their exchanges."""
        path = "/release" if exchange_id is None else f"/exchanges/{quoted(exchange_id)}/release"
        return [str(each) for each in self._ask("POST", path, {})["released"]]


class DeliveryCalls(Calls):
    """Change what follows an acceptance."""

    def push_status(
        self, message_id: str, status: str, *, provider: Mapping[str, str] | None = None, force: bool = False
    ) -> Message:
        """Give a message a status now, and notify its webhook."""
        asked = given(status=status, provider=provider, force=force or None)
        return Message.of(self._ask("POST", f"/messages/{quoted(message_id)}/status", asked))

    def resend(self, message_id: str) -> WebhookAttempt:
        """Notify a message's webhook of its last change again."""
        return WebhookAttempt.of(self._ask("POST", f"/messages/{quoted(message_id)}/resend", {}))

    def webhooks(self, **filters: Any) -> list[WebhookAttempt]:
        """Every attempt to deliver a notification, newest first."""
        return WebhookAttempt.all_of(self._ask("GET", "/webhooks", query=named(filters)), "webhooks")

    def receiver(self, name: str) -> Receiver:
        """A receiver of notifications in this session."""
        return Receiver(self._ask, name, self.url)
