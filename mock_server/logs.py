"""How the server's own words go out: plain lines for a person, JSON lines for a machine."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message."""
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        return json.dumps(line)


def configure_logging(*, json_lines: bool, quiet: bool) -> None:
    """Send warnings, and without `quiet` also news, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if json_lines else logging.Formatter("%(message)s"))
    ours = logging.getLogger("mock_server")
    ours.handlers = [handler]
    ours.propagate = False
    ours.setLevel(logging.WARNING if quiet else logging.INFO)
    server = logging.getLogger("uvicorn")
    server.handlers = [handler]
    server.propagate = False
    server.setLevel(logging.WARNING)
