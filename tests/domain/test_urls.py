"""URLs and links in texts, under both readings of URL-3."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_server.domain.urls import find_links, find_url
from tests.domain.asking import PREDICTABLE

EXPLICIT = [
    ("http://example.com", "http://example.com"),
    ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
    ("HTTPS://EXAMPLE.COM", "HTTPS://EXAMPLE.COM"),
    ("HtTp://example.com", "HtTp://example.com"),
    ("see ftp://host/file now", "ftp://host/file"),
    ("sms://x", "sms://x"),
    ("myapp://open", "myapp://open"),
    ("coap+tcp://host", "coap+tcp://host"),
    ("z39.50r://host", "z39.50r://host"),
    ("a://b", "a://b"),
    ("http://localhost", "http://localhost"),
    ("http://localhost:8080/x", "http://localhost:8080/x"),
    ("http://10.0.0.1", "http://10.0.0.1"),
    ("http://10.0.0.1:8080/admin", "http://10.0.0.1:8080/admin"),
    ("http://[::1]/", "http://[::1]/"),
    ("http://user:word@example.com", "http://user:word@example.com"),
    ("http://münchen.de", "http://münchen.de"),
    ("http://例子.中国", "http://例子.中国"),
    ("http://xn--80ak6aa92e.com", "http://xn--80ak6aa92e.com"),
    ("http://❤.ws", "http://❤.ws"),
    ("line one\nhttps://example.com\nline three", "https://example.com"),
    ("tab\thttps://example.com\tend", "https://example.com"),
    ("no-break\u00a0https://example.com\u00a0space", "https://example.com"),
    ("code:https://example.com", "https://example.com"),
    ("1.https://example.com", "https://example.com"),
    ("1234https://example.com", "https://example.com"),
    ("-https://example.com", "https://example.com"),
    ("+https://example.com", "https://example.com"),
    ("_https://example.com", "https://example.com"),
    ("èhttps://example.com", "https://example.com"),
    ("🙂https://example.com", "https://example.com"),
    ("https://a.com https://b.com", "https://a.com"),
    ("anna@example.com https://b.com", "https://b.com"),
    ("mail anna@example.com or www.example.com", "www.example.com"),
    ("www.example.com", "www.example.com"),
    ("WWW.EXAMPLE.COM/x", "WWW.EXAMPLE.COM/x"),
    ("Www.example", "Www.example"),
    ("go to:www.example.com", "www.example.com"),
    ("...www.example.com", "www.example.com"),
    ("-www.example.com", "www.example.com"),
    ("🙂www.example.com", "www.example.com"),
    ("www.münchen.de", "www.münchen.de"),
]
"""Texts, and the URL that both readings find in each."""

BARE = [
    ("example.com", "example.com"),
    ("EXAMPLE.COM", "EXAMPLE.COM"),
    ("Example.Com/path", "Example.Com/path"),
    ("exampLe.cOm", "exampLe.cOm"),
    ("go to example.com now", "example.com"),
    ("go to example.com.", "example.com"),
    ("go to example.com, please", "example.com"),
    ("go to example.com!", "example.com"),
    ("really example.com?", "example.com"),
    ("go to example.com…", "example.com"),
    ("go to example.com;", "example.com"),
    ('"example.com"', "example.com"),
    ("'example.com'", "example.com"),
    ("«example.com»", "example.com"),
    ("“example.com”", "example.com"),
    ("(example.com)", "example.com"),
    ("[example.com]", "example.com"),
    ("<example.com>", "example.com"),
    ("<b>example.com</b>", "example.com"),
    ("#example.com", "example.com"),
    ("go to\nexample.com\nnow", "example.com"),
    ("example.com:8080", "example.com:8080"),
    ("example.com:8080/x", "example.com:8080/x"),
    ("example.com?x=1", "example.com?x=1"),
    ("example.com#top", "example.com#top"),
    ("//example.com/x", "//example.com/x"),
    ("sub.domain.example.co.uk", "sub.domain.example.co.uk"),
    ("foo-bar.com", "foo-bar.com"),
    ("bit.ly/abc", "bit.ly/abc"),
    ("t.me/abc", "t.me/abc"),
    ("example.it", "example.it"),
    ("example.museum", "example.museum"),
    ("example.photography", "example.photography"),
    ("123.it", "123.it"),
    ("25.12.it", "25.12.it"),
    ("münchen.de", "münchen.de"),
    ("straße.de", "straße.de"),
    ("bücher.example.com", "bücher.example.com"),
    ("i❤.ws", "i❤.ws"),
    ("例え.jp", "例え.jp"),
    ("пример.рф", "пример.рф"),
    ("президент.рф/путь", "президент.рф/путь"),
    ("例子.中国", "例子.中国"),
    ("example.中国", "example.中国"),
    ("пример.укр", "пример.укр"),
    ("例え.みんな", "例え.みんな"),
    ("उदाहरण.भारत", "उदाहरण.भारत"),
    ("مثال.مصر", "مثال.مصر"),
    ("example。com", "example.com"),
    ("example\uff0ecom", "example.com"),
    ("example\uff61com", "example.com"),
    ("例子。中国", "例子.中国"),
    ("пример。рф", "пример.рф"),
    ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
    ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
    ("XN--E1AFMKFD.XN--P1AI", "XN--E1AFMKFD.XN--P1AI"),
    ("example.xn--fiqs8s", "example.xn--fiqs8s"),
    ("anna@example.com example.org", "example.org"),
    ("anna@example.com, example.org", "example.org"),
    ("example.org, anna@example.com", "example.org"),
    ("mailto:anna@example.com example.org", "example.org"),
    ("example.org/anna@example.com", "example.org/anna@example.com"),
    ("example.org?m=anna@example.com", "example.org?m=anna@example.com"),
    ("version 1.2.3 at example.com", "example.com"),
    ("1.000,50 EUR on example.it", "example.it"),
]
"""Texts, and the domain in each that is a URL in the default reading of URL-3 only."""

NEITHER = [
    "",
    " ",
    "Hello",
    "Hello. World",
    "End of sentence. Next one.",
    "Wait... what",
    "...",
    "com",
    ".com",
    "example.",
    "example .com",
    "example. com",
    "example . com",
    "dot com",
    "example dot com",
    "3.14",
    "1.000,50 EUR",
    "1.000.000",
    "2.5kg",
    "12.30",
    "25.12.2026",
    "v1.2.3",
    "1.2.3",
    "version 1.2.3.4",
    "10.0.0.1",
    "192.168.0.1:8080",
    "192.168.0.1/admin",
    "[::1]",
    "::1",
    "12:30",
    "Code: 123456",
    "localhost",
    "localhost:8080",
    "example.local",
    "example.zzz",
    "x.y",
    "foo.c",
    "foo.combar",
    "a..b",
    "file.txt",
    "photo.jpg",
    "index.html",
    "e.g. this",
    "i.e. that",
    "U.S.",
    "S.p.A.",
    "Mr.Smith",
    "non.è",
    "anna@example.com",
    "anna@example.com.",
    "<anna@example.com>",
    "ANNA@EXAMPLE.COM",
    "anna.maria@example.com",
    "anna+tag@example.com",
    "anna@sub.example.com",
    "anna@www.example.com",
    "anna@a-www.example.com",
    "anna@example.com and b@example.org",
    "mailto:anna@example.com",
    "write to:anna@example.com",
    "anna@пример.рф",
    "анна@пример.рф",
    "anna@例え.jp",
    "anna@example.com/path",
    "anna@example.com?subject=x",
    "anna@example",
    "@example",
    "tel:+393401234567",
    "javascript:alert(1)",
    "http:",
    "http:/x",
    "http://",
    "http:// example",
    "://x",
    "1://x",
    "www",
    "www.",
    "www. example",
    "wwww",
    "+++",
    "\u3002",
    "\u4f60\u597d\u3002\u518d\u89c1",
    "a\x00b",
]
"""Texts without a URL under either reading."""

PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=".:\u3002\uff0e\uff61"), max_size=40)
"""Texts that cannot contain a URL: no full stop of any kind, no colon."""


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize("bare_domains", [True, False], ids=["bare-domains", "explicit"])
@pytest.mark.parametrize(("text", "url"), EXPLICIT)
def test_a_scheme_or_www_is_a_url_under_both_readings(text: str, url: str, bare_domains: bool) -> None:
    """URL-3: any `scheme://…` and `www.…` is a URL, anywhere in the text."""
    assert find_url(text, bare_domains=bare_domains) == url


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize(("text", "url"), BARE)
def test_a_bare_domain_is_a_url(text: str, url: str) -> None:
    """URL-3: a domain with a known top-level domain counts with or without a path, including international ones."""
    assert find_url(text) == url
    assert find_url(text, bare_domains=True) == url


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize(("text", "_"), BARE)
def test_a_bare_domain_is_not_a_url_under_the_other_reading(text: str, _: str) -> None:
    """URL-3, the alternative: only a scheme or `www.` makes a URL."""
    assert find_url(text, bare_domains=False) is None


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize("bare_domains", [True, False], ids=["bare-domains", "explicit"])
@pytest.mark.parametrize("text", NEITHER)
def test_no_url_is_found_in_a_text_without_one(text: str, bare_domains: bool) -> None:
    """URL-3: e-mail addresses, numbers, dates, abbreviations and the ends of sentences are not URLs."""
    assert find_url(text, bare_domains=bare_domains) is None


@pytest.mark.requirement("URL-3")
@given(before=PLAIN, after=PLAIN, url=st.sampled_from(["https://example.com/a", "www.example.com"]))
@example(before="1", after="", url="https://example.com/a")
@settings(PREDICTABLE, max_examples=100)
def test_a_url_is_found_between_any_other_words(before: str, after: str, url: str) -> None:
    """URL-3: the text before and after does not hide a URL."""
    text = f"{before} {url} {after}"

    assert find_url(text) == url
    assert find_url(text, bare_domains=False) == url


@pytest.mark.requirement("URL-3")
@given(text=PLAIN)
@settings(PREDICTABLE, max_examples=100)
def test_a_text_without_full_stop_and_colon_never_has_a_url(text: str) -> None:
    """URL-3: every URL has a full stop or a scheme."""
    assert find_url(text) is None


@pytest.mark.requirement("URL-3")
@given(text=st.text(alphabet="a1.:/@w-\u3002 ", max_size=60))
@settings(PREDICTABLE, max_examples=200)
def test_what_is_a_url_under_the_narrow_reading_is_one_under_the_wide_reading(text: str) -> None:
    """URL-3: the alternative reading finds a subset of what the default finds, and the same URL in it."""
    narrow = find_url(text, bare_domains=False)

    assert narrow is None or find_url(text) == narrow


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize(
    "text",
    [
        "example.com\N{GRINNING FACE}",
        "\N{GRINNING FACE}example.com",
        "a|example.com|b",
        "pin:12345.it",
        "foo_bar.com",
    ],
)
def test_a_bare_domain_is_found_next_to_any_character(text: str) -> None:
    """URL-3: an emoji, a bar, a colon or an underscore does not hide a domain."""
    assert find_url(text) is not None
    assert find_url(text, bare_domains=False) is None


@pytest.mark.requirement("URL-3")
@pytest.mark.parametrize("text", ["you@example.com\N{GRINNING FACE}", "write:you@example.com|me@example.it"])
def test_an_address_stays_an_address_next_to_any_character(text: str) -> None:
    """URL-3: an e-mail address is not a URL, whatever character precedes or follows it."""
    assert find_url(text) is None


LINKS = [
    ("Go to https://example.com/a?b=1.", ("https://example.com/a?b=1",)),
    ("(see https://en.wikipedia.org/wiki/A_(b))", ("https://en.wikipedia.org/wiki/A_(b)",)),
    ("www.example.com, and example.org/x!", ("www.example.com", "example.org/x")),
    ("myapp://open/1?x=2; ok", ("myapp://open/1?x=2",)),
    ("a@example.com", ()),
    ("https://a.example,https://b.example", ("https://a.example", "https://b.example")),
    ("https://...", ()),
    ("müller.de und http://bücher.example/ü", ("müller.de", "http://bücher.example/ü")),
    ("<https://x.example/y>", ("https://x.example/y",)),
    ("«https://x.example/y»", ("https://x.example/y",)),
    ("no link. here", ()),
    ("example.com example.com", ("example.com",)),
    ("пример.рф", ("пример.рф",)),
    ("Clicca qui:bit.ly/3xYz", ("bit.ly/3xYz",)),
    ("1.https://example.com", ("https://example.com",)),
    ("example。com", ("example。com",)),
    ("http://localhost:8080/x", ("http://localhost:8080/x",)),
    ("Ends with https://example.com/…", ("https://example.com/",)),
    ("😀example.com😀", ("example.com",)),
    ("https://example.com/a_b and example.com/a_b/c", ("https://example.com/a_b", "example.com/a_b/c")),
    ("[https://example.com/x]", ("https://example.com/x",)),
    ('"https://example.com/x"', ("https://example.com/x",)),
    ("\u201cwww.example.com\u201d", ("www.example.com",)),
    ("x://\u201d and more.", ()),
]


@pytest.mark.parametrize(("text", "links"), LINKS)
def test_all_links_of_a_text_are_found_without_the_punctuation_around_them(text: str, links: tuple[str, ...]) -> None:
    """With or without a scheme, including international names; the end of a sentence is not part of a link."""
    assert find_links(text) == links
