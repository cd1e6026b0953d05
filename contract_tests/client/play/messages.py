"""Strategies for messages that the gateway accepts.

Every choice is among at most a hundred values. Into larger ranges and into `text()` Hypothesis mixes constants of all
loaded modules; then a seed would generate other cases in the command than under pytest.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import strategies as st

from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.cases import ACCOUNT, WEBHOOK

Message = dict[str, Any]

SIMPLEST: Message = {"destination": "+447700900123", "text": "Hi"}

SERVICES = ("AUTHENTICATION", "DIGITALSIGN", "ECOMMERCE", "ADMIN")
"""The default values of `reference.service` (REQ-4)."""

PLANS = (
    ("+447700900", 3), ("+1646555010", 1), ("+3934012345", 2), ("+336399801", 2), ("+353209109", 2),
    ("+614915701", 2), ("+467017406", 2), ("+49302312", 5), ("+7", 10), ("+9199", 8), ("+8613", 9), ("+5511", 9),
    ("+52155", 8), ("+20", 9), ("+2712", 7), ("+234", 10), ("+971", 9), ("+962", 9), ("+998", 9), ("+86", 13),
    ("+43", 11), ("+49", 9), ("+3546", 6), ("+3556", 7), ("+3786", 9), ("+2904", 3), ("+6834", 3),
    ("+2475", 4), ("+67722", 4), ("+372", 7), ("+8835", 11), ("+8816", 8), ("+88213", 7), ("+262692", 6),
    ("+1787", 7),
)  # fmt: skip
"""Prefixes with assigned calling codes (NUM-1), and how many digits follow: 7 to 15 in total (REQ-1)."""

LRAS = (0, 1, 42, 1234, -1, -1234, 255, 32768, 65536, 2**31 - 1, -(2**31), 2**31 - 2, 1 - 2**31)
"""All within int32; careless code treats 0 as absent."""

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;!?'\"-+/()&%#=<>_@"
_GSM7 = "£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡¿ÄÖÑÜ§äöñüà"
_UCS2 = "ç\u00a0á“”\u2013…ŁłőŞğжЖщІґαωאष你好字かな한ไทยѪ"

ATOMS: dict[str, tuple[str, ...]] = {
    "plain": tuple(_PLAIN),
    "GSM-7": tuple(_GSM7),
    "extension table": tuple("^{}\\[~]|€"),
    "UCS-2": tuple(_UCS2),
    "emoji": ("😀", "❤️", "👍🏽", "👩‍👩‍👧", "🇮🇹", "1️⃣", "\U0001d4b3", "🫠"),
    "combining marks": (
        "e\u0301", "a\u0308", "n\u0303", "o\u0302\u0323", "\u1112\u1161\u11ab", "क्षि", "\u0301", "\u212b",
    ),
    "right-to-left": ("שלום", "مرحبا", "\u200f", "\u202b", "٣", "ﷺ", "\u2067"),
    "line breaks": ("\n", "\r\n", "\r", "\n\n", "\t", "\u2028", "\u2029", "\u0085", " \n"),
    "markup": (
        "\\n", "\\u0041", "%41", "%2B", "&amp;", "</b>", "${HOME}", "$(id)", "`id`", "null", "0", "{{x}}", "--",
        "https://example.com/?a=1&b=%20", "\u200b", "\ufeff", "\u00ad",
    ),
}  # fmt: skip
"""Pieces of texts, by the kind of character that careless code corrupts."""

LENGTHS = (1, 160, 161, 70, 71, 306, 307, 153, 134, 135, 1600, 1599)
"""In code points: the limits of one, two and three parts, and the maximum (REQ-2)."""

_WORDS = ("", "2FA", "NOTIFICATION", "order-4711", "0", " ", "a b", "è€", "日本", "👍", 'say "x"', "\\", "k" * 64)
"""Free strings; careless code treats the empty one as absent."""

_PLAN = st.sampled_from(PLANS)
_FIRST = st.sampled_from("2345679")
"""No digit that could be a trunk prefix: a client may know numbering plans."""
_TWO_DIGITS = st.sampled_from(tuple(f"{number:02}" for number in range(100)))


@st.composite
def destinations(draw: st.DrawFn) -> str:
    """Well-formed numbers of many countries, with 7 to 15 digits and an assigned calling code."""
    prefix, missing = draw(_PLAN)
    digits = draw(_FIRST) + "".join(draw(_TWO_DIGITS) for _ in range(missing // 2))
    return prefix + digits[:missing]


# Module constants: Hypothesis validates each new strategy, which takes longer than all draws.
_WORD = st.sampled_from(_WORDS)
_KIND = st.sampled_from(tuple(ATOMS))
_PIECES = {kind: st.lists(st.sampled_from(atoms), min_size=1, max_size=6) for kind, atoms in ATOMS.items()}
_FRAME = st.sampled_from((("", ""), ("Hi ", ""), ("", " é!"), ("€ ", " 你")))
"""Another alphabet around a piece, to find corruption that depends on neighbouring characters."""
_COMMON = st.sampled_from(("Hi", "Your code is 0042", "Ciao, è pronto!", "null", "+39", " ", " a ", "0"))
_LENGTH = st.sampled_from((*(0,) * len(LENGTHS), *LENGTHS))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Texts of every alphabet, short ones and those at the limits of parts, in code points."""
    if draw(st.booleans()):
        before, after = draw(_FRAME)
        piece = before + "".join(draw(_PIECES[draw(_KIND)])) + after
    else:
        piece = draw(_COMMON)
    length = draw(_LENGTH)
    return repeated_to(piece, length) if length else piece


REFERENCES: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {"service": st.sampled_from(SERVICES)}, optional={"action": _WORD, "key": _WORD}
)
"""Accepted references: a service of the list, and free strings for action and key (REQ-3)."""


def messages(operation: Operation) -> st.SearchStrategy[Message]:
    """Messages by the gateway's field names; the simplest has a destination and the text `Hi`."""
    optional: dict[str, st.SearchStrategy[Any]] = {
        "detailed": st.booleans(),
        "reference": REFERENCES,
        "businessRelationId": st.sampled_from(("BR-001", *_WORDS)),
        "webhook": st.just({"url": WEBHOOK, "authentication": {"type": "NONE"}}),
    }
    if operation == "admin":
        optional |= {"account": st.just(ACCOUNT), "lra": st.sampled_from(LRAS)}
    required = {"destination": destinations(), "text": texts()}
    return st.fixed_dictionaries(required, optional=optional)


def repeated_to(piece: str, length: int) -> str:
    """The piece repeated to exactly `length` code points, numbered so that a lost part is visible."""
    text = ""
    for number in count(1):
        if len(text) >= length:
            break
        text += piece if number == 1 else f"{number % 10}{piece}"
    return text[:length]
