"""Passwords in recorded texts: found in every encoding, and fully masked."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from json import dumps
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_server.domain.secrets import MASK, Secrets, spellings
from tests.domain.asking import PREDICTABLE

PASSWORD = 'p"ä /+\\$ss'
"""Each of its characters has another spelling in some encoding."""

ANY_CHARACTER = st.characters()
"""Lone surrogates included."""


def _secrets(*passwords: str, username: str = "anna") -> Secrets:
    return Secrets().with_more(found for password in passwords for found in spellings(username, password))


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(PASSWORD.encode(), id="plain"),
        pytest.param(dumps(PASSWORD)[1:-1].encode(), id="JSON, escaped to ASCII"),
        pytest.param(dumps(PASSWORD, ensure_ascii=False)[1:-1].encode(), id="JSON, in UTF-8"),
        pytest.param(quote(PASSWORD, safe="").encode(), id="in a path"),
        pytest.param(quote_plus(PASSWORD).encode(), id="in a query"),
        pytest.param(quote(PASSWORD, safe="").lower().encode(), id="in a path, hexadecimal in lower case"),
        pytest.param("".join(f"%{byte:02X}" for byte in PASSWORD.encode()).encode(), id="every byte percent-encoded"),
        pytest.param("".join(f"\\u{ord(each):04X}" for each in PASSWORD).encode(), id="every character as in JSON"),
        pytest.param(dumps(PASSWORD)[1:-1].replace("/", "\\/").encode(), id="JSON, with the slash escaped"),
        pytest.param(b64encode(PASSWORD.encode()), id="Base64"),
        pytest.param(urlsafe_b64encode(PASSWORD.encode()), id="Base64 for URLs"),
        pytest.param(b64encode(f"anna:{PASSWORD}".encode()), id="a Basic pair"),
    ],
)
def test_a_password_is_masked_in_every_spelling(spelled: bytes) -> None:
    """Secrets stay out: in any encoding that a client uses, a password is replaced by asterisks."""
    secrets = _secrets(PASSWORD)
    raw = b"before " + spelled + b" after"

    assert secrets.found_in(raw)
    assert secrets.mask(raw) == b"before *** after"


def test_every_occurrence_is_masked() -> None:
    """Secrets stay out: at the beginning, at the end, adjacent, and each of several."""
    secrets = _secrets("alpha-1", "bravo-2")

    assert secrets.mask(b"alpha-1, bravo-2alpha-1; alpha-1") == b"***, ******; ***"


@pytest.mark.parametrize(
    ("passwords", "raw", "masked"),
    [
        pytest.param(("secret", "secret-two"), b"<secret-two>", b"<***>", id="one begins the other"),
        pytest.param(("secret", "secret-two"), b"<secret-one>", b"<***-one>", id="the shorter alone"),
        pytest.param(("secret", "top-secret"), b"<top-secret>", b"<***>", id="one ends the other"),
        pytest.param(("cret-t", "secret-two"), b"<secret-two>", b"<***>", id="one inside the other"),
        pytest.param(("abcdef", "defghi"), b"<abcdefghi>", b"<***>", id="the end of one begins the other"),
        pytest.param(("abcd", "bcdefgh"), b"<abcdefgh>", b"<***>", id="the longer one begins later"),
        pytest.param(("abcd", "cdef", "efgh"), b"<abcdefgh>", b"<***>", id="a chain"),
        pytest.param(("aaaa",), b"<aaaaaa>", b"<***>", id="a password that overlaps itself"),
        pytest.param(("abcd", "efgh"), b"<abcdefgh>", b"<******>", id="adjacent"),
    ],
)
def test_overlapping_secrets_are_masked_completely(passwords: tuple[str, ...], raw: bytes, masked: bytes) -> None:
    """Secrets stay out: every byte of every occurrence of a secret is masked."""
    assert _secrets(*passwords).mask(raw) == masked


def test_a_basic_pair_is_masked_completely_even_if_it_contains_the_encoded_password() -> None:
    """Secrets stay out: the Base64 of the password alone may be the end of the pair's."""
    pair = b64encode(b"admin:admin-secret")
    assert b64encode(b"admin-secret") in pair, "the case that this test is about"

    assert _secrets("admin-secret", username="admin").mask(b"Basic " + pair) == b"Basic ***"


