"""Clients that send again when they must not, or that wait too long."""

from __future__ import annotations

from collections.abc import Callable

from contract_tests.client.driver.protocol import ReportedFailed, ReportedRefused
from tests.kit.broken_clients.base import SendTry, Variant
from tests.kit.broken_clients.broken_client import BrokenClient, Program, broken
from tests.kit.broken_clients.wire import (
    ClosedConnection,
    IgnoresSilentClose,
    Leaking,
    SendsAllAgain,
    TimeoutPerByte,
    WithoutTimeout,
)

ENDLESS = 50
"""The number of sends after which an endless client is stopped."""


def retry_on_code(*codes: int, tries: int = 3) -> Variant:
    """Sends again after these refusals."""
    return retry_if(
        lambda tried: isinstance(tried.outcome, ReportedRefused) and tried.outcome.code in codes, tries=tries
    )


def retry_if(when: Callable[[SendTry], bool], tries: int = 2) -> Variant:
    """Sends again after some tries, `tries` times in total."""
    return Variant(retry=lambda tried: tried.nth < tries and when(tried))


def _status(*statuses: int) -> Callable[[SendTry], bool]:
    return lambda tried: tried.reply is not None and tried.reply.status in statuses


def _timed_out(tried: SendTry) -> bool:
    return isinstance(tried.error, TimeoutError)


def _cut_off(tried: SendTry) -> bool:
    return tried.error is not None and not _timed_out(tried)


def _no_json(tried: SendTry) -> bool:
    return tried.reply is not None and tried.reply.status == 200 and tried.reply.members is None


def always(name: str) -> Program:
    """The gateway repeats this step."""
    return (name,) * ENDLESS


REFUSED = (
    *(broken(f"sends {code} again", "retry.permanent", retry_on_code(code)) for code in (8, 56, 59, 61, 63, 66, 74)),
    broken("sends 64 forever", "retry.provider-down", retry_on_code(64, tries=ENDLESS), always("refused 64")),
    broken("hammers on 60", "retry.hammering", retry_on_code(60, tries=5), always("refused 60")),
    broken("any 500 is worth a try", "retry.permanent", retry_if(_status(500))),
)

UNKNOWN = (
    broken("sends again after a time-out", "resend.unknown-fate", retry_if(_timed_out), ("hang-after",), waits=True),
    broken("sends again after a reset", "resend.unknown-fate", retry_if(_cut_off)),
    broken(
        "sends again forever after a reset",
        "resend.unknown-fate",
        retry_if(_cut_off, tries=6),
        always("reset-after"),
    ),
    broken("sends again after a proxy's page", "resend.unknown-fate", retry_if(_status(502, 504))),
    broken("sends again what it cannot read", "resend.unknown-fate", retry_if(_no_json)),
    broken(
        "sends again after any failure",
        "resend.unknown-fate",
        retry_if(lambda tried: isinstance(tried.outcome, ReportedFailed)),
    ),
    broken("sends again what was never taken", "resend.before", retry_if(_cut_off), ("reset",)),
    broken("sends everything twice", "resend.unknown-fate", retry_if(lambda _: True)),
)

TIME = (
    broken("no time-out", "time.gives-up", Variant(connect=WithoutTimeout), ("hang",), waits=True),
    broken("a time-out by the byte", "time.gives-up", Variant(connect=TimeoutPerByte), ("slow-drip",), waits=True),
    broken("a time-out for each try", "time.gives-up", retry_if(_timed_out, tries=9), ("hang",) * 9, waits=True),
    broken(
        "goes on with a closed connection", "tolerance.closed-connection", Variant(connect=ClosedConnection),
        ("connection closed",), messages=2,
    ),
    broken(
        "goes on with a connection that was closed unannounced", "tolerance.closed-connection",
        Variant(connect=IgnoresSilentClose), ("closed-idle",), messages=2,
    ),
    broken(
        "sends all again on a new connection", "resend.accepted", Variant(connect=SendsAllAgain),
        ("closed-idle",), messages=2,
    ),
    broken(
        "never reads refusals to their end", "time.connections", Variant(connect=Leaking),
        ("refused 61",) * 12, messages=24, waits=True,
    ),
)  # fmt: skip

REPEATS: tuple[BrokenClient, ...] = (*REFUSED, *UNKNOWN, *TIME)
