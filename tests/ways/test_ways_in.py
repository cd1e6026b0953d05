"""One table: every outcome, by each of the four ways in; a new one without all of them fails the build."""

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
    """A fresh session in which the next send gets the row's outcome by one of the ways; and the stub's name."""
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
    """The explanation of the last send says what was forced, and names the stub that did it."""
    last = case.world.exchanges()[-1]
    found = case.world.control("GET", f"/exchanges/{last['id']}")
    decided_by = expected.rule or stub or NATURAL[row.name]
    assert (found["outcome"], found["rule"], found["code"]) == (expected.outcome, decided_by, expected.code)
    # Behind a semicolon stands whether the client had left by then, which is the client's affair.
    trouble = None if found["trouble"] is None else found["trouble"].split(";")[0]
    assert (trouble, found["forced"]) == (expected.trouble, stub is not None)
    assert found["stubs"] == ([] if stub is None else [stub])


@pytest.mark.parametrize(("way", "name"), CASES, ids=[f"{name} by {way}" for way, name in CASES])
def test_every_outcome_comes_by_every_way_in_and_is_explained(worlds: SessionFactory, way: str, name: str) -> None:
    """The outcome itself, the mark that it was forced, and the name of the stub that decided."""
    row = TABLE[name]
    case, stub = arranged(worlds, way, row)

    try:
        expected = JUDGES[name](case)
    finally:
        case.close()

    assert_explained(case, expected, row, stub)


def test_nothing_lacks_a_way_in() -> None:
    """A code, a status, a fault, an adversity or a key of `then` that lacks one is told by name."""
    assert missing(TABLE.values(), magic_numbers(), JUDGES) == []


def test_the_table_holds_whatever_the_product_enumerates() -> None:
    """Nobody has to think of the table when a code or a fault is added."""
    assert {f"refuse {error.code}" for error in CATALOGUE} <= set(TABLE)
    assert {f"fault {kind}" for kind in FaultKind} <= set(TABLE)


def test_a_number_that_no_stub_stands_behind_is_in_the_short_list() -> None:
    """Those two alone, and each with the rule that refuses it."""
    assert {name for name, magic in magic_numbers().items() if magic.stub is None} == set(NATURAL)


@pytest.mark.parametrize("name", TABLE)
def test_an_outcome_without_a_number_or_without_a_judge_is_told(name: str) -> None:
    """The build names the outcome, the way that is missing, and where to add it."""
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
def test_a_new_outcome_that_no_way_in_knows_is_told_once_for_each(row: WayRow) -> None:
    """As it stands on the day on which it is added to the catalogue and nowhere else."""
    told = missing([*TABLE.values(), row], magic_numbers(), JUDGES)

    assert [sentence.partition(": ")[0] for sentence in told] == [row.name] * 4
    assert [sentence.split(": ")[1].partition(" ")[0] for sentence in told] == ["neither", "the", "no", "nothing"]


def test_a_way_in_that_takes_one_outcome_for_another_is_told() -> None:
    """A header that means something else than the scenario does."""
    row = WayRow("drop", {"accept": True}, "hold")

    assert missing([*TABLE.values(), row], magic_numbers(), JUDGES) == [
        "drop: a scenario and POST /_control/stubs take it for accept",
        "drop: the header X-Mock-Outcome takes it for hold",
    ]


def test_a_key_of_then_without_a_row_is_told() -> None:
    """A new kind of outcome is a new key of `then`."""
    table = [row for row in TABLE.values() if row.name != "drop"]

    assert missing(table, magic_numbers(), JUDGES) == ["drop: a key of `then` without a row"]
