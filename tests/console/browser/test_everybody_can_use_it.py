"""WCAG 2.2 AA on every view: in light and dark, on a desk and on a phone, filled and empty, in both languages."""

from __future__ import annotations

import pytest

from tests.console.browser.axe import violations
from tests.console.browser.views import OF_AN_EMPTY_SESSION, PATHS, fill, prepare
from tests.console.browser.windows import DESK, NARROWEST, PHONE, Window, Windows
from tests.support import World

LANGUAGES = {"en": "en-GB", "it": "it-IT"}


LOOKS = {"light": DESK, "dark": DESK, "phone": PHONE}


def assert_usable(window: Window, view: str) -> None:
    """No violation in either scheme, nor on a phone; and no line that one has to scroll to the side for."""
    page = window.page
    found = []
    for look, size in LOOKS.items():
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        window.resize(size)
        # Colours are all that another scheme changes.
        found += [f"{view}, {look}: {said}" for said in violations(page, only_colours=look == "dark")]
    window.resize(NARROWEST)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert found == []
    assert wide <= NARROWEST.width


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", PATHS)
def test_a_view_with_content_has_no_violation(windows: Windows, world: World, view: str, language: str) -> None:
    """What is shown of messages, refusals, webhooks."""
    fill(world)
    prepare(world, view)
    window = windows(world, language=LANGUAGES[language])
    if view == "problem":
        window.expect_trouble("404")
    window.open(PATHS[view](world))

    assert window.page.locator("html").get_attribute("lang") == language
    assert_usable(window, view)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", OF_AN_EMPTY_SESSION)
def test_an_empty_view_has_no_violation(windows: Windows, world: World, view: str, language: str) -> None:
    """What teaches."""
    window = windows(world, language=LANGUAGES[language])
    window.open(OF_AN_EMPTY_SESSION[view](world))

    assert_usable(window, view)


def test_a_violation_is_found(window: Window) -> None:
    """In a colour that only one scheme has, and of a field without a label: the judge is not blind."""
    page = window.open()
    page.evaluate(
        """() => {
            const main = document.querySelector('main');
            main.append(document.createElement('input'));
            const pale = Object.assign(document.createElement('p'), {textContent: 'hardly to be read'});
            pale.style.color = '#999';
            pale.style.backgroundColor = '#fff';
            main.append(pale);
        }"""
    )

    said = {each.partition(":")[0] for each in violations(page)}

    assert said == {"label", "color-contrast"}
