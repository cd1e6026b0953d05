"""Restore the secrets of a scenario that was shown with masks, edited, and sent back.

A mask without a known secret is left in place, and rejected by validation like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mock_server.scenario.model import MASK
from mock_server.scenario.yaml_reader import Node


class MaskedValues(NamedTuple):
    """The values that a scenario shows as masks."""

    passwords: Mapping[str, str]
    """By username."""
    keys: tuple[str, ...]
    """The masked API keys, in order."""
    texts: Mapping[str, tuple[str, str]]
    """Title and description, each masked and unmasked."""


def unmask(root: Node, masked: MaskedValues) -> None:
    """Replace the masks in a tree with the masked values."""
    if not isinstance(root.value, dict):
        return
    for key, (shown, text) in masked.texts.items():
        if key in root.value and root.value[key].value == shown:
            root.value[key] = _with(root.value[key], text)
    for account in _items(root.value.get("accounts")):
        _unmask_account(account, masked.passwords)
    _unmask_keys(root.value.get("api_keys"), masked.keys)


def _unmask_account(account: Node, passwords: Mapping[str, str]) -> None:
    if not isinstance(account.value, dict):
        return
    username, password = account.value.get("username"), account.value.get("password")
    if username is None or password is None or password.value != MASK:
        return
    if isinstance(username.value, str) and username.value in passwords:
        # The node itself is not changed: through an alias, it may be the password of other accounts too.
        account.value["password"] = _with(password, passwords[username.value])


def _unmask_keys(listed: Node | None, keys: tuple[str, ...]) -> None:
    """Replace masked keys by position, if their number is unchanged; otherwise they cannot be assigned."""
    if listed is None or not isinstance(listed.value, list):
        return
    masks = [index for index, item in enumerate(listed.value) if item.value == MASK]
    if len(masks) == len(keys):
        for index, key in zip(masks, keys, strict=True):
            listed.value[index] = _with(listed.value[index], key)


def _items(node: Node | None) -> Iterator[Node]:
    if node is not None and isinstance(node.value, list):
        yield from node.value


def _with(node: Node, text: str) -> Node:
    return Node(node.mark, text)
