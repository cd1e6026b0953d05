"""What fails a test at its end: refusals that surprised, stubs that no send met, bugs of the mock."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping

import msgspec
import pytest

from mock_server.client import Control, Stub, WebhookAttempt
from mock_server.client.explaining import harmless
from mock_server.pytest_plugin.checking import MOST_LISTED
from mock_server.pytest_plugin.errors import NotTakenWarning
from mock_server.pytest_plugin.expecting import Tolerance
from mock_server.pytest_plugin.reporting import indented, last_exchanges, reasons_of

_MOST_SHOWN = 5
_LOST = {"failed", "given up"}
_FOR_ALL = "for all tests, `sms_strict = false` in the settings of pytest."


class Judge:
    """Judges one session: of one that is not strict, bugs of the mock only."""

    def __init__(self, tolerance: Tolerance, *, strict: bool) -> None:
        self._tolerance = tolerance
        self._strict = strict
        self._stubs: dict[str, Stub] = {}
        self._unmatched_allowed = False
        self._receipts_seen = False

    def forget(self) -> None:
        """As at the beginning."""
        self._stubs.clear()
        self._unmatched_allowed = False
        self._receipts_seen = False

    def remember(self, stub: Stub) -> Stub:
        """A stub of the test, so that its end can tell what it was."""
        self._stubs[stub.id] = stub
        return stub

    def allow_unmatched(self) -> None:
        """Stubs need not be met."""
        self._unmatched_allowed = True

    def see_receipts(self) -> None:
        """The test looks at its notifications itself."""
        self._receipts_seen = True

    def before_the_end(self, control: Control) -> list[str]:
        """What there is to complain about, while the session can still be asked for the reasons."""
        if not self._strict:
            return _bugs(control)
        found = [*self._refusals(control), *_bugs(control), *self._losses(control)]
        if self._stubs and not self._unmatched_allowed:
            unmatched = control.unmatched_stubs()
            if unmatched:
                found.append(self._unmatched(unmatched, last_exchanges(control)))
        return found

    def at_the_end(self, unmatched: Iterable[str]) -> list[str]:
        """The stubs that the session's end names, and that nobody has complained about."""
        allowed = self._unmatched_allowed or not self._strict
        others = [] if allowed else [each for each in unmatched if each not in self._stubs]
        return [self._unmatched(others, ())] if others else []

    def _refusals(self, control: Control) -> list[str]:
        found = self._tolerance.surprises(control)
        if not found:
            return []
        codes = ", ".join(sorted({str(each.code) for each in found if each.code is not None}))
        shown = found[:_MOST_SHOWN]
        first = f", the first {_MOST_SHOWN} of {len(found)}" if len(found) > _MOST_SHOWN else ""
        complaint = (
            f"The gateway refused what the test did not say it would refuse{first}:\n"
            f"{indented(reasons_of(control, shown))}\n"
            f"If it is meant, put the call that provokes it into `with sms_gateway.expect_refusal({codes}):`.\n"
            f"To let it pass: `sms_gateway.allow_refusals({codes})`; {_FOR_ALL}"
        )
        return [complaint]

    def _losses(self, control: Control) -> list[str]:
        """Warn of notifications that came to grief while nobody looked; a complaint where warnings are errors."""
        lost = [] if self._receipts_seen else _lost(control.webhooks(limit=MOST_LISTED))
        first = f", the first {_MOST_SHOWN} of {len(lost)}" if len(lost) > _MOST_SHOWN else ""
        sentence = (
            f"Notifications were not taken{first}:\n{indented(map(harmless, lost[:_MOST_SHOWN]))}\n"
            f"If that is meant, let the test look at `sms_gateway.receipts`; {_FOR_ALL}"
        )
        try:
            if lost:
                warnings.warn(sentence, NotTakenWarning, stacklevel=5)
        except NotTakenWarning:
            return [sentence]
        return []

    def _unmatched(self, unmatched: Iterable[str], came: Iterable[str]) -> str:
        told = [_sentence(name, self._stubs.get(name)) for name in unmatched]
        reached = indented(came)
        return (
            f"No send met what the test had prepared:\n{indented(told)}\n"
            + (f"This reached the gateway:\n{reached}\n" if reached else "")
            + f"If a send is not certain to come: `sms_gateway.allow_unmatched_stubs()`; {_FOR_ALL}"
        )


def fail(complaints: Iterable[str]) -> None:
    """Fail the test, if there is a reason to."""
    __tracebackhide__ = True
    reasons = "\n\n".join(complaints)
    if reasons:
        pytest.fail(reasons, pytrace=False)


def _bugs(control: Control) -> list[str]:
    if not control.count_exchanges(outcome="bug"):
        return []
    found = control.exchanges(outcome="bug", limit=_MOST_SHOWN)
    return [f"The mock has a bug, please report it:\n{indented(reasons_of(control, reversed(found)))}"]


def _lost(newest_first: list[WebhookAttempt]) -> list[str]:
    """Those that no attempt has brought home, oldest first, as their last attempt ended."""
    last = {(each.message_id, each.status): each for each in reversed(newest_first)}
    for each in newest_first:
        if each.outcome not in _LOST:
            last.pop((each.message_id, each.status), None)
    return [
        f"{each.status} of message {each.message_id} to {each.url}, attempt {each.attempt}: {_end_of(each)}"
        for each in last.values()
    ]


def _end_of(attempt: WebhookAttempt) -> str:
    answer = attempt.answer or {}
    return answer.get("error") or f"HTTP {answer.get('status')}"


def _sentence(name: str, stub: Stub | None) -> str:
    if stub is None:
        return f"stub {name}"
    when = _json(stub.when) if stub.when else "any send"
    return f"stub {name}: when {when}, then {_json(stub.then)}"


def _json(part: Mapping[str, object]) -> str:
    return msgspec.json.encode(part).decode()
