"""What each rule saw, what it compared with, and what would have made it pass."""

from __future__ import annotations

from typing import Any

import msgspec

from mock_server import wire
from mock_server.domain.decision import Decision, Drop, Objection, Refused, SilentlyDropped
from mock_server.domain.findings import AskedRule, ExplainedCase, RuleVerdict
from mock_server.domain.flooding import NOTHING_COUNTED
from mock_server.domain.policy import Account, Policy
from mock_server.domain.rules import HEALTH_RULES, ORDER
from mock_server.domain.secrets import Secrets
from mock_server.domain.stub import RequestFacts
from mock_server.domain.submission import Attempt, BasicCredentials, Operation, Presented, Submission, Unreadable
from mock_server.explanation.masking import masked
from mock_server.journal.exchange import Exchange

_HEALTH = tuple(rule.name for rule in HEALTH_RULES)
_FIRED = frozenset({RuleVerdict.REFUSED, RuleVerdict.DROPPED})


def rules_asked(exchange: Exchange, secrets: Secrets) -> list[AskedRule]:
    """Every rule of the operation in order; empty if no rule was asked."""
    policy, decision = exchange.policy, exchange.decision
    rules = _HEALTH if exchange.operation is None else ORDER
    if policy is None or (decision is None and (exchange.operation is not None or exchange.account is None)):
        return []
    if decision is not None and decision.forced and decision.natural is None and decision.tally is None:
        return [AskedRule(rule, RuleVerdict.NOT_ASKED) for rule in rules]
    return _case(exchange, policy, decision, secrets).findings(rules)


def stubs_asked(exchange: Exchange) -> RequestFacts | None:
    """What stubs match on in a send; `None` if its body is not kept whole, and for any other request."""
    if exchange.operation is None or not _body_is_whole(exchange):
        return None
    content = _content(exchange)
    caller = "" if exchange.account is None else exchange.account.username
    return RequestFacts(exchange.operation, caller, content if isinstance(content, Submission) else None)


def the_one_that_fired(asked: list[AskedRule]) -> AskedRule | None:
    """The rule that decided, or that would have decided without a stub."""
    return next((each for each in asked if each.said in _FIRED), None)


def rules_view(exchange: Exchange, asked: list[AskedRule], secrets: Secrets) -> dict[str, Any]:
    """The rules as the control API shows them, and why values are missing, if any are."""
    missing = any(each.finding is not None and each.finding.saw is None for each in asked)
    return {
        "rules": [_rule(each, secrets) for each in asked],
        "values_missing": _what_became_of_the_body(exchange) if missing else None,
    }


def _rule(asked: AskedRule, secrets: Secrets) -> dict[str, Any]:
    finding = asked.finding
    if finding is None:
        return {
            "rule": asked.rule,
            "said": asked.said.value,
            "saw": None,
            "limit": None,
            "requirement": None,
            "grade": None,
            "to_pass": None,
        }
    return {
        "rule": asked.rule,
        "said": asked.said.value,
        "saw": masked(finding.saw, secrets),
        "limit": masked(finding.limit, secrets),
        "requirement": finding.requirement.id,
        "grade": finding.requirement.grade.value,
        "to_pass": masked(finding.remedy, secrets) if asked.said in _FIRED else None,
    }


def _case(exchange: Exchange, policy: Policy, decision: Decision | None, secrets: Secrets) -> ExplainedCase:
    objection = None if decision is None else _objection(decision)
    kept = exchange.operation is None or _body_is_whole(exchange)
    content = _content(exchange) if kept else Submission(destination=exchange.destination or "")
    if objection is not None and objection.rule == "destination" and isinstance(content, Submission):
        # The advice rewrites the number, so a password in it has to be masked before.
        content = msgspec.structs.replace(content, destination=masked(content.destination, secrets))
    operation = exchange.operation or Operation.ADMIN
    attempt = Attempt(operation, _credentials(exchange.account), content, exchange.at, exchange.id)
    tally = NOTHING_COUNTED if decision is None or decision.tally is None else decision.tally
    return ExplainedCase(attempt, policy, tally, objection, body_kept=kept)


def _content(exchange: Exchange) -> Submission | Unreadable:
    """The content of the body, read again; empty for a health check, which has no body."""
    if exchange.operation is None:
        return Submission()
    return wire.read_submission(exchange.body or b"", exchange.operation)


def _credentials(account: Account | None) -> BasicCredentials | Presented:
    """The credentials of the account that authenticated. Wrong ones are not kept; the refusal says what was wrong."""
    return Presented.NOTHING if account is None else BasicCredentials(account.username, account.password)


def _objection(decision: Decision) -> Objection[Refused | Drop] | None:
    if decision.forced:
        return decision.natural
    if isinstance(decision.verdict, Refused):
        return Objection(decision.rule, decision.verdict)
    if isinstance(decision.verdict, SilentlyDropped) and decision.requirement is not None:
        return Objection(decision.rule, Drop(decision.requirement))
    return None


def _body_is_whole(exchange: Exchange) -> bool:
    return exchange.body is not None and exchange.body_read and not exchange.body_cut


def _what_became_of_the_body(exchange: Exchange) -> str:
    why = "was too long to be kept whole" if exchange.body_cut else "had to go for newer ones"
    return f"the body {why}: what the rules saw in it is not known any more"
