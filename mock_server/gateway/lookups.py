"""What the Message Status API and the health checks answer (MS-2, MS-3, OP-4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server import wire
from mock_server.domain.decision import Decision
from mock_server.domain.delivery import latest
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.rules import object_to_health_check
from mock_server.domain.submission import Attempt
from mock_server.session.session import Session


async def message_status(session: Session, message_id: str) -> bytes | None:
    """The answer to a look-up by id; `None` when the id is not known (MS-3)."""
    message = await session.state.store.message(message_id)
    return None if message is None else wire.status_answer(await _view(session, message))


async def statuses_of_number(session: Session, number: str, before: Instant | None, count: int) -> bytes:
    """The answer to a look-up by destination (MS-2)."""
    found = await session.state.store.by_destination(number, before, count)
    return wire.statuses_answer([await _view(session, message) for message in found])


async def statuses_of_reference(session: Session, key: str, before: Instant | None, count: int) -> bytes:
    """The answer to a look-up by reference key (MS-2)."""
    found = await session.state.store.by_reference(key, before, count)
    return wire.statuses_answer([await _view(session, message) for message in found])


def service_status(session: Session, attempt: Attempt) -> Decision | None:
    """The refusal of a health check for administrators; `None` where it may be answered (OP-4)."""
    objection = object_to_health_check(attempt, session.policy)
    return None if objection is None else Decision(objection.said, objection.rule, objection.said.requirement)


async def _view(session: Session, message: Message) -> Mapping[str, Any]:
    """A message with its present status, which is computed on demand."""
    change = latest(await session.state.store.life(message), session.now())
    return wire.status_view(message, change, session.state.ids.derived_id("provider", message.id))
