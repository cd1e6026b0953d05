"""The one-time codes in a text, so that a test reads them without a regular expression.

Better none than a wrong one: parts of phone numbers, amounts, dates, times, links and e-mail addresses are no codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mock_server.domain.urls import spans_of_links

_WORDS = (
    r"(?:codes?|codic[ei]|otps?|pins?|passwords?|passcodes?|tokens?|m?tans?|passkeys?|password\ temporanea"
    r"|one[- ]time[- ]code|chiave|verification|verifica)"
)
"""What announces a code, in English and Italian."""
_IS = r"(?:\bis\b|\bare\b|(?<!\w)[èe]['\u2019]?(?!\w)|\bsono\b|[:=])"
_QUOTES = "[\"'\u00ab\u201c\u2018(*]?"

_ANNOUNCED = re.compile(
    rf"\b{_WORDS}\b[^.:;=!?\n\d]{{0,40}}?{_IS}\s*{_QUOTES}(?P<code>[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?![\w@-])",
    re.IGNORECASE,
)
_JUST_ANNOUNCED = re.compile(rf"\b{_WORDS}(?:\b[^.:;=!?\n\d]{{0,40}}?{_IS})?\s*{_QUOTES}-?\Z", re.IGNORECASE)
_ANNOUNCED_BEHIND = re.compile(
    rf"[\"'\u00bb\u201d\u2019)*]?\s+(?:is|è|e')\s[^.:;=!?\n\d]{{0,30}}?\b{_WORDS}\b", re.IGNORECASE
)

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|gen(?:naio)?|febbraio|marzo|aprile|mag(?:gio)?|giu(?:gno)?|lug(?:lio)?|ago(?:sto)?"
    r"|set(?:tembre)?|ott(?:obre)?|novembre|dic(?:embre)?)\b\.?"
)
_MONEY = r"(?:[€$£¥%]|(?:eur|usd|gbp|chf|euros?|dollars?|pounds?|cents?|centesimi)\b)"
_AMOUNT = r"\d{1,3}(?:[ .,'\u00a0]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_UNITS = (
    r"(?:s|sec\w*|min\w*|h|hrs?|hours?|or[ae]|giorn[oi]|days?|weeks?|settiman[ae]|mes[ei]|months?|ann[oi]|years?"
    r"|km|kg|g|[kmg]b|punti|points|miglia|miles|pezzi|items?)\b"
)
_CALL = (
    r"(?:tel(?:\.|efono|ephone)?|phone|cell(?:\.|ulare)?|fax|call(?:\ us)?(?:\ (?:on|at))?"
    r"|chiam\w+(?:\ (?:il|lo|al))?(?:\ numero)?|numero\ verde|stop\ (?:to|al?)|sms\ (?:to|al?)"
    r"|(?:text|invia|rispondi|reply)\ \w+\ (?:to|al?))"
)
_CARD = r"(?:[*x\u2022]{2,}[ -]?|(?:ending(?:\ (?:in|with))?|finisce\ (?:con|per)|termina(?:nte)?\ (?:con|in))\ )"

_NO_CODES = re.compile(
    "|".join(
        (
            r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
            rf"(?:[€$£¥]|\b(?:eur|usd|gbp|chf|euro)\b)\s*(?:{_AMOUNT})",
            rf"(?<![\w.,])(?:{_AMOUNT})\s*{_MONEY}(?!\s?\d)",
            rf"(?<![\w.,])\d+\s*{_UNITS}",
            rf"\b\d{{1,2}}(?:st|nd|rd|th|°|º)?\s+(?:of\s+|di\s+)?{_MONTHS},?\s+\d{{4}}\b",
            rf"\b{_MONTHS}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?\d{{4}}\b",
            r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}(?!\d)",
            rf"\b{_CALL}\s*:?\s*\+?\d[\d /.()-]*",
            r"(?<!\w)(?:\+|00)\d[\d /.()-]{5,}\d",
            r"\(\d{2,5}\)[ /.-]?\d[\d /.-]*\d",
            rf"{_CARD}\d{{2,}}",
            r"(?<!\d)\d+(?:[.,:/]\d+)+",
        )
    ),
    re.IGNORECASE,
)
"""Stretches of a text that hold digits and no code."""

_GROUPS = re.compile(r"(?<!\w)\d+(?:[ /-]\d+)+(?!\w)")
_PAIR = re.compile(
    r"(?<![\w.,:/-])(?<!\d[ ])(\d{3})[ -](\d{3})(?![\w-])|(?<![\w.,:/-])(?<!\d[ ])(\d{4})[ -](\d{4})(?![\w-])"
)
_PREFIXED = re.compile(r"(?<![\w-])[A-Z]{1,2}-(\d{4,8})(?![\w-])")
_ALONE = re.compile(r"(?<![\w/-])(?<!\d[.,:])(\d{4,8})(?![\w-]|[/.,:]\d)")
_AFTER_A_WORD = re.compile(rf"\b{_WORDS}-(\d{{4,8}})(?![\w-])", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")

_SHORTEST, _LONGEST = 4, 12
_NEAR = 150
"""Characters: more than an announcement can take."""
_A_PHONE_NUMBER = 9
"""Digits: groups that hold so many together are no codes."""


def find_otps(text: str) -> tuple[str, ...]:
    """The codes in `text` as one types them, in their order, each once.

    Four to eight digits that stand alone, `123 456` and `1234-5678` without what separates them, the digits of
    `G-123456`; and letters with digits behind a word that announces a code: `your code is X7K9P2`.
    """
    if not any(character.isdigit() for character in text):
        return ()
    bare = _without_what_is_none(text)
    found = sorted({(each.start(), code) for each, code in _candidates(bare)})
    return tuple(dict.fromkeys(code for _, code in found))


def _without_what_is_none(text: str) -> str:
    """The text with blanks in the place of links, amounts, dates and the like; no sign changes its place."""
    pieces: list[str] = []
    at = 0
    for begin, end in spans_of_links(text):
        pieces += (text[at:begin], _blank(end - begin))
        at = end
    without_links = "".join((*pieces, text[at:]))
    without_others = _NO_CODES.sub(lambda found: _blank(len(found[0])), without_links)
    return _GROUPS.sub(_blank_if_a_phone_number, without_others)


def _blank(length: int) -> str:
    # A blank would join the digits before and behind it; this sign separates them.
    return "|" * length


def _blank_if_a_phone_number(found: re.Match[str]) -> str:
    groups = re.findall(r"\d+", found[0])
    are_codes = all(6 <= len(group) <= 8 for group in groups)
    if sum(map(len, groups)) < _A_PHONE_NUMBER or are_codes:
        return found[0]
    return _blank(len(found[0]))


def _candidates(bare: str) -> Iterator[tuple[re.Match[str], str]]:
    paired: set[int] = set()
    for found in _PAIR.finditer(bare):
        paired.update(range(*found.span()))
        yield found, "".join(group for group in found.groups() if group)
    for pattern in (_PREFIXED, _AFTER_A_WORD):
        for found in pattern.finditer(bare):
            yield found, found[1]
    for found in _ALONE.finditer(bare):
        if found.start() not in paired and not (_YEAR.fullmatch(found[1]) and not _is_announced(bare, found)):
            yield found, found[1]
    for found in _ANNOUNCED.finditer(bare):
        code = found["code"]
        if _SHORTEST <= len(code) <= _LONGEST and any(map(str.isdigit, code)) and any(map(str.isalpha, code)):
            yield found, code


def _is_announced(bare: str, found: re.Match[str]) -> bool:
    """Whether a word before it or behind it says that this is a code: what looks like a year needs that."""
    # What announces a code stands near it: looking no further keeps a long text of years from taking for ever.
    before = bare[max(0, found.start() - _NEAR) : found.start()]
    behind = bare[found.end() : found.end() + _NEAR]
    return _JUST_ANNOUNCED.search(before) is not None or _ANNOUNCED_BEHIND.match(behind) is not None
