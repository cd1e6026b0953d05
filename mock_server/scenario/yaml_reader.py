"""Read YAML as a tree of nodes with positions.

PyYAML's C parser provides the events. Its constructors are not used, because they turn `+44…` into a number, `on`
into true and `12:30` into 750, let the last of two equal keys win, and follow every alias.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeAlias

import msgspec
import yaml

from mock_server.scenario.problems import Flaw, Path

Mark: TypeAlias = tuple[int, int]
"""Line and column, from 1."""

Scalar: TypeAlias = str | int | float | bool | None

MAX_DEPTH: Final = 32
MAX_NODES: Final = 1_000_000

_TOO_DEEP: Final = f"this is nested deeper than {MAX_DEPTH} levels, the limit for a scenario"

_KEYWORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_NUMERALS: Final[tuple[tuple[re.Pattern[str], Callable[[str], Scalar]], ...]] = (
    (re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII), int),
    (re.compile(r"-?(?:0|[1-9][0-9]{0,18})\.[0-9]{1,18}(?:[eE][-+]?[0-9]{1,3})?", re.ASCII), float),
)
_TEXT_TAGS: Final = (None, "!", "tag:yaml.org,2002:str")
_COLLECTION_TAGS: Final = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class UnreadableError(Exception):
    """The text cannot be read as YAML: where reading stopped, and why."""

    def __init__(self, mark: Mark, sentence: str) -> None:
        self.mark = mark
        self.sentence = sentence
        super().__init__(sentence)


class Node(msgspec.Struct):
    """A value with its position; a mapping also has the positions of its keys."""

    mark: Mark
    value: Scalar | list[Node] | dict[str, Node] = None
    keys: dict[str, Mark] = {}
    size: int = 1
    """The number of values in it, including itself and those behind aliases."""

    def plain(self) -> object:
        """The value as plain data."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def mark_of(self, path: Path, *, at_key: bool = False) -> Mark:
        """The position of the value at `path`, or of its key; of its mapping if there is no such value."""
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


class _YamlMark(Protocol):
    """What PyYAML's two classes of marks have in common; they count from 0."""

    line: int
    column: int


def read(text: str) -> tuple[Node | None, list[tuple[Mark, Flaw]]]:
    """Parse YAML text to a tree (`None` if it is empty) and the flaws that are valid YAML but not allowed here.

    Raises:
        UnreadableError: it is not YAML, or exceeds the limits of depth or size.
    """
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        raise UnreadableError(_position(error.problem_mark or error.context_mark), _syntax(error)) from None
    except yaml.YAMLError:
        raise UnreadableError(_first_control(text), "this is not YAML: it holds a control character") from None
    except UnicodeEncodeError as error:
        raise UnreadableError(
            _mark_at(text, error.start), "this is not YAML: it holds half a surrogate pair"
        ) from None


def _syntax(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "it cannot be read"
    if "maximum nesting depth" in problem:
        # The parser looks ahead over open brackets, so its own limit may be reached before ours.
        return _TOO_DEEP
    hint = " (a tab, or a text that needs quotes)" if "cannot start any token" in problem else ""
    context = f", {error.context}" if error.context else ""
    return f"this is not YAML: {problem}{context}{hint}"


def _first_control(text: str) -> Mark:
    found = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]", text)
    return _mark_at(text, found.start() if found else 0)


def _mark_at(text: str, offset: int) -> Mark:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


class _Reader:
    """Builds nodes from the events of one text."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self._anchors: dict[str, Node | None] = {}
        self._flaws: list[tuple[Mark, Flaw]] = []
        self._size = 0

    def document(self) -> tuple[Node | None, list[tuple[Mark, Flaw]]]:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                if root is not None:
                    raise UnreadableError(_mark(event), "a second document begins here; a scenario is one document")
                root = self._node(event, ())
        return root, self._flaws

    def _node(self, event: yaml.Event, path: Path) -> Node:
        if len(path) > MAX_DEPTH:
            raise UnreadableError(_mark(event), _TOO_DEEP)
        if isinstance(event, yaml.AliasEvent):
            return self._counted(self._alias(event))
        node = Node(_mark(event))
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node.value = self._scalar(event, path)
        else:
            self._collection(event, node, path)
        if anchor is not None:
            self._anchors[anchor] = node
        return self._counted(node, 1)

    def _counted(self, node: Node, by: int | None = None) -> Node:
        self._size += node.size if by is None else by
        if self._size > MAX_NODES:
            raise UnreadableError(
                node.mark, f"this has more than {MAX_NODES:,} values, including those behind aliases"
            )
        return node

    def _alias(self, event: yaml.AliasEvent) -> Node:
        # The sentence does not repeat the name: a password that begins with '*' looks like an alias.
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise UnreadableError(
                _mark(event), "this alias has no anchor above it; quote a text that begins with '*'"
            )
        return node

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Scalar:
        if event.tag not in _TEXT_TAGS:
            self._tagged(event, path)
        plain = event.implicit[0] and event.tag is None
        return resolved(event.value) if plain else str(event.value)

    def _tagged(self, event: yaml.Event, path: Path) -> None:
        # The sentence does not repeat the tag: a password that begins with '!' looks like one.
        self._flaw(event, path, "must have no YAML tag; quote a text that begins with '!'")

    def _flaw(self, event: yaml.Event, path: Path, sentence: str) -> None:
        self._flaws.append((_mark(event), Flaw(path, sentence)))

    def _collection(self, event: yaml.Event, node: Node, path: Path) -> None:
        if getattr(event, "tag", None) not in _COLLECTION_TAGS:
            self._tagged(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            self._sequence(node, path)
        else:
            self._mapping(node, path)

    def _sequence(self, node: Node, path: Path) -> None:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, (*path, len(items))))
        node.value = items
        node.size += sum(item.size for item in items)

    def _mapping(self, node: Node, path: Path) -> None:
        entries: dict[str, Node] = {}
        merged: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, path)
            value = self._node(next(self._events), (*path, key))
            if key == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
                merged.extend(self._merged(event, value, path))
            elif key in entries:
                first = ":".join(map(str, node.keys[key]))
                self._flaw(event, (*path, key), f"is given twice; first at {first}")
            else:
                entries[key], node.keys[key] = value, _mark(event)
        for source in merged:
            _merge(entries, node.keys, source)
        node.value = entries
        node.size += sum(value.size for value in entries.values())

    def _key(self, event: yaml.Event, path: Path) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.tag not in _TEXT_TAGS:
                self._tagged(event, path)
            return str(event.value)
        raise UnreadableError(_mark(event), "a key must be a plain text")

    def _merged(self, event: yaml.Event, value: Node, path: Path) -> list[Node]:
        sources = value.value if isinstance(value.value, list) else [value]
        if not all(isinstance(source.value, dict) for source in sources):
            self._flaw(event, path, "'<<' merges a mapping or a list of mappings, and this is neither")
            return []
        return sources


def _merge(entries: dict[str, Node], keys: dict[str, Mark], source: Node) -> None:
    if isinstance(source.value, dict):
        for key, node in source.value.items():
            if key not in entries:
                entries[key], keys[key] = node, source.keys[key]


def _mark(event: yaml.Event) -> Mark:
    return _position(event.start_mark)


def _position(mark: _YamlMark | None) -> Mark:
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def resolved(text: str) -> Scalar:
    """Resolve a plain scalar: to itself, unless it is a number or one of YAML's few keywords."""
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    return next((make(text) for pattern, make in _NUMERALS if pattern.fullmatch(text)), text)