@given(
    passwords=st.lists(st.text(alphabet="ab", min_size=4, max_size=6), max_size=4),
    raw=st.text(alphabet="ab ", max_size=30),
)
@settings(PREDICTABLE, max_examples=200)
def test_masking_removes_exactly_the_bytes_of_secrets(passwords: list[str], raw: str) -> None:
    """Secrets stay out, and nothing else: the bytes outside of every occurrence remain."""
    plain = raw.encode()
    secrets = Secrets(password.encode() for password in passwords)
    covered = {
        place
        for password in passwords
        for start in range(len(raw))
        if raw.startswith(password, start)
        for place in range(start, start + len(password))
    }

    masked = secrets.mask(plain)

    assert masked.replace(MASK, b"") == bytes(each for place, each in enumerate(plain) if place not in covered)
    assert secrets.found_in(plain) is bool(covered)
    assert not secrets.found_in(masked)


@pytest.mark.parametrize("password", ["", "a", "abc", "äöü"])
def test_a_password_of_fewer_than_four_characters_is_not_masked(password: str) -> None:
    """A short password would match everywhere, and the journal would be full of asterisks."""
    assert spellings("anna", password) == frozenset()


def test_a_password_of_four_characters_is_masked() -> None:
    """It is the shortest that counts."""
    assert _secrets("abcd").mask(b"abcd") == MASK


def test_a_password_is_not_a_regular_expression() -> None:
    """Special characters are matched literally."""
    secrets = _secrets(".*|(a")

    assert not secrets.found_in(b"anything at all")
    assert secrets.mask(b"x.*|(ax") == b"x***x"


@given(username=st.text(ANY_CHARACTER, max_size=6), password=st.text(ANY_CHARACTER, min_size=4, max_size=12))
@example(username="\ud800", password="\udfff\udfff\udfff\udfff")
@settings(PREDICTABLE, max_examples=100)
def test_any_password_has_spellings_and_each_is_masked(username: str, password: str) -> None:
    """For any characters, including lone surrogates, masking does not fail and leaves nothing."""
    found = spellings(username, password)
    secrets = Secrets(found)

    assert found
    assert all(secrets.mask(each) == MASK for each in found)


@pytest.mark.parametrize("password", ["lone \ud800 half", "\udfff\udfff\udfff\udfff"])
def test_a_password_with_a_lone_surrogate_is_masked(password: str) -> None:
    """JSON can contain lone surrogates; a password with one is masked like any other."""
    secrets = _secrets(password)

    assert secrets.mask(dumps(password)[1:-1].encode()) == MASK


def test_known_secrets_stay_known_when_others_are_added() -> None:
    """A changed password stays masked in older records; the original object is unchanged."""
    old = _secrets("first-password")

    both = old.with_more(spellings("anna", "second-password"))

    assert both.mask(b"first-password second-password") == b"*** ***"
    assert old.mask(b"first-password second-password") == b"*** second-password"


def test_the_union_is_one_of_the_two_if_it_contains_the_other() -> None:
    """Sessions of one scenario share one compiled pattern."""
    few, more, others = _secrets("first-one"), _secrets("first-one", "second-one"), _secrets("third-one")

    assert few.union(more) is more
    assert more.union(few) is more
    assert more.union(others).mask(b"first-one second-one third-one") == b"*** *** ***"


def test_a_removed_secret_is_shown() -> None:
    """Only secrets are masked."""
    both = _secrets("first-one", "second-one")

    assert both.without(spellings("anna", "second-one")).mask(b"first-one second-one") == b"*** second-one"


def test_without_secrets_nothing_is_masked() -> None:
    """Without secrets, nothing is found and nothing is changed."""
    secrets = Secrets()

    assert secrets.mask(b"anything") == b"anything"
    assert not secrets.found_in(b"anything")
