"""Passwords stay out of what is printed, whatever is wrong around them."""

from __future__ import annotations

import pytest

from mock_server.scenario.loader import ScenarioError, parse_scenario


def said(text: str) -> list[str]:
    """What the loader says of a text that begins with a good first line."""
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
    ],
)
def test_no_password_is_ever_repeated(text: str) -> None:
    """Secrets stay out of what is printed, whatever is wrong around them."""
    assert "5318008" not in "\n".join(said(text))


def test_a_password_of_digits_is_to_be_quoted() -> None:
    """12345 is a number to YAML; the way out is printed."""
    assert said("accounts: [{username: a, password: 12345}]") == [
        "f.yaml:2:36: accounts[0].password: must be a text; put it in quotes"
    ]


def test_the_mask_of_a_password_is_no_password() -> None:
    """A document that was shown without its secrets cannot be sent back by mistake."""
    (problem,) = said("accounts: [{username: a, password: '***'}]")

    assert problem.startswith("f.yaml:2:36: accounts[0].password: '***' is what stands in place of a password")
