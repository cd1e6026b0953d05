"""Export a scenario as a YAML file that loads as the same scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from typing import Any, Final

import yaml

from mock_server.scenario.yaml_reader import resolved

WIDTH: Final = 100
"""The column after which folded text is broken, at the end of a word."""
_FLOW_WIDTH: Final = 90
"""The maximum length of a list or mapping on one line."""

_FIRST_LINE: Final = "# yaml-language-server: $schema=./scenario.schema.json\n"
_FOLDABLE: Final = re.compile(r"[^ ]+(?: [^ ]+)*")
"""Text that can be folded over several lines without a change of its value."""


class _Writer(yaml.SafeDumper):
    """Writes for `yaml_reader`, which resolves other plain scalars as text than PyYAML does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent the dashes of a list further than its key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, _: object) -> bool:
        """Never write aliases."""
        return True


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.isprintable() and isinstance(resolved(text), str) and not text.startswith("+")
    style = None if plain else '"'
    if plain and len(text) > _FLOW_WIDTH and _FOLDABLE.fullmatch(text):
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
    """Render a scenario's document as YAML; `remarks` become comments at the top."""
    writer = _Writer(StringIO(), sort_keys=False)
    root = writer.represent_mapping("tag:yaml.org,2002:map", dict(document), flow_style=False)
    for _, value in root.value:
        _lay_out(value)
    written = yaml.serialize(root, Dumper=_Writer, width=WIDTH, allow_unicode=True)
    return _FIRST_LINE + "".join(f"# {remark}\n" for remark in remarks) + written


def _lay_out(node: yaml.Node) -> int:
    """Use flow style for nodes that fit on one line; return the length of the node in flow style."""
    if not isinstance(node, yaml.CollectionNode):
        return len(node.value) + 2
    has_mappings = False
    length = 2
    for entry in node.value:
        parts = entry if isinstance(node, yaml.MappingNode) else (entry,)
        length += sum(_lay_out(part) + 2 for part in parts)
        has_mappings = has_mappings or isinstance(entry, yaml.MappingNode)
    node.flow_style = length <= _FLOW_WIDTH and not (has_mappings and len(node.value) > 1)
    return length if node.flow_style else _FLOW_WIDTH + 1
