"""Hostile texts of messages and clients are shown as text: they run nothing, load nothing, and break no page."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.views import PATHS
from tests.console.browser.windows import NARROWEST, BrowserWindows, Window
from tests.support import ADMIN, SessionClient

HOSTILE = {
    "a script": "<script>window.ran = 1; alert(1)</script>",
    "an image that is not there": "<img src=x onerror=\"window.ran = 1; alert('ran')\">",
    "an image of another origin": "<img src='http://192.0.2.1/x.png'><link rel=stylesheet href='//192.0.2.1/x.css'>",
    "a way out of an attribute": '" autofocus onfocus="window.ran = 1" x=\'',
    "a way out of the page": "</p></li></ol></main></body></html><h1>Gone</h1>",
    "a template": "{{ 7777*11 }} {% include 'layout.html' %} ${7777*11} #{7777*11}",
    "htmx": "<div hx-get='/~x/_console' hx-trigger='load' hx-on:load='window.ran = 1' data-hx-get='/x'>hx</div>",
    "a link that runs": "javascript:window.ran=1//https://x.example/ data:text/html,<script>window.ran=1</script>",
    "text that turns around": "invoice \u202egnp.exe\u202c \u2066\u2067\u200f",
    "nothing to be seen": "a\u0000b\u0007c\u200bd\ufefff\u2028g",
    "many emoji": "\U0001f600" * 800 + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 160,
    "a word without an end": "Donaudampfschiff" * 90,
    "accents without an end": "Z\u0351\u036b\u0343" * 300,
    "half a character": "half \ud83d of one",
}


WRITTEN = [kind for kind in HOSTILE if kind not in {"nothing to be seen", "half a character"}]
"""Those that a scenario can contain too."""


@pytest.mark.parametrize("view", PATHS)
def test_hostile_texts_are_escaped_on_every_view(windows: BrowserWindows, world: SessionClient, view: str) -> None:
    """In text, number, reference, username and headers; also in a page that is refreshed."""
    window = windows(world, size=NARROWEST)
    if view == "problem":
        window.expect_errors("404")
    page = window.open(PATHS["inbox"](world))
    world.patch(title=HOSTILE["an image that is not there"], description=" ".join(HOSTILE[each] for each in WRITTEN))
    for text in HOSTILE.values():
        send_everywhere(world, text)
    expect(page.locator(".conversation").first).to_be_visible()

    for path in paths(world, view):
        window.open(path)
        assert_harmless(page, path)


def test_a_hostile_search_is_escaped(window: Window) -> None:
    """In the URL, in the field and in the links of the page."""
    for kind, text in HOSTILE.items():
        page = window.open("?" + urlencode({"q": text.encode("utf-8", "replace")}))

        assert_harmless(page, kind)
        # A single-line field holds no control characters and no lone surrogates.
        if kind in WRITTEN:
            expect(page.get_by_role("searchbox")).to_have_value(text.strip())


def assert_harmless(page: Page, where: str) -> None:
    """Assert that nothing ran, no text became markup, and the page is as wide as its window."""
    assert page.evaluate("window.ran") is None, where
    assert page.locator("main :is(script, link, style, iframe, object, img:not([src$='/qr.svg']))").count() == 0, (
        where
    )
    assert page.locator("main :is([onerror], [onfocus], [href^='javascript:'])").count() == 0, where
    assert page.locator("h1").count() == 1, where
    assert page.locator("[hx-get^='/~x'], [data-hx-get], [hx-on\\:load]").count() == 0, where
    assert "85547" not in page.locator("main").inner_text().split(), where
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, where


def send_everywhere(world: SessionClient, text: str) -> None:
    """Send the text in every place that a client can write: accepted, refused, and malformed."""
    in_a_header = "".join(each for each in text if " " <= each <= "~").strip()[:500]
    headers = {"X-Trace": in_a_header, "User-Agent": in_a_header}
    reference = {"service": "ADMIN", "action": text[:200], "key": text[:200]}
    world.send(text, reference=reference, headers=headers, account="admin")
    world.send(text, text[:50], headers=headers)
    world.send(text, auth=(in_a_header.replace(":", ""), "x"), headers=headers)
    world.send_raw(text.encode("utf-8", "surrogatepass"), auth=ADMIN)


def paths(world: SessionClient, view: str) -> list[str]:
    """The paths of a view that show it."""
    if view == "exchange":
        return [f"/exchanges/{each['id']}" for each in world.exchanges()]
    if view == "message":
        return [f"/messages/{each['id']}" for each in world.messages()]
    if view == "thread":
        return ["?" + urlencode({"to": text[:50].encode("utf-8", "replace")}) for text in HOSTILE.values()]
    return [PATHS[view](world)]
