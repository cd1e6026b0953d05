"""Advice on an answer that is not an acceptance: what is wrong, and what to do."""

from __future__ import annotations

from mock_server.domain.decision import Accepted, Decision, Refused
from mock_server.domain.findings import AskedRule
from mock_server.explanation.rules import the_one_that_fired
from mock_server.explanation.unrouted import advice_on_protocol_error
from mock_server.journal.exchange import Exchange
from mock_server.scenario.outcome_header import NAME as OUTCOME_HEADER

_BUG = (
    "This is a bug in the mock, not an answer of the gateway: `bug` holds its traceback. "
    "Report it with this exchange; the client is not the cause."
)
_UNREAL = "it tells nothing about the request"
_GONE = "The client went away before its request was complete: nothing was decided. Look at its time-outs."


def advice(exchange: Exchange, asked: list[AskedRule]) -> str | None:
    """What to do about an answer; `None` for an acceptance."""
    if exchange.bug is not None:
        return _BUG
    if exchange.disconnected:
        return _GONE
    if exchange.protocol_error is not None:
        return advice_on_protocol_error(exchange, exchange.protocol_error)
    decision = exchange.decision
    if decision is not None and decision.forced and not isinstance(decision.verdict, Accepted):
        return _on_stub(f"forces this answer: {_UNREAL}", decision.rule)
    if exchange.transport_effect is not None:
        return _on_stub(f"does this to the connection: {exchange.transport_effect}", *exchange.stubs)
    if decision is None or isinstance(decision.verdict, Accepted):
        return None
    return _on_rule(decision, the_one_that_fired(asked))


def _on_stub(does: str, *names: str) -> str:
    if names == (OUTCOME_HEADER,):
        return f"The header {OUTCOME_HEADER} {does}. Leave the header out."
    return f"The stub {', '.join(names)} {does}. Take the stub away, or send what it does not match."


def _on_rule(decision: Decision, fired: AskedRule | None) -> str | None:
    if fired is None or fired.finding is None:
        return None
    finding, verdict = fired.finding, decision.verdict
    if isinstance(verdict, Refused):
        reason = verdict.reason or verdict.error.message
    else:
        reason = f"answered like an acceptance, but sent to nobody: {finding.limit}"
    return f"{_capitalized(reason)}. {_capitalized(finding.remedy)}."


def _capitalized(said: str) -> str:
    """Start with a capital letter, unless the first word is a name from the request, such as `webhook.url`."""
    return said if "." in said.split(" ", 1)[0] else said[:1].upper() + said[1:]
