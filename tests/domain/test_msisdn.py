"""Destinations: syntax, calling codes, the numbering plan, and lists of numbers."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.domain.msisdn import LineType, NumberFault, NumberList, fault_of, line_type
from tests.domain.asking import PREDICTABLE

ASSIGNED_AND_NOT_IN_USE = {379}
"""Calling codes that the ITU has assigned and the metadata lacks: the Vatican has 379 and uses 39."""


@pytest.mark.requirement("REQ-1")
@pytest.mark.parametrize(
    "destination",
    [
        pytest.param("+393401234567", id="the example of the reference"),
        pytest.param("+1234567890", id="the example of the full request"),
        pytest.param("+390000000000", id="another example of the vendor's"),
        pytest.param("+1234567", id="7 digits"),
        pytest.param("+12345678", id="8 digits"),
        pytest.param("+12345678901234", id="14 digits"),
        pytest.param("+123456789012345", id="15 digits"),
    ],
)
def test_a_plus_and_7_to_15_digits_are_a_number(destination: str) -> None:
    """REQ-1, NUM-1: the pattern and an assigned calling code are the only conditions."""
    assert fault_of(destination) is None


@pytest.mark.requirement("REQ-1", "ERR-56", "BAD-7")
@pytest.mark.parametrize(
    "destination",
    [
        pytest.param("", id="empty"),
        pytest.param("+", id="a plus alone"),
        pytest.param("+123456", id="6 digits"),
        pytest.param("+1234567890123456", id="16 digits"),
        pytest.param("393401234567", id="no plus"),
        pytest.param("00393401234567", id="00 instead of plus"),
        pytest.param("3401234567", id="no country prefix"),
        pytest.param("++393401234567", id="double plus"),
        pytest.param("+39+3401234567", id="a second plus inside"),
        pytest.param("393401234567+", id="plus at the end"),
        pytest.param("+0393401234567", id="first digit 0"),
        pytest.param("+0000000", id="zeros only"),
        pytest.param("+39 340 1234567", id="spaces"),
        pytest.param("+39-340-1234567", id="dashes"),
        pytest.param("+39(340)1234567", id="parentheses"),
        pytest.param("+39.340.1234567", id="full stops"),
        pytest.param("+39/3401234567", id="slash"),
        pytest.param(" +393401234567", id="space before"),
        pytest.param("+393401234567 ", id="space after"),
        pytest.param("+393401234567\n", id="line feed after"),
        pytest.param("+393401234567\r\n", id="line ending after"),
        pytest.param("+393401234567\x00", id="NUL after"),
        pytest.param("\t+393401234567", id="tab before"),
        pytest.param("+39340\n1234567", id="line feed inside"),
        pytest.param("+393401234567\u200b", id="zero-width space after"),
        pytest.param("\ufeff+393401234567", id="byte order mark before"),
        pytest.param("\uff0b393401234567", id="full-width plus"),
        pytest.param("+39340123456\u0667", id="Arabic-Indic digit"),
        pytest.param("+\uff13\uff19\uff13\uff14\uff10\uff11\uff12\uff13", id="full-width digits"),
        pytest.param("+39340123456\u00b2", id="superscript digit"),
        pytest.param("+3934O1234567", id="letter O"),
        pytest.param("+39340123456x", id="letter after"),
        pytest.param("-393401234567", id="minus"),
        pytest.param("+-39340123456", id="plus and minus"),
        pytest.param("+3.93401234567e11", id="scientific"),
        pytest.param("tel:+393401234567", id="tel URI"),
        pytest.param("+44770090*", id="a prefix of a list"),
    ],
)  # fmt: skip
def test_anything_outside_the_pattern_breaks_the_syntax(destination: str) -> None:
    """REQ-1, BAD-7: nothing is trimmed, normalized or guessed; only ASCII digits count."""
    assert fault_of(destination) is NumberFault.SYNTAX


@pytest.mark.requirement("REQ-1")
@given(destination=st.text(alphabet="+0123456789 -", max_size=18))
@settings(PREDICTABLE, max_examples=200)
def test_the_syntax_is_that_of_the_pattern_for_any_text(destination: str) -> None:
    """REQ-1: a plus, a digit from 1 to 9 and 6 to 14 digits; everything else is a syntax fault."""
    digits = destination[1:]
    sound = destination.startswith("+") and 7 <= len(digits) <= 15 and digits.isdecimal() and digits[0] != "0"

    assert (fault_of(destination) is NumberFault.SYNTAX) is not sound


@pytest.mark.requirement("NUM-1")
def test_calling_codes_are_those_of_the_numbering_plans() -> None:
    """NUM-1: a number is malformed if its first digits are not an assigned calling code."""
    known = {*phonenumbers.COUNTRY_CODE_TO_REGION_CODE, *ASSIGNED_AND_NOT_IN_USE}
    assigned = {p for p in range(100, 1000) if not known.isdisjoint({p // 100, p // 10, p})}

    faults = {prefix: fault_of(f"+{prefix}1234567") for prefix in range(100, 1000)}

    assert {prefix for prefix, fault in faults.items() if fault is None} == assigned
    assert set(faults.values()) == {None, NumberFault.CALLING_CODE}


@pytest.mark.requirement("NUM-1")
@pytest.mark.parametrize(
    "code", ["1", "7", "39", "44", "379", "800", "808", "870", "878", "881", "882", "883", "979"]
)
@pytest.mark.parametrize("digits", [7, 15])
def test_a_calling_code_is_found_in_the_shortest_and_the_longest_number(code: str, digits: int) -> None:
    """NUM-1: international services have calling codes like countries; the length of the number does not matter."""
    assert fault_of("+" + code.ljust(digits, "5")) is None


@pytest.mark.requirement("NUM-1")
@pytest.mark.parametrize("destination", ["+9991234567", "+9990000", "+210123456", "+999999999999999", "+2101234"])
def test_an_unassigned_calling_code_is_a_fault_of_its_own(destination: str) -> None:
    """NUM-1: the syntax is valid, so the explanation names the calling code."""
    assert fault_of(destination) is NumberFault.CALLING_CODE


@pytest.mark.requirement("NUM-1")
@pytest.mark.parametrize("destination", ["+999123", "+9991234567890123", "+999 1234567"])
def test_broken_syntax_is_reported_before_an_unassigned_calling_code(destination: str) -> None:
    """NUM-1: only a well-formed number has a calling code."""
    assert fault_of(destination) is NumberFault.SYNTAX


@pytest.mark.requirement("NUM-1")
@pytest.mark.parametrize(
    ("destination", "line"),
    [
        pytest.param("+393401234567", LineType.REACHABLE, id="Italian mobile"),
        pytest.param("+12025550123", LineType.REACHABLE, id="mobile or fixed"),
        pytest.param("+390612345678", LineType.LANDLINE, id="Roman landline"),
        pytest.param("+442079460123", LineType.LANDLINE, id="London landline"),
        pytest.param("+390000000000", LineType.UNASSIGNED, id="a length that exists, a range that does not"),
        pytest.param("+1234567890", LineType.IMPOSSIBLE, id="9 digits in North America"),
        pytest.param("+123456789012345", LineType.IMPOSSIBLE, id="too long"),
        pytest.param("+3790000000", LineType.IMPOSSIBLE, id="a calling code that is not used"),
    ],
)
def test_the_numbering_plan_knows_impossible_unassigned_and_landline_numbers(
    destination: str, line: LineType
) -> None:
    """NUM-1, the alternative: the metadata distinguishes what the rules answer differently."""
    assert line_type(destination) is line


@pytest.mark.requirement("NUM-1")
@given(
    destination=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True).filter(lambda number: fault_of(number) is None)
)
@settings(PREDICTABLE, max_examples=100)
def test_the_numbering_plan_classifies_every_well_formed_number(destination: str) -> None:
    """NUM-1, the alternative: no destination with valid syntax makes the library fail."""
    assert line_type(destination) in LineType


@pytest.mark.requirement("WL-2")
@pytest.mark.parametrize(
    ("entries", "destination", "entry"),
    [
        pytest.param(("+447700900061",), "+447700900061", "+447700900061", id="exact"),
        pytest.param(("+447700900061",), "+4477009000612", None, id="exact is not a prefix"),
        pytest.param(("+447700900061",), "+44770090006", None, id="one digit short"),
        pytest.param(("+447700901*",), "+447700901000", "+447700901*", id="prefix"),
        pytest.param(("+447700901*",), "+447700901", "+447700901*", id="the prefix itself"),
        pytest.param(("+447700901*",), "+447700902000", None, id="outside the prefix"),
        pytest.param(("+447700901*",), "+44770090", None, id="shorter than the prefix"),
        pytest.param(("+44*", "+447700900061"), "+447700900061", "+447700900061", id="exact before prefix"),
        pytest.param(("+44*", "+447*"), "+447700900061", "+44*", id="the first prefix of the file"),
        pytest.param(("+39*", "+447*"), "+447700900061", "+447*", id="the second prefix"),
        pytest.param(("*",), "+447700900061", "*", id="everybody"),
        pytest.param(("+",), "+447700900061", None, id="a plus without a star"),
        pytest.param((), "+447700900061", None, id="empty list"),
        pytest.param((), "", None, id="empty list, empty number"),
        pytest.param(("7700900061",), "+447700900061", None, id="no suffixes"),
    ],
)
def test_a_list_has_exact_numbers_and_prefixes_with_an_asterisk(
    entries: tuple[str, ...], destination: str, entry: str | None
) -> None:
    """WL-2: an entry is one E.164 number, or a prefix that ends in `*`; nothing else matches."""
    listed = NumberList(entries)

    assert listed.covers(destination) is (entry is not None)
    assert listed.entry_for(destination) == entry


@pytest.mark.requirement("WL-2")
def test_a_list_keeps_its_entries_as_they_were_written() -> None:
    """WL-2: a tester reads back the entries of the file, in order."""
    assert NumberList(("+44*", "+39340", "+1*")).entries == ("+44*", "+39340", "+1*")
