"""Passwords and API keys are never printed in problems."""

from __future__ import annotations

import pytest

from mock_server.scenario.loader import ScenarioError, parse_scenario


def said(text: str) -> list[str]:
    """The problems of a text after a valid first line."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(f"version: 1\n{text}\n", "f.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        "accounts: [{username: a, password: 5318008}]",
        "accounts: [{username: a, password: [5318008]}]",
        "accounts: [{username: a, password: {5318008: x}}]",
        "accounts: [{username: 'a:5318008', password: b}]",
        "accounts: [{username: 'a:5318008', password: b}, {username: 'a:5318008', password: b}]",
        "accounts: [{username: 5318008, password: b}]",
        "accounts: ['5318008']",
        "accounts: 5318008",
        "accounts: [{username: a, password: *x5318008}]",
        "accounts: [{username: a, password: !x5318008 b}]",
        "accounts: [{username: a, password: !x5318008!b c}]",
        "accounts: [{username: a, password: %5318008}]",
        "accounts: [{username: a, password: @5318008}]",
        "accounts: [{username: a, password: x: 5318008}]",
        "accounts: [{username: a, password: 'b', password: '5318008'}]",
        "accounts: [{username: a, pasword: '5318008', password: b}]",
        "api_keys: [5318008]",
        "api_keys: 5318008",
        "api_keys: [[5318008]]",
        "api_keys: [{key: 5318008}]",
        "api_keys: ['5318008', '5318008']",
        "api_keys: [' 5318008']",
        "api_keys: ['5318008é']",
        "api_keys: [*x5318008]",
    ],
)
def test_no_secret_is_ever_repeated(text: str) -> None:
    """Secrets stay out of all problems around them."""
    assert "5318008" not in "\n".join(said(text))


def test_a_password_of_digits_must_be_quoted() -> None:
    """12345 is a number in YAML; the problem says how to fix it."""
    assert said("accounts: [{username: a, password: 12345}]") == [
        "f.yaml:2:36: accounts[0].password: must be a text; put it in quotes"
    ]


@pytest.mark.parametrize("key", ["' abcd'", "'abcd '", "'abc\u00e9'", '"ab\\ncd"', "12345"])
def test_a_key_must_be_a_valid_header_value(key: str) -> None:
    """Any other could not be sent, and every look-up would get 403 for no visible reason."""
    (problem,) = said(f"api_keys: [{key}]")

    assert problem.removesuffix("; put it in quotes") == (
        "f.yaml:2:12: api_keys[0]: must be a text of at least 4 visible ASCII characters, "
        "with spaces only between them"
    )


def test_a_key_has_at_least_four_characters() -> None:
    """A shorter one would be masked everywhere."""
    assert said("api_keys: [abc]") == ["f.yaml:2:12: api_keys[0]: must hold at least 4 characters"]


def test_a_duplicate_key_is_reported_without_its_value() -> None:
    """API keys are secrets."""
    assert said("api_keys: [status-key, status-key]") == [
        "f.yaml:2:24: api_keys[1]: duplicate key; the first is api_keys[0] at 2:12"
    ]


def test_the_mask_of_a_key_is_refused() -> None:
    """Each one is reported."""
    mask = "'***' is the mask of a key, not a key; write the key itself"

    assert said("api_keys: ['***', '***']") == [
        f"f.yaml:2:12: api_keys[0]: {mask}",
        f"f.yaml:2:19: api_keys[1]: {mask}",
    ]


def test_the_mask_of_a_password_is_refused() -> None:
    """A document shown without its secrets cannot be sent back by mistake."""
    (problem,) = said("accounts: [{username: a, password: '***'}]")

    assert problem.startswith("f.yaml:2:36: accounts[0].password: '***' is the mask of a password")
