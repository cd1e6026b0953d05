"""A scenario as a file: what stands in it makes the same scenario when it is read again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from typing import Any, Final

import yaml

from mock_server.scenario.yaml_reader import resolved

WIDTH: Final = 100
"""Where lines of prose are broken; the word that crosses it stays."""
_ROOM: Final = 90
"""How long a list or mapping may be to stand on one line."""

_FIRST_LINE: Final = "# yaml-language-server: $schema=./scenario.schema.json\n"
_PROSE: Final = re.compile(r"[^ ]+(?: [^ ]+)*")
"""What reads the same however its lines are broken."""


class _Writer(yaml.SafeDumper):
    """Writes for our reader, which takes other words for texts than YAML's own schema does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Have the dashes of a list stand further in than its key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, _: object) -> bool:
        """Write everything out: an alias is for those who know where its anchor stands."""
        return True


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.isprintable() and isinstance(resolved(text), str) and not text.startswith("+")
    style = None if plain else '"'
    if plain and len(text) > _ROOM and _PROSE.fullmatch(text):
        style = ">"
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _number(writer: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    written = repr(number)
    if not isinstance(resolved(written), float):
        written = f"{number:.16e}"
    return writer.represent_scalar("tag:yaml.org,2002:float", written)


_Writer.add_representer(str, _text)
_Writer.add_representer(float, _number)


def exported(document: Mapping[str, Any], remarks: tuple[str, ...] = ()) -> str:
    """A scenario's document as a YAML file; `remarks` stand above it as comments."""
    writer = _Writer(StringIO(), sort_keys=False)
    root = writer.represent_mapping("tag:yaml.org,2002:map", dict(document), flow_style=False)
    for _, value in root.value:
        _lay_out(value)
    written = yaml.serialize(root, Dumper=_Writer, width=WIDTH, allow_unicode=True)
    return _FIRST_LINE + "".join(f"# {remark}\n" for remark in remarks) + written


def _lay_out(node: yaml.Node) -> int:
    """Put what is short on one line; how long the node would be there."""
    if not isinstance(node, yaml.CollectionNode):
        return len(node.value) + 2
    rows = False
    length = 2
    for entry in node.value:
        parts = entry if isinstance(node, yaml.MappingNode) else (entry,)
        length += sum(_lay_out(part) + 2 for part in parts)
        rows = rows or isinstance(entry, yaml.MappingNode)
    node.flow_style = length <= _ROOM and not (rows and len(node.value) > 1)
    return length if node.flow_style else _ROOM + 1
