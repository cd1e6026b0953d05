"""A scenario that was shown with masks and comes back changed: what stood behind the masks is put in again.

A mask that nothing is known to stand behind is left, and judged as any other: nobody's password is ever `***`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mock_server.scenario.model import MASK
from mock_server.scenario.yaml_reader import Node


class MaskedValues(NamedTuple):
    """What a scenario holds and does not show."""

    passwords: Mapping[str, str]
    """By username."""
    keys: tuple[str, ...]
    """API keys that are masked, in their order."""
    texts: Mapping[str, tuple[str, str]]
    """Title and description: as they are shown, and as they are."""


def unmask(root: Node, hidden: MaskedValues) -> None:
    """Put what is hidden in the place of the masks of a tree."""
    if not isinstance(root.value, dict):
        return
    for key, (shown, text) in hidden.texts.items():
        if key in root.value and root.value[key].value == shown:
            root.value[key] = _with(root.value[key], text)
    for account in _items(root.value.get("accounts")):
        _unmask_account(account, hidden.passwords)
    _unmask_keys(root.value.get("api_keys"), hidden.keys)


def _unmask_account(account: Node, passwords: Mapping[str, str]) -> None:
    if not isinstance(account.value, dict):
        return
    username, password = account.value.get("username"), account.value.get("password")
    if username is None or password is None or password.value != MASK:
        return
    if isinstance(username.value, str) and username.value in passwords:
        # Not in the node itself: by an alias it may be the password of others, too.
        account.value["password"] = _with(password, passwords[username.value])


def _unmask_keys(listed: Node | None, keys: tuple[str, ...]) -> None:
    """By their order, where as many masks came back as were shown; else nobody knows which of them is which."""
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
