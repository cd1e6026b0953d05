"""Clients whose defect shows only in some cases, or only after the first message."""

from __future__ import annotations

import sys

import httpx2

from contract_tests.client.driver.function import Returned
from contract_tests.client.driver.interface import Driver
from contract_tests.client.driver.protocol import Intent, Outcome, ReportedAccepted, ReportedFailed
from tests.kit.broken_clients.base import ClientDriver, Message, SendTry, Variant, interpret
from tests.kit.broken_clients.broken_client import BrokenClient, broken
from tests.kit.broken_clients.retries import retry_if
from tests.kit.broken_clients.wire import CachesAnswers, Hedges, Pooled, Reply, WireRequest

_ROOM = 10
"""The size of a connection pool, a common default."""


class LeavesAnswersOpen(Pooled):
    """Does not read or close answers other than a 200: each keeps its connection."""

    def __init__(self) -> None:
        super().__init__()
        self._http = httpx2.AsyncClient(trust_env=False, verify=False, limits=httpx2.Limits(max_connections=_ROOM))
        self._open: list[httpx2.Response] = []

    async def _asked(self, request: WireRequest, timeout_s: float | None) -> Reply:
        headers, content = request.headers, request.content
        prepared = self._http.build_request("POST", request.url, headers=headers, content=content, timeout=timeout_s)
        try:
            answer = await self._http.send(prepared, stream=True)
            if answer.status_code != 200:
                self._open.append(answer)
                return Reply(answer.status_code, "", b"")
            return Reply(200, answer.headers["content-type"], await answer.aread())
        except httpx2.HTTPError as error:
            raise OSError(f"{type(error).__name__}: {error}") from error


def _once(first: Message) -> Variant:
    """Keeps the first destination forever."""

    def kept(message: Message) -> Message:
        first.setdefault("destination", message["destination"])
        return {**message, "destination": first["destination"]}

    return Variant(message=kept)


def _first_id(reported: list[Outcome]) -> Variant:
    def changed_report(outcome: Outcome, _: Intent) -> Returned:
        if isinstance(outcome, ReportedAccepted):
            reported.append(outcome)
            return reported[0]
        return outcome

    return Variant(report=changed_report)


def _greeting(greeted: list[int]) -> Variant:
    def report(outcome: Outcome, intent: Intent) -> Returned:
        if not greeted:
            sys.stderr.write(f"ready, as {intent.username}:{intent.password}\n")
        greeted.append(intent.id)
        return outcome

    return Variant(report=report)


def _greets() -> Driver:
    return ClientDriver(_greeting([]))


def _sticky() -> Driver:
    return ClientDriver(_once({}))


def _remembers_id() -> Driver:
    return ClientDriver(_first_id([]))


def _accepted(tried: SendTry) -> bool:
    return isinstance(tried.outcome, ReportedAccepted)


def _strict(reply: Reply) -> Outcome:
    """Does not understand answers with unknown members."""
    known = reply.status != 200 or reply.members is None or set(reply.members) <= {"message", "id", "provider"}
    return interpret(reply) if known else ReportedFailed("not understood")


_STRICT_AND_EAGER = Variant(
    interpret=_strict,
    retry=lambda tried: tried.nth < 3 and tried.reply is not None and isinstance(tried.outcome, ReportedFailed),
)

SUBTLE: tuple[BrokenClient, ...] = (
    broken("sends again what was accepted", "resend.accepted", retry_if(_accepted)),
    broken("sends again after an unusual answer", "resend.accepted", _STRICT_AND_EAGER, ("unknown fields",)),
    broken("sends twice at once", "resend.accepted", Variant(connect=Hedges)),
    broken("remembers answers", "driver.escape", Variant(connect=CachesAnswers), ("accepted",), messages=2),
    BrokenClient("the first number forever", "wanted.destination", _sticky),
    BrokenClient("the first id forever", "outcome.id", _remembers_id),
    BrokenClient("prints the password once", "secrets.output", _greets),
    broken("leaves answers open", "driver.escape", Variant(connect=LeavesAnswersOpen),
        ("502",) * (_ROOM + 1), messages=_ROOM + 1, waits=True),
    broken("detailed in every request", "wanted.fields", Variant(message=lambda m: {**m, "detailed": True})),
    broken("a key in every reference", "wanted.reference", Variant(
        message=lambda m: {**m, "reference": {"key": "1", **m["reference"]}} if m.get("reference") else m
    )),
)  # fmt: skip
