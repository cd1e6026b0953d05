"""Gateways with one replaced part: a rule, a limit, a window, or what is counted."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import partial
from hashlib import blake2b
from typing import Any
from unittest.mock import patch

import msgspec

from mock_server.domain import rules
from mock_server.domain.decision import Drop, Refused
from mock_server.domain.errors import FLOODED
from mock_server.domain.flooding import Limits, Offer, Tally, WindowKind
from mock_server.domain.instants import SECOND
from mock_server.domain.msisdn import NumberList
from mock_server.domain.policy import Policy
from mock_server.domain.requirements import documented
from mock_server.domain.rules.authentication import authentication
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.destination import destination
from mock_server.domain.rules.duplicate import duplicate
from mock_server.domain.rules.rule import Rule
from mock_server.domain.rules.url import url
from mock_server.domain.submission import Submission
from mock_server.gateway import submit
from mock_server.scenario.compile import Compiled, compiled
from mock_server.session import scenario_in_force
from tests.kit.broken_gateways.breaking import Broken

Part = Callable[[], AbstractContextManager[Any]]


def limits(change: Callable[[Limits], Limits]) -> Part:
    """Give every session other limits than those of its scenario."""
    return policy(lambda right: msgspec.structs.replace(right, limits=change(right.limits)))


def policy(change: Callable[[Policy], Policy]) -> Part:
    """Give every session another policy than that of its scenario."""

    def changed(scenario: Any) -> Compiled:
        found = compiled(scenario)
        other = change(found.policy)
        longest = max((step.after for step in other.plan.steps), default=0)
        return msgspec.structs.replace(found, policy=other, longest_plan=max(found.longest_plan, longest))

    return partial(patch.object, scenario_in_force, "compiled", changed)


def limit(**changes: Callable[[int], Any]) -> Part:
    """Change limits, each computed from the correct one."""
    return limits(
        lambda right: msgspec.structs.replace(
            right, **{name: by(getattr(right, name)) for name, by in changes.items()}
        )
    )


def without(stage: str, *names: str) -> Part:
    """Remove these rules from this stage."""
    kept = tuple(rule for rule in getattr(rules, stage) if rule.name not in names)
    return partial(patch.object, rules, stage, kept)


def in_place(stage: str, name: str, other: Any) -> Part:
    """Replace a rule of this stage by another."""
    changed = tuple(Rule(name, other, rule.describe) if rule.name == name else rule for rule in getattr(rules, stage))
    return partial(patch.object, rules, stage, changed)


def _duplicate_refused(offer: Offer, tally: Tally) -> Refused | Drop | None:
    return Refused(FLOODED, documented("AF-1")) if duplicate(offer, tally) is not None else None


def _authentication_last() -> AbstractContextManager[Any]:
    stage = rules.ATTEMPT_RULES
    return patch.object(rules, "ATTEMPT_RULES", (*stage[2:], *stage[:2]))


def _watchlist_before_url() -> AbstractContextManager[Any]:
    stage = list(rules.SUBMISSION_RULES)
    stage[-1], stage[-2] = stage[-2], stage[-1]
    return patch.object(rules, "SUBMISSION_RULES", tuple(stage))


def _text_after_destination() -> AbstractContextManager[Any]:
    first, second, *others = rules.SUBMISSION_RULES
    return patch.object(rules, "SUBMISSION_RULES", (second, first, *others))


_caller: ContextVar[str] = ContextVar("_caller", default="")


@contextmanager
def _per_account() -> Iterator[None]:
    """Count each account separately: the destination of an offer includes the name of the caller."""
    right = submit.submit

    def offer(to: str, text: str, through: str | None, allowed: Limits) -> Offer:
        return Offer(f"{to}/{_caller.get()}", text, through, allowed)

    async def submit_as(world: Any, attempt: Any, selection: Any) -> Any:
        _caller.set(attempt.username)
        return await right(world, attempt, selection)

    with patch.object(submit, "Offer", offer), patch.object(submit, "submit", submit_as):
        yield


def keyed(spelled: Callable[[Offer], str]) -> Part:
    """Compare texts by another key than the text itself."""

    def key(self: Offer) -> int:
        return int.from_bytes(blake2b(spelled(self).encode(), digest_size=8).digest(), signed=True)

    return partial(patch.object, Offer, "key", property(key))


def _exact_only(self: NumberList, number: str) -> bool:
    return number in self.entries


_url_rule = sys.modules["mock_server.domain.rules.url"]
"""The module, looked up by name because its package has a function of the same name."""


def _find(change: Callable[[str, str | None], str | None]) -> Part:
    """Change how URLs are found."""
    right = _url_rule.find_url

    def find_url(text: str, *, bare_domains: bool = True) -> str | None:
        return change(text, right(text, bare_domains=bare_domains))

    return partial(patch.object, _url_rule, "find_url", find_url)


def _callers_permission(submission: Submission, context: Context) -> Refused | None:
    return url(submission, msgspec.structs.replace(context, sender=context.caller))


def _any_active(attempt: Any, policy: Policy) -> Refused | None:
    awake = {name: msgspec.structs.replace(account, active=True) for name, account in policy.accounts.items()}
    return authentication(attempt, msgspec.structs.replace(policy, accounts=awake))


def _any_code(submission: Submission, context: Context) -> Refused | None:
    found = destination(submission, context)
    return None if found is not None and re.fullmatch(r"\+[1-9]\d{6,14}", submission.destination) else found


def _last_provider(self: Policy) -> str | None:
    return next((each.name for each in reversed(self.providers) if each.up), None)


def _short(window: int) -> int:
    return window - SECOND


PARTS: tuple[Broken, ...] = (
    Broken("the limit at 149", "AF-2", part=limit(volume=lambda n: n - 1)),
    Broken("the limit at 151", "AF-2", part=limit(volume=lambda n: n + 1)),
    Broken("three copies", "AF-1", part=limit(duplicates=lambda n: n + 1)),
    Broken("one copy", "AF-1", part=limit(duplicates=lambda n: n - 1)),
    Broken("a volume window of 3599 s", "AF-4", part=limit(volume_window=_short)),
    Broken("a volume window of 3601 s", "AF-4", part=limit(volume_window=lambda w: w + SECOND)),
    Broken("a duplicates window of 3599 s", "AF-4", part=limit(duplicates_window=_short)),
    Broken("a volume window that never resets", "AF-4", part=limit(volume_window=lambda w: w * 10_000)),
    Broken("a duplicates window that never resets", "AF-4", part=limit(duplicates_window=lambda w: w * 10_000)),
    Broken("fixed windows", "AF-4", part=limit(kind=lambda _: WindowKind.FIXED)),
    Broken("refused messages count", "AF-5", part=limit(count_attempts=lambda _: True)),
    Broken("the duplicate is refused", "AF-1", part=in_place("OFFER_RULES", "duplicate", _duplicate_refused)),
    Broken("the duplicate is handed over", "AF-1", part=without("OFFER_RULES", "duplicate")),
    Broken("counting per account", "AF-3", part=_per_account),
    Broken("texts are compared in lower case", "AF-6", part=keyed(lambda o: f"{o.provider}\0{o.text.lower()}")),
    Broken(
        "texts are compared without blanks", "AF-6", part=keyed(lambda o: f"{o.provider}\0{''.join(o.text.split())}")
    ),
    Broken("copies count across providers", "AF-1", part=keyed(lambda o: o.text)),
    Broken("authentication after validation", "ORD-1", part=_authentication_last),
    Broken("the watchlist before URLs", "ORD-1", part=_watchlist_before_url),
    Broken("the number before the text", "ORD-1", part=_text_after_destination),
    Broken(
        "an account switched off is served", "ACC-1", part=in_place("ATTEMPT_RULES", "authentication", _any_active)
    ),
    Broken("the privilege is not asked", "ACC-2", part=without("ATTEMPT_RULES", "privilege")),
    Broken("anybody can be impersonated", "ACC-3", part=without("SUBMISSION_RULES", "impersonation")),
    Broken("the caller's permission decides", "URL-2", part=in_place("SUBMISSION_RULES", "url", _callers_permission)),
    Broken("an e-mail address is a URL", "URL-3", part=_find(lambda text, found: text if "@" in text else found)),
    Broken(
        "bare domains pass",
        "URL-3",
        part=_find(lambda text, found: found if "://" in text or "www." in text else None),
    ),
    Broken("URLs pass", "ERR-74", part=without("SUBMISSION_RULES", "url")),
    Broken(
        "prefixes of the watchlist are passed over",
        "WL-2",
        part=partial(patch.object, NumberList, "covers", _exact_only),
    ),
    Broken("there is no watchlist", "WL-1", part=without("SUBMISSION_RULES", "watchlist")),
    Broken("unreachable numbers are reached", "ERR-8", part=without("SUBMISSION_RULES", "reachability")),
    Broken("unassigned calling codes pass", "NUM-1", part=in_place("SUBMISSION_RULES", "destination", _any_code)),
    Broken("any webhook", "BAD-6", part=without("SUBMISSION_RULES", "webhook")),
    Broken("the last provider first", "PR-2", part=partial(patch.object, Policy, "provider", _last_provider)),
    Broken("no provider is no obstacle", "ERR-64", part=without("OFFER_RULES", "provider")),
)
