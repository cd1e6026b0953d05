"""What a test holds in its hands: a gateway of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

from mock_server.client import (
    Control,
    ControlError,
    Explanation,
    Ledger,
    Message,
    Receiver,
    Stub,
    WebhookAttempt,
    connect,
)
from mock_server.pytest_plugin.aio import AsyncVerbs
from mock_server.pytest_plugin.checking import MOST_LISTED, ClientAnswer, exchange_of
from mock_server.pytest_plugin.clock import GatewayClock
from mock_server.pytest_plugin.errors import PluginError, plainly
from mock_server.pytest_plugin.expecting import ExpectedRefusal, Tolerance
from mock_server.pytest_plugin.host import Host
from mock_server.pytest_plugin.judging import Judge, fail
from mock_server.pytest_plugin.waiting import Inbox, here

_RECEIVER = "receipts"


class Credentials(NamedTuple):
    """An account of the scenario, as HTTP clients take one: `auth=sms_gateway.credentials`."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Without the password: what a failing test prints goes far."""
        return f"Credentials(username={self.username!r}, password='***')"


class SmsGateway:
    """A gateway of its own: nothing that another test does reaches it. Its verbs may be used by several threads.

    `control` has every verb there is; what stands here is what tests need most. Times are in seconds.
    """

    def __init__(self, server: Host, control: Control, *, timeout: float, strict: bool) -> None:
        self._server = server
        self._made = control
        self._pid = os.getpid()
        self._timeout = timeout
        self._closed = False
        self._tolerance = Tolerance()
        self._judge = Judge(self._tolerance, strict=strict)
        self._inbox = Inbox(lambda: self.control)
        self.base_url = control.url
        """What the client under test takes for the gateway."""
        self.clock = GatewayClock(lambda: self.control)
        """Its time: `clock.advance(hours=1)`, `clock.freeze()`, `clock.now`."""
        self.aio = AsyncVerbs(self)
        """The verbs that wait, for coroutines: `await sms_gateway.aio.next_message()`."""

    def __repr__(self) -> str:
        """Where it is."""
        return f"<SmsGateway {self.base_url}>"

    @property
    def control(self) -> Control:
        """Every verb of a tester, typed; see `mock_server.client`."""
        if os.getpid() == self._pid:
            return self._made
        # A forked process has none of the parent's threads, and must not share its connections.
        return connect(self.base_url, token=self._server.token)

    @property
    @plainly
    def credentials(self) -> Credentials:
        """An administrator of the scenario, `(username, password)`: what the client under test signs in with."""
        found = next((each for each in self._server.accounts_of(self.control) if each.administers), None)
        if found is None:
            raise PluginError(
                "the scenario has no administrator in use; `sms_gateway.account(username)` takes another"
            )
        return Credentials(found.username, found.password)

    @plainly
    def account(self, username: str) -> Credentials:
        """Another account of the scenario by its name, such as `customer-account`, which may send URLs."""
        accounts = self._server.accounts_of(self.control)
        for each in accounts:
            if each.username == username:
                return Credentials(username, each.password)
        raise PluginError(f"no account {username!r}; there are: {', '.join(each.username for each in accounts)}")

    @property
    @plainly
    def messages(self) -> list[Message]:
        """What the gateway accepted, oldest first: `destination`, `text`, `codes`, `links` and more of each."""
        return self._inbox.all()

    @plainly
    def next_message(
        self, *, to: str | None = None, text: str | None = None, timeout: float | None = None, **filters: Any
    ) -> Message:
        """The next message, waited for if need be: the oldest that no call has returned yet.

        Its `codes` are the one-time codes in its text and `links` its links.

        Args:
            to: only to this number.
            text: only with this in its text.
            timeout: seconds to wait at most; by default the setting `sms_timeout`.
            filters: only with these other members, such as `reference__key="order-17"` or `account="shop"`.

        Raises:
            NothingCameError: none came in time; it tells what reached the gateway instead.
        """
        return here(
            lambda seconds: self._inbox.next(seconds, _filters(to, text, filters)),
            self._timeout if timeout is None else timeout,
            "await sms_gateway.aio.next_message(...)",
        )

    @plainly
    def wait_for(
        self,
        count: int = 1,
        *,
        to: str | None = None,
        text: str | None = None,
        status: str | None = None,
        timeout: float | None = None,
        **filters: Any,
    ) -> list[Message]:
        """Wait until so many messages are there, those of before included; all of them, oldest first.

        Args:
            count: how many.
            to: only to this number.
            text: only with this in their text.
            status: only once they have, or have had, this status, such as `DELIVERED`.
            timeout: seconds to wait at most; by default the setting `sms_timeout`.
            filters: only with these other members, as for `next_message`.

        Raises:
            NothingCameError: they did not come in time; it tells what reached the gateway instead.
        """
        return here(
            lambda seconds: self._inbox.wait(count, seconds, status, _filters(to, text, filters)),
            self._timeout if timeout is None else timeout,
            "await sms_gateway.aio.wait_for(...)",
        )

    @plainly
    def next_send(self, to: str | None = None, **then: object) -> Stub:
        """Force what becomes of the next send: `next_send(refuse=61)`, `next_send(fault="reset")`.

        Args:
            to: only of the next one to this number.
            then: an outcome, as a stub of a scenario has it.
        """
        return self._judge.remember(self.control.next_send(to, **then))

    @plainly
    def stub(
        self, when: Mapping[str, object] | str | None = None, then: Mapping[str, object] | None = None, **limits: Any
    ) -> Stub:
        """Force what becomes of some sends: `stub("+4477*", {"refuse": 61}, times=2)`.

        Args:
            when: which ones, as a stub of a scenario has it; a text is a number or the beginning of one.
            then: the outcome.
            limits: `times`, `lasts`, `probability`, `priority` and `name`, as `Control.stub` takes them.
        """
        return self._judge.remember(self.control.stub(when, then, **limits))

    @plainly
    def expect_refusal(self, *codes: int, timeout: float = 0.0) -> ExpectedRefusal:
        """A block in which the gateway has to refuse: `with sms_gateway.expect_refusal(61): client.send(...)`.

        Without it, a refusal that no stub forced fails the test at its end. `async with` does the same.

        Args:
            codes: the codes that may come; none are any.
            timeout: seconds to wait for it when the block is done, where the client sends on its own time.
        """
        return ExpectedRefusal(lambda: self.control, self._tolerance, codes, timeout)

    @plainly
    def allow_refusals(self, *codes: int) -> None:
        """Refusals with these codes, or any at all, are no surprise in this test."""
        self._tolerance.allow(codes)

    def allow_unmatched_stubs(self) -> None:
        """A stub that no send met is no surprise in this test."""
        self._judge.allow_unmatched()

    @property
    @plainly
    def receiver(self) -> Receiver:
        """A receiver of notifications for clients that have none: a message names its `url` as its webhook."""
        return self.control.receiver(_RECEIVER)

    @property
    @plainly
    def receipts(self) -> list[WebhookAttempt]:
        """Every attempt to notify a webhook, oldest first: `status`, `message_id`, `outcome`, `request`, `answer`."""
        self._judge.see_receipts()
        return self.control.webhooks(limit=MOST_LISTED)[::-1]

    @property
    @plainly
    def ledger(self) -> Ledger:
        """What became of all sends, counted; `duplicates_by_intent` are those that were sent twice."""
        return self.control.ledger()

    @plainly
    def explain(self, exchange: str | ClientAnswer | None = None) -> Explanation:
        """Why the gateway answered as it did: `print(sms_gateway.explain())`.

        Args:
            exchange: an answer that a client got, or the id in its header `X-Mock-Exchange`; by default the last one.
        """
        return self.control.explain(None if exchange is None else exchange_of(exchange))

    @plainly
    def transport(self, library: str = "httpx2") -> Any:
        """What a client of httpx2 or httpx sends through in this process: `httpx2.Client(transport=…, base_url=…)`.

        Raises:
            PluginError: the gateway is in another process (`--sms-mock-url`).
        """
        return self._server.transport(library)

    @plainly
    def reset(self) -> None:
        """Begin anew, for a gateway that several tests share; what surprised until now fails, as at the end."""
        __tracebackhide__ = True
        complaints = self._judge.before_the_end(self.control)
        self.control.reset()
        self._tolerance.forget()
        self._judge.forget()
        self._inbox.forget()
        fail(complaints)

    def close(self, *, quietly: bool = False) -> None:
        """End it, as the fixture does; a second time does nothing.

        Raises:
            pytest.fail.Exception: a refusal or a stub surprised, unless `quietly`.
        """
        __tracebackhide__ = True
        if self._closed:
            return
        self._closed = True
        self._server.ended(self.base_url)
        fail(self._ended(judged=not quietly))

    def __enter__(self) -> Self:
        """Until the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it; an error of the block goes first."""
        __tracebackhide__ = True
        self.close(quietly=error is not None)

    def _ended(self, *, judged: bool) -> list[str]:
        """End the session; what there is to complain about."""
        complaints: list[str] = []
        try:
            if judged:
                complaints = self._judge.before_the_end(self.control)
            unmatched = self.control.delete_session()
            if judged:
                complaints += self._judge.at_the_end(unmatched)
        except ControlError as error:
            # What the test ended itself is gone, and nobody can judge it any more.
            if judged and error.status != 404:
                complaints.append(f"the gateway cannot be asked how the test ended: {error}")
        return complaints


def _filters(to: str | None, text: str | None, others: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {"destination": to, "text__contains": text, **others}
    return {name: value for name, value in chosen.items() if value is not None}
