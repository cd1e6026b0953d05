"""Logging of the server: plain lines, or JSON lines."""

from __future__ import annotations

import json
import logging
from asyncio import CancelledError
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message."""
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        return json.dumps(line)


def _is_no_stop(record: logging.LogRecord) -> bool:
    """Whether to log a record: a request that the stop of the server cancelled is no error."""
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


def configure_logging(*, json_lines: bool, quiet: bool) -> None:
    """Send warnings, and without `quiet` also news, to standard error."""
    handler = logging.StreamHandler()
    handler.addFilter(_is_no_stop)
    handler.setFormatter(JsonLines() if json_lines else logging.Formatter("%(message)s"))
    ours = logging.getLogger("mock_server")
    ours.handlers = [handler]
    ours.propagate = False
    ours.setLevel(logging.WARNING if quiet else logging.INFO)
    server = logging.getLogger("uvicorn")
    server.handlers = [handler]
    server.propagate = False
    server.setLevel(logging.WARNING)
