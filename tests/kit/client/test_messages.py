"""The generated messages: the gateway accepts them all, and together they cover what careless code corrupts."""

from __future__ import annotations

import unicodedata
from itertools import chain
from typing import Any, get_args

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.case_sets import fixed_cases, generated_cases, sample_texts
from contract_tests.client.play.cases import ACCOUNT, PASSWORD, USERNAME, Case
from contract_tests.client.play.evidence import MASK
from contract_tests.client.play.messages import ATOMS, LENGTHS, PLANS, messages, repeated_to
from mock_server.domain.msisdn import fault_of
from tests.support import SessionFactory

OPERATIONS: tuple[Operation, ...] = get_args(Operation)


def played_messages(operation: Operation) -> list[Any]:
    """All fixed messages and many generated ones."""
    cases = chain(fixed_cases(operation, 1.0), generated_cases(7, 200, operation))
    return [message for case in cases for message in case.messages]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_message_is_accepted_by_the_gateway(worlds: SessionFactory, operation: Operation) -> None:
    """An unplanned refusal would count against the client."""
    limits = {"duplicates": {"limit": 1_000_000, "window": "1h"}, "volume": {"limit": 1_000_000, "window": "1h"}}
    world = worlds(scenario={**Case(({},)).scenario(), "anti_flooding": limits})

    for message in played_messages(operation):
        answer = world.send_object(message, auth=(USERNAME, PASSWORD), operation=operation.capitalize())
        assert answer.status_code == 200, (message, answer.text)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_message_can_be_sent_and_judged(operation: Operation) -> None:
    """Texts have 1 to 1600 code points, no unpaired surrogates, and nothing that looks like a masked secret."""
    for message in played_messages(operation):
        assert 1 <= len(message["text"]) <= 1600
        for text in (message["text"], *message.get("reference", {}).values(), message.get("businessRelationId", "")):
            text.encode()
            assert MASK not in text
            assert PASSWORD not in text


def test_only_the_admin_operation_has_account_and_lra() -> None:
    """REQ-7, REQ-8: Services messages have neither."""
    names = {name for message in played_messages("services") for name in message}

    assert names == {"destination", "text", "detailed", "reference", "businessRelationId", "webhook"}
    assert {message["account"] for message in played_messages("admin") if "account" in message} == {ACCOUNT}
    lras = {message["lra"] for message in played_messages("admin") if "lra" in message}
    assert {0, -1, 2**31 - 1, -(2**31)} <= lras
    assert all(-(2**31) <= lra < 2**31 for lra in lras)


@pytest.mark.parametrize(("prefix", "missing"), PLANS)
def test_every_plan_gives_numbers_with_an_assigned_calling_code(prefix: str, missing: int) -> None:
    """REQ-1, NUM-1: with any following digits."""
    for digit in "0579":
        assert fault_of(prefix + digit * missing) is None


def test_plans_include_the_shortest_and_the_longest_number() -> None:
    """REQ-1: 7 to 15 digits."""
    sizes = {len(prefix) - 1 + missing for prefix, missing in PLANS}

    assert sizes >= {7, 8, 10, 11, 12, 13, 15}
    assert max(sizes) == 15
    assert min(sizes) == 7


def test_texts_cover_every_alphabet_and_length() -> None:
    """The lengths in code points, and the characters that careless code corrupts."""
    texts = list(sample_texts())

    assert {1, 160, 161, 306, 307, 1600} <= {len(text) for text in texts}
    assert all(any(atom in text for text in texts) for atoms in ATOMS.values() for atom in atoms)
    together = "".join(texts)
    assert any(ord(character) > 0xFFFF for character in together)
    assert any(unicodedata.combining(character) for character in together)
    assert any(unicodedata.bidirectional(character) in {"R", "AL"} for character in together)
    assert any(unicodedata.normalize("NFC", text) != text for text in texts)
    assert any(text != text.strip() for text in texts)


@given(st.text(min_size=1, max_size=30), st.sampled_from(LENGTHS))
@settings(max_examples=50, database=None)
def test_a_text_is_repeated_to_exactly_its_length(piece: str, length: int) -> None:
    """It begins with the piece, cut if needed."""
    found = repeated_to(piece, length)

    assert len(found) == length
    assert found.startswith(piece[:length])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_simplest_message_has_destination_and_text_only(operation: Operation) -> None:
    """As shrinking would find it."""
    found = hypothesis.find(messages(operation), lambda _: True, settings=settings(database=None))

    assert found.keys() == {"destination", "text"}
    assert found["text"] == "Hi"
