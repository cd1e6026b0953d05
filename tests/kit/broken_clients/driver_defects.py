"""Clients that print secrets, break the driver protocol, or do not call the given gateway."""

from __future__ import annotations

import logging
import sys
from base64 import b64encode
from dataclasses import replace
from typing import Any

from contract_tests.client.driver.function import Returned
from contract_tests.client.driver.protocol import Intent, Outcome, ReportedAccepted, ReportedFailed, ReportedRefused
from tests.kit.broken_clients.base import Variant
from tests.kit.broken_clients.broken_client import BrokenClient, broken
from tests.kit.broken_clients.wire import Pooled, Reply, WireRequest

_LOG = logging.getLogger("broken client")

_NOWHERE = "http://127.0.0.1:9"
"""A URL where no gateway listens."""


def _prints(outcome: Outcome, intent: Intent) -> Returned:
    sys.stdout.write(f"sending as {intent.username}:{intent.password}\n")
    return outcome


def _prints_header(outcome: Outcome, intent: Intent) -> Returned:
    sys.stderr.write(f"> Authorization: {intent.login.header}\n")
    return outcome


def _prints_encoded(outcome: Outcome, intent: Intent) -> Returned:
    sys.stderr.write(b64encode(intent.password.encode()).decode() + "\n")
    return outcome


def _logs(outcome: Outcome, intent: Intent) -> Returned:
    _LOG.warning("signed in with %s", intent.members())
    return outcome


def _gives_reason(outcome: Outcome, intent: Intent) -> Returned:
    return (
        ReportedFailed(f"{outcome.reason} (as {intent.login.header})")
        if isinstance(outcome, ReportedFailed)
        else outcome
    )


def _raises(outcome: Outcome, _: Intent) -> Returned:
    if isinstance(outcome, ReportedRefused):
        raise RuntimeError(f"refused with {outcome.code}")  # noqa: TRY004 - not about a type
    return outcome


def _says_nothing(outcome: Outcome, _: Intent) -> Any:
    return None if isinstance(outcome, ReportedFailed) else outcome


def _code_as_text(outcome: Outcome, _: Intent) -> Returned:
    return {"outcome": "refused", "code": str(outcome.code)} if isinstance(outcome, ReportedRefused) else outcome


def _without_id(outcome: Outcome, _: Intent) -> Returned:
    return {"outcome": "accepted"} if isinstance(outcome, ReportedAccepted) else outcome


def _elsewhere(request: WireRequest, intent: Intent) -> WireRequest:
    return replace(request, url=request.url.replace(intent.base_url, _NOWHERE))


def _without_prefix(request: WireRequest, intent: Intent) -> WireRequest:
    """Uses only the host of the base URL."""
    scheme, _, rest = intent.base_url.partition("://")
    return replace(request, url=request.url.replace(intent.base_url, f"{scheme}://{rest.partition('/')[0]}"))


class SendsNothing(Pooled):
    """Sends nothing at all."""

    async def exchange(self, request: WireRequest, timeout_s: float) -> Reply:  # noqa: ARG002 - that is the defect
        """Return an invented answer."""
        return Reply(200, "application/json", b'{"message": "", "id": "7d9f0f5e-2222-4222-8333-444455556666"}')


OUTPUT = (
    broken("prints the password", "secrets.output", Variant(report=_prints)),
    broken("prints the header", "secrets.output", Variant(report=_prints_header)),
    broken("prints the password in Base64", "secrets.output", Variant(report=_prints_encoded)),
    broken("logs the intent", "secrets.output", Variant(report=_logs)),
    broken("the password in a reason", "secrets.output", Variant(report=_gives_reason)),
)

PROTOCOL = (
    broken("raises at a refusal", "driver.protocol", Variant(report=_raises)),
    broken("says nothing of a failure", "driver.protocol", Variant(report=_says_nothing)),
    broken("a code as text", "driver.protocol", Variant(report=_code_as_text)),
    broken("accepted without an id", "driver.protocol", Variant(report=_without_id)),
)

ESCAPE = (
    broken("sends nothing", "driver.escape", Variant(connect=SendsNothing)),
    broken("a gateway of its own", "driver.escape", Variant(request=_elsewhere)),
    broken("forgets the path of the base URL", "driver.escape", Variant(request=_without_prefix)),
)

DRIVER_DEFECTS: tuple[BrokenClient, ...] = (*OUTPUT, *PROTOCOL, *ESCAPE)
