"""Finding one-time passwords (OTPs) in a text, so that tests need no regular expression for it.

A missing OTP is better than a wrong one: parts of phone numbers, amounts, dates, times, links and e-mail addresses
do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mock_server.domain.urls import spans_of_links

_WORDS = (
    r"(?:codes?|codic[ei]|otps?|pins?|passwords?|passcodes?|tokens?|m?tans?|passkeys?|password\ temporanea"
    r"|one[- ]time[- ]code|chiave|verification|verifica)"
)
"""Words that announce an OTP, in English and Italian."""
_IS = r"(?:\bis\b|\bare\b|(?<!\w)[èe]['\u2019]?(?!\w)|\bsono\b|[:=])"
_QUOTES = "[\"'\u00ab\u201c\u2018(*]?"

_ANNOUNCED = re.compile(
    rf"\b{_WORDS}\b[^.:;=!?\n\d]{{0,40}}?{_IS}\s*{_QUOTES}(?P<otp>[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?![\w@-])",
    re.IGNORECASE,
)
_ANNOUNCED_BEFORE = re.compile(rf"\b{_WORDS}(?:\b[^.:;=!?\n\d]{{0,40}}?{_IS})?\s*{_QUOTES}-?\Z", re.IGNORECASE)
_ANNOUNCED_AFTER = re.compile(
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

_NOT_OTPS = re.compile(
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
"""Parts of a text that contain digits but no OTP."""

_GROUPS = re.compile(r"(?<!\w)\d+(?:[ /-]\d+)+(?!\w)")
_PAIR = re.compile(
    r"(?<![\w.,:/-])(?<!\d[ ])(\d{3})[ -](\d{3})(?![\w-])|(?<![\w.,:/-])(?<!\d[ ])(\d{4})[ -](\d{4})(?![\w-])"
)
_PREFIXED = re.compile(r"(?<![\w-])[A-Z]{1,2}-(\d{4,8})(?![\w-])")
_ALONE = re.compile(r"(?<![\w/-])(?<!\d[.,:])(\d{4,8})(?![\w-]|[/.,:]\d)")
_AFTER_A_WORD = re.compile(rf"\b{_WORDS}-(\d{{4,8}})(?![\w-])", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")

_SHORTEST, _LONGEST = 4, 12
_LOOK_AROUND = 150
"""Characters searched for an announcement: more than one can take."""
_PHONE_NUMBER_DIGITS = 9
"""Groups with at least this many digits in total are a phone number."""


def find_otps(text: str) -> tuple[str, ...]:
    """The OTPs in `text` as a user types them, in order, without repetition.

    An OTP is four to eight digits on their own; `123 456` or `1234-5678`, without the separator; the digits of
    `G-123456`; or letters mixed with digits after a word that announces an OTP: `your code is X7K9P2`.
    """
    if not any(character.isdigit() for character in text):
        return ()
    blanked = _blanked(text)
    found = sorted({(each.start(), otp) for each, otp in _candidates(blanked)})
    return tuple(dict.fromkeys(otp for _, otp in found))


def _blanked(text: str) -> str:
    """The text with links, amounts, dates and the like blanked out; no character changes its position."""
    pieces: list[str] = []
    at = 0
    for begin, end in spans_of_links(text):
        pieces += (text[at:begin], _blank(end - begin))
        at = end
    without_links = "".join((*pieces, text[at:]))
    without_others = _NOT_OTPS.sub(lambda found: _blank(len(found[0])), without_links)
    return _GROUPS.sub(_blank_phone_number, without_others)


def _blank(length: int) -> str:
    # A space would join the digits on its two sides into one group; this character separates them.
    return "|" * length


def _blank_phone_number(found: re.Match[str]) -> str:
    groups = re.findall(r"\d+", found[0])
    are_otps = all(6 <= len(group) <= 8 for group in groups)
    if sum(map(len, groups)) < _PHONE_NUMBER_DIGITS or are_otps:
        return found[0]
    return _blank(len(found[0]))


def _candidates(blanked: str) -> Iterator[tuple[re.Match[str], str]]:
    paired: set[int] = set()
    for found in _PAIR.finditer(blanked):
        paired.update(range(*found.span()))
        yield found, "".join(group for group in found.groups() if group)
    for pattern in (_PREFIXED, _AFTER_A_WORD):
        for found in pattern.finditer(blanked):
            yield found, found[1]
    for found in _ALONE.finditer(blanked):
        if found.start() not in paired and not (_YEAR.fullmatch(found[1]) and not _is_announced(blanked, found)):
            yield found, found[1]
    for found in _ANNOUNCED.finditer(blanked):
        otp = found["otp"]
        if _SHORTEST <= len(otp) <= _LONGEST and any(map(str.isdigit, otp)) and any(map(str.isalpha, otp)):
            yield found, otp


def _is_announced(blanked: str, found: re.Match[str]) -> bool:
    """Whether a word before or after it announces an OTP; required for what looks like a year."""
    # The search is limited so that a long text full of years does not take quadratic time.
    before = blanked[max(0, found.start() - _LOOK_AROUND) : found.start()]
    after = blanked[found.end() : found.end() + _LOOK_AROUND]
    return _ANNOUNCED_BEFORE.search(before) is not None or _ANNOUNCED_AFTER.match(after) is not None
