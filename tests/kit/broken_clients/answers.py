"""Clients that misinterpret answers, or report another outcome."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from contract_tests.client.driver.protocol import Outcome, ReportedAccepted, ReportedFailed, ReportedRefused
from tests.kit.broken_clients.base import Variant, interpret
from tests.kit.broken_clients.broken_client import BrokenClient, broken
from tests.kit.broken_clients.wire import Reply, WithoutChunks

_ID = "7d9f0f5e-1111-4222-8333-444455556666"
"""An invented id."""


def accept_if(when: Callable[[Reply], bool]) -> Variant:
    """Treats some answers as acceptances."""

    def interpretation(reply: Reply) -> Outcome:
        if not when(reply):
            return interpret(reply)
        said = (reply.members or {}).get("id")
        return ReportedAccepted(said if isinstance(said, str) else _ID)

    return Variant(interpret=interpretation)


def fail_if(when: Callable[[Reply], bool]) -> Variant:
    """Does not understand some answers."""
    return Variant(interpret=lambda reply: ReportedFailed("not understood") if when(reply) else interpret(reply))


def _only_json(reply: Reply) -> Outcome:
    said = reply.content_type
    if "json" not in said and reply.status == 200 and reply.members is not None:
        raise TypeError(said)
    return interpret(reply)


def changed_report(change: Callable[[Outcome], Outcome]) -> Variant:
    """Reports a changed outcome."""
    return Variant(report=lambda outcome, _: change(outcome))


def _member(name: str, reply: Reply) -> object:
    return None if reply.members is None else reply.members.get(name)


def _renamed(change: Callable[[str], str]) -> Variant:
    return changed_report(
        lambda said: replace(said, message_id=change(said.message_id)) if isinstance(said, ReportedAccepted) else said
    )


def _other_code(change: Callable[[int], int]) -> Variant:
    return changed_report(
        lambda said: ReportedRefused(change(said.code)) if isinstance(said, ReportedRefused) else said
    )


def _by_status(reply: Reply) -> Outcome:
    found = interpret(reply)
    return found if isinstance(found, ReportedAccepted) or reply.status == 200 else ReportedRefused(reply.status)


def _by_pattern(reply: Reply) -> Outcome:
    """Parses an acceptance with a pattern for one order of members without white space."""
    found = interpret(reply)
    line = re.match(rb'\{"message": ?"[^"]*", ?"id": ?"([^"]+)"', reply.body)
    return ReportedFailed("not understood") if isinstance(found, ReportedAccepted) and line is None else found


def _lax_code(reply: Reply) -> Outcome:
    code = _member("code", reply)
    return ReportedRefused(int(code)) if isinstance(code, str) and code.isdigit() else interpret(reply)


SUCCESS = (
    broken("any JSON is a success", "outcome.accepted", accept_if(lambda reply: reply.members is not None)),
    broken("any 200 is a success", "outcome.accepted", accept_if(lambda reply: reply.status == 200)),
    broken("an empty 200 is a success", "outcome.accepted", accept_if(lambda r: r.status == 200 and not r.body)),
    broken("a page with 200 is a success", "outcome.accepted", accept_if(
        lambda reply: reply.status == 200 and "html" in reply.content_type
    )),
    broken("a 200 without id is a success", "outcome.accepted", accept_if(
        lambda reply: reply.status == 200 and reply.members is not None and _member("id", reply) is None
    )),
    broken("a 202 is a success", "outcome.contradiction", accept_if(lambda reply: reply.status == 202)),
    broken("a 200 with a code is a success", "outcome.contradiction", accept_if(
        lambda reply: reply.status == 200 and _member("code", reply) is not None
    )),
    broken("an id is a success", "outcome.contradiction", accept_if(lambda r: isinstance(_member("id", r), str))),
    broken("60 is a success", "outcome.accepted", accept_if(lambda reply: _member("code", reply) == 60)),
    broken("swallows every failure", "outcome.unknown-fate", changed_report(
        lambda said: ReportedAccepted("unknown") if isinstance(said, ReportedFailed) else said
    )),
    broken("what was reset has arrived", "outcome.unknown-fate", Variant(on_error=lambda _: ReportedAccepted(_ID))),
)  # fmt: skip

WORDS = (
    broken("an id of its own", "outcome.id", _renamed(lambda _: _ID)),
    broken("the id is cut", "outcome.id", _renamed(lambda said: said[:8])),
    broken("the id in upper case", "outcome.id", _renamed(str.upper)),
    broken("a provider of its own", "outcome.provider", changed_report(
        lambda said: replace(said, provider="PROVIDER1") if isinstance(said, ReportedAccepted) else said
    )),
    broken("every refusal is 8", "outcome.refused", _other_code(lambda _: 8)),
    broken("codes shifted by one", "outcome.refused", _other_code(lambda code: code + 1)),
    broken("the status for the code", "outcome.refused", Variant(interpret=_by_status)),
    broken("a code that is text", "outcome.refused", Variant(interpret=_lax_code)),
    broken("what is lost is 64", "outcome.unknown-fate", Variant(on_error=lambda _: ReportedRefused(64))),
    broken("every acceptance failed", "outcome.failed", changed_report(
        lambda said: ReportedFailed("too bad") if isinstance(said, ReportedAccepted) else said
    )),
)  # fmt: skip

TOLERANCE = (
    broken("fails on an unknown field", "tolerance.answers", fail_if(
        lambda reply: reply.status == 200 and not set(reply.members or {}) <= {"id", "message", "provider"}
    )),
    broken("fails on a null provider", "tolerance.answers", fail_if(
        lambda reply: "provider" in (reply.members or {}) and _member("provider", reply) is None
    )),
    broken("fails without a provider", "tolerance.answers", fail_if(
        lambda reply: reply.status == 200 and "provider" not in (reply.members or {"provider": None})
    )),
    broken("knows one order of members", "tolerance.answers", Variant(interpret=_by_pattern)),
    broken("knows no chunks", "tolerance.answers", Variant(connect=WithoutChunks)),
    broken("dies of a wrong content type", "tolerance.content-type", Variant(interpret=_only_json)),
    broken("fails on a charset", "tolerance.answers", fail_if(
        lambda reply: reply.status == 200 and "charset" in reply.content_type
    )),
)  # fmt: skip

ANSWERS: tuple[BrokenClient, ...] = (*SUCCESS, *WORDS, *TOLERANCE)
