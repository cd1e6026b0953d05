"""How a text is split into SMS: GSM-7 in septets, everything else in UCS-2; no character is split."""

from __future__ import annotations

import sys

import gsmcodecs  # noqa: F401 - registers the codec that the tests compare with
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.domain.segmentation import Encoding, segmentation
from tests.domain.asking import PREDICTABLE

ESCAPE = 0x1B


def septets(text: str) -> bytes | None:
    """The text in the alphabet of 3GPP TS 23.038, one septet per byte; `None` if it cannot be encoded."""
    try:
        return text.encode("gsm23.038")
    except UnicodeEncodeError:
        return None


def parts_of(units: list[int], *, single: int, part: int) -> int:
    """A slow model: repeatedly take the longest prefix that fits and ends between two characters."""
    if sum(units) <= single:
        return 1
    parts = 0
    while units:
        fits = max(count for count in range(1, len(units) + 1) if sum(units[:count]) <= part)
        units, parts = units[fits:], parts + 1
    return parts


@pytest.mark.requirement("REQ-2")
@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        pytest.param("", 0, 1, id="empty"),
        pytest.param("a" * 160, 160, 1, id="160"),
        pytest.param("a" * 161, 161, 2, id="161"),
        pytest.param("a" * 306, 306, 2, id="153 x 2"),
        pytest.param("a" * 307, 307, 3, id="153 x 2 and one"),
        pytest.param("a" * 1530, 1530, 10, id="153 x 10"),
        pytest.param("a" * 1531, 1531, 11, id="153 x 10 and one"),
        pytest.param("a" * 1600, 1600, 11, id="the longest text"),
        pytest.param("€" * 80, 160, 1, id="80 extension characters"),
        pytest.param("€" * 81, 162, 2, id="81 extension characters"),
        pytest.param("€" * 76 * 2, 304, 2, id="76 of them fit into a part, its last septet left empty"),
        pytest.param("€" * 76 * 2 + "a", 305, 2, id="a septet is left in the last part"),
        pytest.param("€" * (76 * 2 + 1), 306, 3, id="306 septets that do not fit into two parts"),
        pytest.param("a" * 152 + "€" + "a" * 151, 305, 2, id="an escape pushed into the second part, which it fills"),
        pytest.param("a" * 152 + "€" + "a" * 152, 306, 3, id="an escape pushed, and one too many behind it"),
        pytest.param("a" * 151 + "€" + "a" * 153, 306, 2, id="an escape that ends a part"),
        pytest.param("a" * 159 + "€", 161, 2, id="the escape makes it two"),
    ],
)
def test_gsm_7_has_160_septets_in_one_part_and_153_in_each_of_several(text: str, units: int, segments: int) -> None:
    """REQ-2: an extension character takes two septets, which are never separated."""
    found = segmentation(text)

    assert (found.encoding, found.units, found.segments) == ("GSM-7", units, segments)
    assert found.forced_by is None


@pytest.mark.requirement("REQ-2")
@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        pytest.param("ж" * 70, 70, 1, id="70"),
        pytest.param("ж" * 71, 71, 2, id="71"),
        pytest.param("ж" * 134, 134, 2, id="67 x 2"),
        pytest.param("ж" * 135, 135, 3, id="67 x 2 and one"),
        pytest.param("ж" * 670, 670, 10, id="67 x 10"),
        pytest.param("ж" * 671, 671, 11, id="67 x 10 and one"),
        pytest.param("😀" * 35, 70, 1, id="35 emoji"),
        pytest.param("😀" * 36, 72, 2, id="36 emoji"),
        pytest.param("😀" * 66, 132, 2, id="33 emoji fit into a part"),
        pytest.param("😀" * 67, 134, 3, id="134 units that do not fit into two parts"),
        pytest.param("ж" * 66 + "😀" + "ж" * 65, 133, 2, id="a pair pushed into the second part, which it fills"),
        pytest.param("ж" * 66 + "😀" + "ж" * 66, 134, 3, id="a pair pushed, and one too many behind it"),
        pytest.param("ж" * 65 + "😀" + "ж" * 67, 134, 2, id="a pair that ends a part"),
        pytest.param("\uffff" * 70, 70, 1, id="the last character of one unit"),
        pytest.param("\U00010000" * 35, 70, 1, id="the first character of two"),
        pytest.param("a" * 159 + "ж", 160, 3, id="one foreign character in 160"),
        pytest.param("€" * 69 + "ж", 70, 1, id="what was two septets is one unit"),
    ],
)
def test_ucs_2_has_70_units_in_one_part_and_67_in_each_of_several(text: str, units: int, segments: int) -> None:
    """REQ-2: a character outside of the basic plane takes two units, which are never separated."""
    found = segmentation(text)

    assert (found.encoding, found.units, found.segments) == ("UCS-2", units, segments)


@pytest.mark.requirement("REQ-2")
def test_the_first_foreign_character_is_named() -> None:
    """REQ-2: it tells a tester why the text is UCS-2."""
    assert segmentation("Grüße, „Anna“ 😀").forced_by == "„"


@pytest.mark.requirement("REQ-2")
def test_every_character_is_gsm_7_exactly_where_3gpp_says_so() -> None:
    """REQ-2: all of Unicode against an independent codec: the encoding, and the number of septets."""
    wrong = []
    for code in (*range(0xD800), *range(0xE000, sys.maxunicode + 1)):
        if code == ESCAPE:
            continue
        character = chr(code)
        encoded = septets(character)
        found = segmentation(character)
        if (found.encoding is Encoding.GSM_7) != (encoded is not None) or (encoded and found.units != len(encoded)):
            wrong.append(f"{code:04X}")

    assert wrong == []


@pytest.mark.requirement("REQ-2")
@PREDICTABLE
@given(st.text("ab\n£€[]{}\\^~|", max_size=400))
def test_any_gsm_7_text_is_split_like_the_independent_codec_and_a_slow_model(text: str) -> None:
    """REQ-2: septets as counted by gsmcodecs, segments as filled by the model."""
    encoded = septets(text)
    assert encoded is not None

    found = segmentation(text)

    assert (found.encoding, found.units) == (Encoding.GSM_7, len(encoded))
    widths = [len(septets(each) or b"") for each in text]
    assert found.segments == parts_of(widths, single=160, part=153)


@pytest.mark.requirement("REQ-2")
@PREDICTABLE
@given(st.text("aжé€😀\U0010ffff", max_size=200).map(lambda text: text + "ж"))
def test_any_ucs_2_text_is_split_like_utf_16_and_a_slow_model(text: str) -> None:
    """REQ-2: units as counted by UTF-16, segments as filled by the model."""
    found = segmentation(text)

    assert (found.encoding, found.units) == (Encoding.UCS_2, len(text.encode("utf-16-le")) // 2)
    assert found.segments == parts_of([len(each.encode("utf-16-le")) // 2 for each in text], single=70, part=67)
