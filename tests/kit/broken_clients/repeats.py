"""Clients that send again when they should not, or do not know when to stop waiting."""

from __future__ import annotations

from collections.abc import Callable

from contract_tests.client.driver.protocol import ReportedFailed, ReportedRefused
from tests.kit.broken_clients.base import Try, Ways
from tests.kit.broken_clients.breaking import BrokenClient, Program, broken
from tests.kit.broken_clients.wire import (
    ClosedConnection,
    HeedsWordsOnly,
    Leaking,
    SendsAllAgain,
    TimeoutByByte,
    WithoutTimeout,
)

FOR_EVER = 50
"""Sends after which a client that would never stop is stopped all the same."""


def on_code(*codes: int, tries: int = 3) -> Ways:
    """Sends again after these refusals."""
    return on(lambda tried: isinstance(tried.outcome, ReportedRefused) and tried.outcome.code in codes, tries=tries)


def on(when: Callable[[Try], bool], tries: int = 2) -> Ways:
    """Sends again after some tries, so often in all."""
    return Ways(again=lambda tried: tried.nth < tries and when(tried))


def _status(*statuses: int) -> Callable[[Try], bool]:
    return lambda tried: tried.reply is not None and tried.reply.status in statuses


def _timed_out(tried: Try) -> bool:
    return isinstance(tried.error, TimeoutError)


def _cut_off(tried: Try) -> bool:
    return tried.error is not None and not _timed_out(tried)


def _no_json(tried: Try) -> bool:
    return tried.reply is not None and tried.reply.status == 200 and tried.reply.members is None


def always(name: str) -> Program:
    """The gateway does nothing else."""
    return (name,) * FOR_EVER


REFUSED = (
    *(broken(f"sends {code} again", "retry.permanent", on_code(code)) for code in (8, 56, 59, 61, 63, 66, 74)),
    broken("sends 64 for ever", "retry.provider-down", on_code(64, tries=FOR_EVER), always("refused 64")),
    broken("hammers on 60", "retry.hammering", on_code(60, tries=5), always("refused 60")),
    broken("any 500 is worth a try", "retry.permanent", on(_status(500))),
)

UNKNOWN = (
    broken("sends again after a time-out", "resend.unknown-fate", on(_timed_out), ("hang-after",), waits=True),
    broken("sends again after a reset", "resend.unknown-fate", on(_cut_off)),
    broken("sends again for ever after a reset", "resend.unknown-fate", on(_cut_off, tries=6), always("reset-after")),
    broken("sends again after a proxy's page", "resend.unknown-fate", on(_status(502, 504))),
    broken("sends again what it cannot read", "resend.unknown-fate", on(_no_json)),
    broken(
        "sends again after any failure",
        "resend.unknown-fate",
        on(lambda tried: isinstance(tried.outcome, ReportedFailed)),
    ),
    broken("sends again what was never taken", "resend.before", on(_cut_off), ("reset",)),
    broken("sends everything twice", "resend.unknown-fate", on(lambda _: True)),
)

TIME = (
    broken("no time-out", "time.gives-up", Ways(connect=WithoutTimeout), ("hang",), waits=True),
    broken("a time-out by the byte", "time.gives-up", Ways(connect=TimeoutByByte), ("slow-drip",), waits=True),
    broken("a time-out for each try", "time.gives-up", on(_timed_out, tries=9), ("hang",) * 9, waits=True),
    broken(
        "goes on with a closed connection", "tolerance.closed-connection", Ways(connect=ClosedConnection),
        ("connection closed",), messages=2,
    ),
    broken(
        "goes on with a connection that was closed unannounced", "tolerance.closed-connection",
        Ways(connect=HeedsWordsOnly), ("closed-idle",), messages=2,
    ),
    broken(
        "sends all again on a new connection", "resend.accepted", Ways(connect=SendsAllAgain),
        ("closed-idle",), messages=2,
    ),
    broken(
        "never reads refusals to their end", "time.connections", Ways(connect=Leaking),
        ("refused 61",) * 12, messages=24, waits=True,
    ),
)  # fmt: skip

REPEATS: tuple[BrokenClient, ...] = (*REFUSED, *UNKNOWN, *TIME)
