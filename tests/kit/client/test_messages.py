"""What callers may want: the gateway takes every message, and together they reach what careless code spoils."""

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


def wanted(operation: Operation) -> list[Any]:
    """Every enumerated message, and a good many generated ones."""
    cases = chain(fixed_cases(operation, 1.0), generated_cases(7, 200, operation))
    return [message for case in cases for message in case.messages]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_message_is_accepted_by_a_gateway_that_has_nothing_else_to_say(
    worlds: SessionFactory, operation: Operation
) -> None:
    """A refusal that nobody planned would be blamed on the client."""
    limits = {"duplicates": {"limit": 1_000_000, "window": "1h"}, "volume": {"limit": 1_000_000, "window": "1h"}}
    world = worlds(scenario={**Case(({},)).scenario(), "anti_flooding": limits})

    for message in wanted(operation):
        answer = world.send_object(message, auth=(USERNAME, PASSWORD), operation=operation.capitalize())
        assert answer.status_code == 200, (message, answer.text)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_message_can_be_sent_and_judged(operation: Operation) -> None:
    """Texts are 1 to 1600 code points without half surrogates, and hold nothing that looks like a masked secret."""
    for message in wanted(operation):
        assert 1 <= len(message["text"]) <= 1600
        for text in (message["text"], *message.get("reference", {}).values(), message.get("businessRelationId", "")):
            text.encode()
            assert MASK not in text
            assert PASSWORD not in text


def test_only_the_administrators_operation_knows_account_and_lra() -> None:
    """REQ-7, REQ-8: a client of the services has no such thing to say."""
    said = {name for message in wanted("services") for name in message}

    assert said == {"destination", "text", "detailed", "reference", "businessRelationId", "webhook"}
    assert {message["account"] for message in wanted("admin") if "account" in message} == {ACCOUNT}
    lras = {message["lra"] for message in wanted("admin") if "lra" in message}
    assert {0, -1, 2**31 - 1, -(2**31)} <= lras
    assert all(-(2**31) <= lra < 2**31 for lra in lras)


@pytest.mark.parametrize(("begin", "missing"), PLANS)
def test_every_plan_makes_numbers_with_an_assigned_calling_code(begin: str, missing: int) -> None:
    """REQ-1, NUM-1: whatever digits follow."""
    for digit in "0579":
        assert fault_of(begin + digit * missing) is None


def test_plans_reach_the_shortest_and_the_longest_number() -> None:
    """REQ-1: 7 to 15 digits."""
    sizes = {len(begin) - 1 + missing for begin, missing in PLANS}

    assert sizes >= {7, 8, 10, 11, 12, 13, 15}
    assert max(sizes) == 15
    assert min(sizes) == 7


def test_texts_reach_every_alphabet_and_length() -> None:
    """The lengths of the issue, in code points, and what careless code does to characters."""
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
def test_a_text_is_stretched_to_exactly_its_length(piece: str, length: int) -> None:
    """It begins with the piece, as far as that goes."""
    found = repeated_to(piece, length)

    assert len(found) == length
    assert found.startswith(piece[:length])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_simplest_message_is_a_number_and_a_greeting(operation: Operation) -> None:
    """What shrinking would end with."""
    found = hypothesis.find(messages(operation), lambda _: True, settings=settings(database=None))

    assert found.keys() == {"destination", "text"}
    assert found["text"] == "Hi"
