"""Ids over HTTP: the same for the same sends, and unique in a session."""

from __future__ import annotations

import pytest

from tests.support import SessionFactory, assert_accepted

SENDS = [(f"+44770090020{number % 4}", f"text {number % 3}") for number in range(16)]


def ids_of(worlds: SessionFactory, sends: list[tuple[str, str]], seed: int) -> dict[tuple[str, str], list[str]]:
    """The ids for each pair of destination and text, in a new session."""
    world = worlds(seed=seed, anti_flooding={"duplicates": {"limit": 1}})
    found: dict[tuple[str, str], list[str]] = {}
    for destination, text in sends:
        found.setdefault((destination, text), []).append(assert_accepted(world.send(text, destination)))
    return found


@pytest.mark.parametrize("order", [SENDS[::-1], SENDS[::2] + SENDS[1::2], SENDS[5:] + SENDS[:5], sorted(SENDS)])
def test_the_same_seed_and_sends_give_the_same_ids_in_any_order(
    worlds: SessionFactory, order: list[tuple[str, str]]
) -> None:
    """Including drops: parallel tests and reruns of a fuzzer get the same ids."""
    assert ids_of(worlds, order, seed=7) == ids_of(worlds, SENDS, seed=7)


def test_another_seed_gives_other_ids(worlds: SessionFactory) -> None:
    """The two sets are disjoint."""
    one, other = (ids_of(worlds, SENDS, seed) for seed in (7, 8))

    assert not {each for ids in one.values() for each in ids} & {each for ids in other.values() for each in ids}


@pytest.mark.requirement("AF-7")
def test_ids_are_never_used_twice_across_drops_windows_patches_and_a_clock_set_back(worlds: SessionFactory) -> None:
    """AF-7: every 200 has a new id, whatever happens to time and rules in between."""
    world = worlds(anti_flooding={"duplicates": {"limit": 1}})
    ids = []
    for hour in (9, 10, 12, 9, 8, 10):
        world.control("POST", "/clock/freeze", {"at": f"2026-01-15T{hour:02}:00:00Z"})
        ids += [assert_accepted(world.send()) for _ in range(3)]
        world.patch(watchlist=["+1*"])
        ids += [assert_accepted(world.send()) for _ in range(2)]

    assert len(set(ids)) == len(ids) == 30


def test_a_reset_makes_the_same_ids_again(worlds: SessionFactory) -> None:
    """A reset keeps the seed, so the same sends get the same ids."""
    world = worlds()
    first = [assert_accepted(world.send()) for _ in range(3)]

    world.control("POST", "/reset")

    assert [assert_accepted(world.send()) for _ in range(3)] == first
