"""One table: every outcome, by each of the four ways to force it; a new outcome must have all of them."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import CATALOGUE
from mock_server.domain.fault import FaultKind
from tests.support import DESTINATION, SessionFactory
from tests.ways.catalogue import NATURAL, WAYS, WayRow, magic_numbers, missing, rows
from tests.ways.judges import JUDGES, ExpectedWay, WayCase

TABLE = {row.name: row for row in rows()}
CASES = [(way, name) for name in TABLE for way in WAYS]


def arranged(worlds: SessionFactory, way: str, row: WayRow) -> tuple[WayCase, str | None]:
    """A new session in which one of the ways forces the row's outcome on the next send; and the stub's name."""
    if way == "scenario":
        stub = {"when": {"destination": DESTINATION}, "then": row.then}
        return WayCase(worlds(stubs=[stub], api_keys=["status-key"]), DESTINATION, {}), "stubs[0]"
    world = worlds()
    if way == "header":
        return WayCase(world, DESTINATION, {"X-Mock-Outcome": row.header}), "X-Mock-Outcome"
    if way == "magic":
        magic = magic_numbers()[row.name]
        return WayCase(world, magic.number, {}), magic.stub
    added = world.client.post(
        f"{world.prefix}/_control/stubs", json={"when": {"destination": DESTINATION}, "then": row.then}
    )
    assert added.status_code == 201, added.text
    return WayCase(world, DESTINATION, {}), added.json()["id"]


def assert_explained(case: WayCase, expected: ExpectedWay, row: WayRow, stub: str | None) -> None:
    """Assert that the explanation of the last send says what was forced, and names the stub."""
    last = case.world.exchanges()[-1]
    found = case.world.control("GET", f"/exchanges/{last['id']}")
    decided_by = expected.rule or stub or NATURAL[row.name]
    assert (found["outcome"], found["rule"], found["code"]) == (expected.outcome, decided_by, expected.code)
    # After a semicolon it says whether the client had disconnected by then, which depends on the client.
    trouble = None if found["trouble"] is None else found["trouble"].split(";")[0]
    assert (trouble, found["forced"]) == (expected.trouble, stub is not None)
    assert found["stubs"] == ([] if stub is None else [stub])


@pytest.mark.parametrize(("way", "name"), CASES, ids=[f"{name} by {way}" for way, name in CASES])
def test_every_way_forces_every_outcome_and_is_explained(worlds: SessionFactory, way: str, name: str) -> None:
    """The outcome itself, the mark that it was forced, and the name of the deciding stub."""
    row = TABLE[name]
    case, stub = arranged(worlds, way, row)

    try:
        expected = JUDGES[name](case)
    finally:
        case.close()

    assert_explained(case, expected, row, stub)


def test_no_outcome_lacks_a_way() -> None:
    """A code, status, fault, adversity or key of `then` that lacks one is named."""
    assert missing(TABLE.values(), magic_numbers(), JUDGES) == []


def test_the_table_has_every_enumerated_outcome() -> None:
    """A new code or fault is in the table automatically."""
    assert {f"refuse {error.code}" for error in CATALOGUE} <= set(TABLE)
    assert {f"fault {kind}" for kind in FaultKind} <= set(TABLE)


def test_the_magic_numbers_without_a_stub_are_listed() -> None:
    """There are two, each with the rule that refuses it."""
    assert {name for name, magic in magic_numbers().items() if magic.stub is None} == set(NATURAL)


@pytest.mark.parametrize("name", TABLE)
def test_an_outcome_without_a_number_or_a_check_is_reported(name: str) -> None:
    """With the outcome, the missing way, and where to add it."""
    numbers = set(magic_numbers()) - {name}
    judges = set(JUDGES) - {name}

    assert missing(TABLE.values(), numbers, JUDGES) == [
        f"{name}: no magic destination; give scenarios/default.yaml a stub for it"
    ]
    assert missing(TABLE.values(), magic_numbers(), judges) == [
        f"{name}: nothing judges it; give tests/ways/judges.py a judge for it"
    ]


NEW = [
    WayRow("refuse 99", {"refuse": 99}, "refuse=99"),
    WayRow("deliver EXPIRED", {"deliver": "EXPIRED"}, "deliver=EXPIRED"),
    WayRow("fault rewind", {"fault": "rewind"}, "fault=rewind"),
    WayRow("forward", {"forward": True}, "forward"),
]


@pytest.mark.parametrize("row", NEW, ids=[row.name for row in NEW])
def test_a_new_outcome_without_any_way_is_reported_for_each_way(row: WayRow) -> None:
    """Like a code that was added to the catalogue only."""
    told = missing([*TABLE.values(), row], magic_numbers(), JUDGES)

    assert [sentence.partition(": ")[0] for sentence in told] == [row.name] * 4
    assert [sentence.split(": ")[1].partition(" ")[0] for sentence in told] == ["neither", "the", "no", "nothing"]


def test_a_way_with_another_outcome_is_reported() -> None:
    """A header whose outcome differs from the scenario's."""
    row = WayRow("drop", {"accept": True}, "hold")

    assert missing([*TABLE.values(), row], magic_numbers(), JUDGES) == [
        "drop: a scenario and POST /_control/stubs take it for accept",
        "drop: the header X-Mock-Outcome takes it for hold",
    ]


def test_a_key_of_then_without_a_row_is_reported() -> None:
    """A new kind of outcome is a new key of `then`."""
    table = [row for row in TABLE.values() if row.name != "drop"]

    assert missing(table, magic_numbers(), JUDGES) == ["drop: a key of `then` without a row"]
