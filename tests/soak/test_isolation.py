"""Tests that share a server do not affect each other, and the crowd detects when they do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mock_server.session.registry import DEFAULT, Sessions
from mock_server.session.session import Session
from mock_server.testing import MockGateway
from tests.soak.crowd import crowd

STATE = ("queue", "clock", "ids", "journal", "receivers", "snapshots", "store", "stubs")
PRESENCE = ("held_answers", "subscriptions")
"""The parts that every session has for itself."""


def test_tests_on_eight_threads_share_one_server_without_interference() -> None:
    """Each floods, advances, forces failures, restores a snapshot, and checks its counts; `make soak` runs more."""
    with MockGateway() as gateway:
        verdict = crowd(gateway.url, visitors=40)

    assert verdict.complaints == []
    assert verdict.sends == 40 * 12, "a visitor sends ten messages on an average, and two more by its limit"


def of_a_small_crowd() -> list[str]:
    """The complaints of sixteen visitors with a short time-out."""
    with MockGateway() as gateway:
        return crowd(gateway.url, visitors=16, patience=1).complaints


@pytest.mark.parametrize("part", [*STATE, *PRESENCE])
def test_sessions_that_share_a_part_are_detected(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The crowd complains for each part that two sessions could share."""
    shared: dict[str, Any] = {}
    build = Session.__init__

    def built(session: Session, *given: Any, **named: Any) -> None:
        build(session, *given, **named)
        if part in STATE:
            found = shared.setdefault(part, getattr(session.state, part))
            session.state = msgspec.structs.replace(session.state, **{part: found})
        else:
            setattr(session.presence, part, shared.setdefault(part, getattr(session.presence, part)))

    monkeypatch.setattr(Session, "__init__", built)

    assert of_a_small_crowd() != []


def test_a_request_that_reaches_another_session_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitors whose requests reach the default session complain."""
    get = Sessions.get
    astray = {"soak-3", "soak-7"}
    monkeypatch.setattr(Sessions, "get", lambda all_, name: get(all_, DEFAULT if name in astray else name))

    complaining = {complaint.partition(":")[0] for complaint in of_a_small_crowd()}

    assert complaining >= astray
