"""The JSON Schema of scenario files, generated from the model, for completion and validation in editors.

`python -m mock_server.scenario.schema` writes it next to the shipped scenarios.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from mock_server.scenario import pack
from mock_server.scenario.assume import SWITCHES, Switch
from mock_server.scenario.model import Scenario

FILE_NAME: Final = "scenario.schema.json"


def schema() -> dict[str, Any]:
    """The schema as plain data: every key with its description, default and allowed values."""
    made = Scenario.model_json_schema()
    for part in (made, *made["$defs"].values()):
        part.pop("title", None)
        for key in part.get("properties", {}).values():
            key.pop("title", None)
    defaults = Scenario(version=1).model_dump(mode="json")
    for key, described in made["properties"].items():
        if key != "version":
            described.setdefault("default", defaults[key])
    made["properties"]["assume"] |= {
        "additionalProperties": False,
        "properties": {row.id: _row(row) for row in SWITCHES},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of the SMS gateway stand-in",
        **made,
    }


def _row(row: Switch) -> dict[str, Any]:
    allowed: list[str | int | None] = list(row.values)
    if "null" in allowed:
        allowed.append(None)
    return {"description": f"{row.question}.", "enum": allowed, "default": allowed[0]}


def rendered() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write(path: Path | None = None) -> Path:
    """Write the schema next to the shipped scenarios, or to `path`."""
    target = path or pack.folder() / FILE_NAME
    target.write_text(rendered(), encoding="utf-8")
    return target


if __name__ == "__main__":
    write()
