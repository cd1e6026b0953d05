"""Ids that follow from the seed."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mock_server.adapters.ids import SeededIds, random_seed
from mock_server.ports import Ordinal


@given(st.integers(), st.text(), st.text(), st.integers(0), st.integers(0))
def test_an_id_is_a_version_4_uuid(seed: int, destination: str, text: str, generation: int, nth: int) -> None:
    """For any message and ordinal."""
    found = SeededIds(seed).message_id(destination, text, "P", Ordinal(generation, nth))

    parsed = UUID(found)
    assert str(parsed) == found
    assert parsed.version == 4
    assert parsed.variant == "specified in RFC 4122"


def test_an_id_depends_on_all_its_inputs_and_on_nothing_else() -> None:
    """Seed, destination, text, provider, generation and count each change it; a second call does not."""
    ids = SeededIds(7)
    found = ids.message_id("+1", "a", "P", Ordinal(1, 0))

    others = [
        SeededIds(8).message_id("+1", "a", "P", Ordinal(1, 0)),
        ids.message_id("+2", "a", "P", Ordinal(1, 0)),
        ids.message_id("+1", "b", "P", Ordinal(1, 0)),
        ids.message_id("+1", "a", "Q", Ordinal(1, 0)),
        ids.message_id("+1", "a", "P", Ordinal(2, 0)),
        ids.message_id("+1", "a", "P", Ordinal(1, 1)),
    ]

    assert (
        ids.message_id("+1", "a", "P", Ordinal(1, 0))
        == SeededIds(7).message_id("+1", "a", "P", Ordinal(1, 0))
        == found
    )
    assert len({found, *others}) == 7


def test_a_random_seed_is_exact_in_every_json_parser() -> None:
    """It can be shown, copied and used again."""
    seeds = {random_seed() for _ in range(50)}

    assert len(seeds) == 50
    assert all(0 <= seed < 2**53 for seed in seeds)
