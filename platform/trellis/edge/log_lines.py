"""How a line of the log is written: for people, or as one JSON object for programs that collect logs. Both hide secrets."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from trellis.edge.redaction import LINE, RedactingFormatter, redacted

JSON = "json"


class JsonFormatter(logging.Formatter):
    """`time` (UTC), `level`, `logger`, `message`; `request` for a line about one, `error` for a traceback. Control characters are escaped
    by JSON, so a line is always one line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        request = getattr(record, "request", None)
        if isinstance(request, Mapping):
            said["request"] = {name: redacted(one) if isinstance(one, str) else one for name, one in request.items()}
        if record.exc_info:
            said["error"] = redacted(self.formatException(record.exc_info))
        return orjson.dumps(said, default=str).decode()


def build_formatter(log_format: str) -> logging.Formatter:
    """`log_format`: as the setting has it."""
    return JsonFormatter() if log_format == JSON else RedactingFormatter(LINE)
