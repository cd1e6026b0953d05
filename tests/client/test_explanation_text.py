"""Explanations as text for a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.client.explaining import harmless, lines_of
from mock_server.domain.rules import ORDER
from tests.support import SessionClient, SessionFactory


def explained(world: SessionClient, **send: object) -> str:
    """The explanation of one send, as text."""
    return "\n".join(lines_of(world.why(world.send(**send))))  # type: ignore[arg-type]


def test_a_refusal_is_explained_from_outcome_to_flags(world: SessionClient) -> None:
    """The request, its outcome, the advice; then every rule with its finding."""
    lines = lines_of(world.why(world.send("Hi", "+447700900061", priority=1)))

    assert lines[0] == f"exchange 1, 2026-01-15T09:00:00Z: POST {world.prefix}/api/Admin/send to +447700900061"
    assert lines[1] == "refused with code 61 (HTTP 500), decided by: watchlist (WL-1, documented)"
    assert lines[2] == ""
    assert lines[3].startswith("The destination is on the watchlist: +447700900061. Send to a number")
    assert lines[5] == "rules asked:"
    assert lines[9] == "  ✓ length          2 characters; at most 1600 characters  [BAD-3, assumed]"
    watchlist, volume = (6 + ORDER.index(rule) for rule in ("watchlist", "volume"))
    assert (
        lines[watchlist] == "  ✗ watchlist       +447700900061; on the watchlist: +447700900061  [WL-1, documented]"
    )
    assert lines[volume] == "  \N{EN DASH} volume          not asked"
    assert lines[-2:] == ["", "unknown fields, ignored: priority"]


def test_an_acceptance_names_its_message_and_gives_no_advice(world: SessionClient) -> None:
    """It needs none."""
    response = world.send()
    lines = lines_of(world.why(response))

    assert lines[1] == "accepted (HTTP 200), decided by: provider accepted (ANS-1, documented)"
    assert lines[2:5] == [f"message {response.json()['id']}", "", "rules asked:"]
    assert len(lines) == 5 + len(ORDER)


def test_a_forced_answer_shows_the_stub_and_the_natural_outcome(worlds: SessionFactory) -> None:
    """Also whether a retry can help."""
    world = worlds(stubs=[{"when": {"destination": "+44*"}, "then": {"refuse": 60}}])

    natural, refused = explained(world), explained(world, text="")
    dropped_limit = worlds(
        stubs=[{"when": {"destination": "+44*"}, "then": {"refuse": 60}}],
        anti_flooding={"duplicates": {"limit": 0}},
    )

    assert "refused with code 60 (HTTP 500), forced by: stubs[0] (ERR-60, documented); a retry can help" in natural
    assert "without the stub: accepted" in natural
    assert "without the stub: refused with code 66, decided by: text (ERR-66, assumed)" in refused
    assert "without the stub: silently dropped, decided by: duplicate (AF-1, documented)" in explained(dropped_limit)


def test_an_exchange_without_rules_has_no_table(world: SessionClient) -> None:
    """An unknown path, a health check, duplicate keys."""
    lines = lines_of(world.why(world.post("/api/Admin/sent")))
    health = lines_of(world.why(world.post("/api/Services/checkServiceStatus", auth=None)))
    doubled = lines_of(world.why(world.send_raw(b'{"text":"a","text":"b","destination":"+447700900123"}')))

    assert len(lines) == 4
    assert lines[1] == "refused with code 404 (HTTP 404), decided by: path (BAD-5, assumed)"
    assert health[1:] == ["answered (HTTP 200)"]
    assert doubled[-1] == "keys given twice, the last counts: text"


EXPLAINED: dict[str, Any] = {
    "id": "7",
    "at": "2026-01-15T09:00:00Z",
    "method": "POST",
    "path": "/api/Admin/send",
    "destination": None,
    "status": None,
    "outcome": "open",
    "code": None,
    "rule": None,
    "requirement": None,
    "grade": None,
    "forced": False,
    "message_id": None,
    "persistence": None,
    "advice": None,
    "rules": [],
    "values_missing": None,
    "without_stub": None,
    "stubs": [],
    "unknown_fields": [],
    "duplicate_keys": [],
    "bug": None,
}


def test_an_open_exchange_has_two_lines() -> None:
    """The request, and that it is open."""
    assert lines_of(EXPLAINED) == ["exchange 7, 2026-01-15T09:00:00Z: POST /api/Admin/send", "open"]


def test_a_stub_for_the_delivery_is_named_beside_the_deciding_rule(worlds: SessionFactory) -> None:
    """The rule decided the answer, which is natural."""
    world = worlds(stubs=[{"then": {"deliver": "UNDELIVERED"}}])

    lines = lines_of(world.why(world.send()))

    assert lines[1] == "accepted (HTTP 200), decided by: provider accepted (ANS-1, documented)"
    assert lines[3] == "forced besides by: stubs[0]"


def test_near_misses_show_what_differed() -> None:
    """The field, its value, and the stub's criterion."""
    near = [{"id": "s1", "differs": "text", "wanted": {"contains": "late"}, "saw": "Hello\n"}]

    lines = lines_of({**EXPLAINED, "stubs_nearly_matched": near})

    assert lines[3:] == [
        "stubs that nearly matched:",
        "  s1: text is 'Hello\\n', wanted {'contains': 'late'}",
    ]


def test_an_evicted_value_is_omitted_with_the_reason() -> None:
    """Neither `None` nor an empty cell."""
    rule = {"rule": "text", "said": "passed", "saw": None, "limit": None, "requirement": "ERR-66", "grade": "assumed"}

    lines = lines_of({**EXPLAINED, "rules": [rule], "values_missing": "the body is gone"})

    assert lines[3:] == ["rules asked:", "  ✓ text  [ERR-66, assumed]", "  (the body is gone)"]


def test_the_traceback_of_a_bug_is_shown_line_by_line() -> None:
    """Unchanged, except for terminal control characters."""
    lines = lines_of({**EXPLAINED, "outcome": "bug", "bug": "Traceback:\n  here\x1b[2J\nKeyError: 'x'\n"})

    assert lines[3:] == ["Traceback:", "  here\\x1b[2J", "KeyError: 'x'"]


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "a\nb", "\r", "\x07", "\x9b31m", "\u202e", "\u2028", "\u200b", "\ud800"]
)
def test_terminal_control_characters_are_escaped(hostile: str) -> None:
    """Escapes, line breaks, bells and direction overrides, in any part."""
    everywhere = {
        **EXPLAINED,
        "path": hostile,
        "destination": hostile,
        "advice": hostile,
        "unknown_fields": [hostile],
        "stubs_nearly_matched": [{"id": hostile, "differs": hostile, "wanted": hostile, "saw": hostile}],
        "bug": hostile,
    }

    assert all(line.isprintable() for line in lines_of(everywhere))
    assert harmless(hostile) == repr(hostile)[1:-1]


def test_printable_characters_are_unchanged() -> None:
    """Letters of any script, accents and emoji."""
    assert harmless("Grüße, 你好 🎉 'x' \\") == "Grüße, 你好 🎉 'x' \\"


def test_a_message_cannot_control_the_terminal(world: SessionClient) -> None:
    """From the request to the output."""
    lines = lines_of(world.why(world.send_object({"text": "\x1b[31mred", "destination": "+39\x1b[2J", "\x1b[1m": 1})))

    assert all(line.isprintable() for line in lines)
    assert any("\\x1b[1m" in line for line in lines)
