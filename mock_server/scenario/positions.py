"""Where everything in a file stands."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from mock_server.scenario.problems import Path

Mark: TypeAlias = tuple[int, int]
"""Line and column, from 1."""

Scalar: TypeAlias = str | int | float | bool | None


class UnreadableError(Exception):
    """The text is no YAML that a scenario could be: where reading stopped, and why."""

    def __init__(self, mark: Mark, sentence: str) -> None:
        self.mark = mark
        self.sentence = sentence
        super().__init__(sentence)


class Node(msgspec.Struct):
    """A value and where it stands; a mapping knows where its keys stand, too."""

    mark: Mark
    value: Scalar | list[Node] | dict[str, Node] = None
    keys: dict[str, Mark] = {}
    size: int = 1
    """How many values it holds, itself and those behind aliases included."""

    def plain(self) -> object:
        """The value as plain data."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def mark_of(self, path: Path, *, at_key: bool = False) -> Mark:
        """Where the value at `path` stands, or its key; what is not there stands where its mapping does."""
        node = self
        for depth, step in enumerate(path):
            last = depth == len(path) - 1
            if isinstance(node.value, dict) and isinstance(step, str) and step in node.value:
                if last and at_key:
                    return node.keys[step]
                node = node.value[step]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
        return node.mark
