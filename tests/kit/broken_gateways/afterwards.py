"""Gateways that are wrong after the 200: in statuses, in notifications, and in look-ups of messages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

import msgspec

from mock_server.adapters import webhook_sender
from mock_server.api import message_status
from mock_server.domain.decision import SilentlyDropped
from mock_server.domain.delivery import Plan, Status, Step
from mock_server.domain.delivery import changes as all_changes
from mock_server.domain.instants import SECOND, Instant
from mock_server.domain.notification import notifications as all_notifications
from mock_server.domain.policy import Policy
from mock_server.domain.segmentation import segmentation
from mock_server.gateway import scheduler, submit
from mock_server.gateway import webhooks as delivering
from mock_server.ports import WebhookAnswer
from mock_server.session.delivery_queue import QueueEntry
from tests.kit.broken_gateways.breaking import Broken, ChangeAnswer, GivenAnswer, SentRequest
from tests.kit.broken_gateways.parts import policy

Part = Callable[[], AbstractContextManager[Any]]
_receipts, _wire = sys.modules["mock_server.wire.receipts"], sys.modules["mock_server.wire"]


def webhooks(**changes: Any) -> Part:
    """Deliver notifications with other settings."""
    return policy(
        lambda right: msgspec.structs.replace(right, webhooks=msgspec.structs.replace(right.webhooks, **changes))
    )


def plan(*steps: Step) -> Part:
    """Use another delivery plan if the scenario has none."""
    return policy(lambda right: msgspec.structs.replace(right, plan=Plan(steps)) if right.plan == Plan() else right)


def receipt(change: Callable[[dict[str, Any], int], None]) -> Part:
    """Change the body of each webhook attempt; the function gets the content and the number of the attempt."""
    attempts = count()
    right = delivering._deliver

    async def deliver(session: Any, message: Any, body: bytes, content_type: str) -> WebhookAnswer:
        content = json.loads(body)
        change(content, next(attempts))
        return await right(session, message, json.dumps(content).encode(), content_type)

    return partial(patch.object, delivering, "_deliver", deliver)


def view(change: Callable[[Any, dict[str, Any]], None]) -> Part:
    """Change how a message is shown, in look-ups and in notifications."""
    right = _receipts.status_view

    def status_view(message: Any, moment: Any, provider_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = right(message, moment, provider_id)
        change(message, shown)
        return shown

    def both() -> AbstractContextManager[Any]:
        stack = ExitStack()
        for module in (_wire, _receipts):
            stack.enter_context(patch.object(module, "status_view", status_view))
        return stack

    return both


def posting(
    headers: dict[str, str] | None = None, *, redirects: bool = False, content_type: str | None = None
) -> Part:
    """Change how notifications are posted."""

    async def exchange(client: Any, url: str, body: bytes, declared: str) -> tuple[int, bytes]:
        sent = {"Content-Type": content_type or declared, **(headers or {})}
        async with client.post(url, data=body, headers=sent, allow_redirects=redirects) as answer:
            return answer.status, b""

    return partial(patch.object, webhook_sender, "_exchange", exchange)


def look_up(change: ChangeAnswer) -> ChangeAnswer:
    """Change the answers to look-ups only."""
    return lambda asked, said: change(asked, said) if asked.path.startswith("/api/messagestatus/") else said


def on_look_up(status: int, becomes: int) -> ChangeAnswer:
    """Replace this status of answers to look-ups by another."""
    return look_up(
        lambda _, said: replace(said, status=becomes).having(code=becomes) if said.status == status else said
    )


def segments(cut: Callable[[str, int], int]) -> Part:
    """Change how segments are counted."""

    def change(message: Any, shown: dict[str, Any]) -> None:
        if "sms" in shown:
            shown["sms"] = {"segments": cut(message.submission.text, segmentation(message.submission.text).segments)}

    return view(change)


def _initial_too() -> AbstractContextManager[Any]:
    right = all_changes

    def changes(plan: Plan, at: Instant) -> tuple[Any, ...]:
        life = right(plan, at)
        return (life[0], *life)

    return patch.object(scheduler, "changes", changes)


def _backwards() -> AbstractContextManager[Any]:
    right = all_notifications

    def notifications(changes: Any, adversity: Any) -> Any:
        found = right(changes, adversity)
        last = found[-1].due if found else None
        return tuple(msgspec.structs.replace(each, due=last) for each in reversed(found))

    return patch.object(delivering, "notifications", notifications)


def _every_success_retried() -> AbstractContextManager[Any]:
    right = delivering._settle

    def settle(session: Any, entry: Any, record: Any, answered: WebhookAnswer, ended: Instant) -> None:
        right(session, entry, record, WebhookAnswer(500, None, b"", answered.wall_seconds), ended)

    return patch.object(delivering, "_settle", settle)


@contextmanager
def _drops_are_notified() -> Iterator[None]:
    right = submit._hand_over

    async def hand_over(handing: Any) -> Any:
        decision = await right(handing)
        verdict, policy = decision.verdict, handing.context.policy
        if isinstance(verdict, SilentlyDropped) and handing.submission.webhook is not None:
            fate = submit._Fate(policy.plan, policy.webhooks.adversity)
            dropped = submit._message(handing, verdict.message_id, verdict.provider, fate)
            await scheduler.begin(handing.session, dropped)
        return decision

    with patch.object(submit, "_hand_over", hand_over):
        yield


def _drops_are_known(right: Policy) -> Policy:
    return msgspec.structs.replace(right, readings=msgspec.structs.replace(right.readings, dropped_is_rejected=True))


def _later_by_one() -> AbstractContextManager[Any]:
    right = message_status._send_date

    def send_date(request: Any) -> Instant | None:
        found = right(request)
        return None if found is None else Instant(found + SECOND)

    return patch.object(message_status, "_send_date", send_date)


def _a_plus_is_a_blank() -> AbstractContextManager[Any]:
    right = message_status.StatusEndpoint.__call__

    async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
        if b"%2b" not in scope.get("raw_path", b"").lower():
            scope["path_params"]["key"] = scope["path_params"]["key"].replace("+", " ")
        await right(self, scope, receive, send)

    return patch.object(message_status.StatusEndpoint, "__call__", call)


def _oldest_first(_: SentRequest, said: GivenAnswer) -> GivenAnswer:
    found = said.members.get("messages")
    return said.having(messages=found[::-1]) if isinstance(found, list) else said


def _code_as_number(_: Any, shown: dict[str, Any]) -> None:
    shown["provider"] = {**shown["provider"], "code": int(shown["provider"]["code"])}


def _counted_by_characters(text: str, right: int) -> int:
    if all(ord(character) < 0x10000 for character in text):
        return right
    return -(-len(text) // 67) if len(text) > 70 else 1


def _other_time(content: dict[str, Any], attempt: int) -> None:
    content["createdAt"] = f"2026-01-15T10:{attempt // 60 % 60:02d}:{attempt % 60:02d}Z"


def _other_body(content: dict[str, Any], attempt: int) -> None:
    content["message"]["provider"]["message"] = f"attempt {attempt}"


def _other_id(content: dict[str, Any], attempt: int) -> None:
    content["id"] = f"6f1c1c5e-3a52-4b8e-9a55-{attempt:012x}"


def _other_configuration(content: dict[str, Any], attempt: int) -> None:
    content["webhookConfigurationId"] = f"0b9d6a7e-58c4-4f0f-8f0e-{attempt:012x}"


def _other_message_id(content: dict[str, Any], _: int) -> None:
    content["message"]["id"] = content["id"]


_SENT, _DELIVERED = Step(SECOND, Status.SENT), Step(3 * SECOND, Status.DELIVERED)
_repeat_at = QueueEntry.repeat_at

LIFE: tuple[Broken, ...] = (
    Broken("SENT a second late", "ST-2", part=plan(Step(2 * SECOND, Status.SENT), _DELIVERED)),
    Broken("SENT at once", "ST-1", part=plan(Step(0, Status.SENT), _DELIVERED)),
    Broken("DELIVERED without SENT", "ST-2", part=plan(_DELIVERED)),
    Broken("DELIVERED a second early", "ST-2", part=plan(_SENT, Step(2 * SECOND, Status.DELIVERED))),
    Broken("SENT for ever", "ST-2", part=plan(_SENT)),
    Broken("two segments at 160", "REQ-2", part=segments(lambda t, n: 2 if t.isascii() and len(t) == 160 else n)),
    Broken("one segment at 161", "REQ-2", part=segments(lambda t, n: 1 if t.isascii() and len(t) == 161 else n)),
    Broken("parts of 160", "REQ-2", part=segments(lambda t, n: -(-len(t) // 160) if t.isascii() else n)),
    Broken("parts of 152", "REQ-2", part=segments(lambda t, n: -(-len(t) // 152) if n > 1 and t.isascii() else n)),
    Broken("an emoji is one unit", "REQ-2", part=segments(_counted_by_characters)),
    Broken("provider.code as a number", "WH-2", part=view(_code_as_number)),
    Broken("RCS is called SMS", "ST-1", part=view(lambda _, shown: shown.update(channel="SMS", sms={"segments": 1}))),
)

NOTIFICATIONS: tuple[Broken, ...] = (
    Broken("notifies the initial status", "WH-1", part=_initial_too),
    Broken("notifies nobody", "WH-1", part=partial(patch.object, scheduler, "put", lambda *_: None)),
    Broken("an Authorization header", "WH-1", part=posting({"Authorization": "Basic YTpi"})),
    Broken("notifications are text", "WH-2", part=posting(content_type="text/plain")),
    Broken("createdAt is the time of the attempt", "WH-2", part=receipt(_other_time)),
    Broken("another type", "WH-2", part=receipt(lambda content, _: content.update(type="STATUS"))),
    Broken("a configuration for each attempt", "WH-3", part=receipt(_other_configuration)),
    Broken("one configuration for all", "WH-3", part=receipt(lambda content, _: _other_configuration(content, 1))),
    Broken("a new id on a retry", "WH-4", part=receipt(_other_id)),
    Broken("another body on a retry", "WH-4", part=receipt(_other_body)),
    Broken("no retry", "WH-4", part=webhooks(retries=())),
    Broken("one retry too few", "WH-4", part=policy(lambda right: _with_retries(right, slice(0, 5)))),
    Broken(
        "retries a second late",
        "WH-4",
        part=partial(
            patch.object, QueueEntry, "repeat_at", lambda self, due: _repeat_at(self, Instant(due + SECOND))
        ),
    ),
    Broken("retries after success", "WH-4", part=_every_success_retried),
    Broken("follows redirects", "WH-4", part=posting(redirects=True)),
    Broken(
        "only 200 counts as taken",
        "WH-4",
        part=partial(patch.object, WebhookAnswer, "taken", property(lambda a: a.status == 200)),
    ),
    Broken("the wrong order", "WH-5", part=_backwards),
    Broken("nothing waits", "WH-5", part=webhooks(in_order=False)),
    Broken("another id than the send's", "WH-6", part=receipt(_other_message_id)),
    Broken("a dropped duplicate is notified", "AF-7", part=_drops_are_notified),
)

LOOK_UPS: tuple[Broken, ...] = (
    Broken("401 for a bad API key", "MS-1", answer=on_look_up(403, 401)),
    Broken("any API key", "MS-1", part=partial(patch.object, message_status, "_authorize", lambda *_: None)),
    Broken("an unknown id is 400", "MS-3", answer=on_look_up(404, 400)),
    Broken("a bad count is 500", "MS-3", answer=on_look_up(400, 500)),
    Broken("count up to 1000", "MS-3", part=partial(patch.object, message_status, "_MOST", 1000)),
    Broken("count is ignored", "MS-2", part=partial(patch.object, message_status, "_count", lambda _: 100)),
    Broken("100 where nothing is said", "MS-2", part=partial(patch.object, message_status, "_DEFAULT_COUNT", 100)),
    Broken("oldest first", "MS-2", answer=look_up(_oldest_first)),
    Broken("sendDate inclusive", "MS-5", part=_later_by_one),
    Broken("sendDate ignored", "MS-5", part=partial(patch.object, message_status, "_send_date", lambda _: None)),
    Broken("a plus in the path is a blank", "MS-4", part=_a_plus_is_a_blank),
    Broken("a dropped duplicate is known", "AF-7", part=policy(_drops_are_known)),
    Broken("look-ups without their wrapping", "MS-3", answer=look_up(lambda _, s: _unwrapped(s))),
)

AFTERWARDS: tuple[Broken, ...] = (*LIFE, *NOTIFICATIONS, *LOOK_UPS)


def _with_retries(right: Policy, kept: slice) -> Policy:
    rules = right.webhooks
    return msgspec.structs.replace(right, webhooks=msgspec.structs.replace(rules, retries=rules.retries[kept]))


def _unwrapped(said: GivenAnswer) -> GivenAnswer:
    found = said.members.get("message")
    return replace(said, body=json.dumps(found).encode()) if isinstance(found, dict) else said
