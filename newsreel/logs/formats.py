"""How a log line is written: for people, or as one JSON object."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from newsreel.logs.attribution import crawl_of
from newsreel.logs.records import clean, secrets
from newsreel.redaction import redact_value

# What every record has, and the marks that say whose it is.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "crawl", "source", "run"}
_OBJECTS = frozenset({"spider", "crawler", "item"})
# The same message once more, with the colours of a terminal in it.
_TWICE = frozenset({"color_message"})


class PlainFormatter(logging.Formatter):
    """Time, level, the crawl, the logger and the message; a traceback on the lines below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(whose)s%(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        source, run = crawl_of(record)
        record.whose = "" if source is None else f"[{source}] " if run is None else f"[{source} run {run}] "
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        """Give a traceback without secrets, for a record that somebody else made."""
        return clean(super().formatException(ei))


class JsonFormatter(logging.Formatter):
    """One JSON object: time in UTC, level, logger, message, source, run, and the fields that the line brought."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the object on one line."""
        source, run = crawl_of(record)
        row: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "source": source,
            "run": run,
        }
        for name, value in vars(record).items():
            if name not in _USUAL | _OBJECTS | _TWICE and name != "whose" and name not in row:
                row[name] = redact_value(_plain(value), secrets(), name)
        if record.exc_info and not record.exc_text:
            record.exc_text = clean(self.formatException(record.exc_info))
        if record.exc_text:
            row["exception"] = record.exc_text
        if record.stack_info:
            row["stack"] = record.stack_info
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=str)


def _plain(value: Any) -> Any:
    """Give a value as JSON can hold it; what it cannot hold as its text, whose secrets can be seen then."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value - value != 0:
        return str(value)
    return value if isinstance(value, str | int | float | None) else str(value)
