"""The log on stderr: set up once for a process, in one of two formats, and what else is said there."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Collection

from newsreel.logs.formats import JsonFormatter, PlainFormatter
from newsreel.logs.records import clean, guard

FORMATS = ("plain", "json")
LEVELS = ("debug", "info", "warning", "error")
# Twisted logs what the outcome of a page says already, with a traceback; the others talk of their own workings.
_TALKERS = {
    "scrapy": logging.ERROR,
    "twisted": logging.CRITICAL,
    "apscheduler": logging.WARNING,
    "alembic": logging.WARNING,
}
# At level info.
_HEARD = {"scrapy": logging.INFO, "twisted": logging.ERROR}
# What these list stands in the settings.
_LISTS = dict.fromkeys(("scrapy.addons", "scrapy.crawler", "scrapy.middleware"), logging.WARNING)


class StderrHandler(logging.Handler):
    """Writes to what is stderr at the time, so that it never holds a stream that somebody closed or replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.floors: dict[str, int] = {}

    def set(self, formatter: logging.Formatter, level: int) -> None:
        """Take a format and a level; talkers have a higher one of their own."""
        self.setFormatter(formatter)
        self.setLevel(level)
        if level <= logging.DEBUG:
            self.floors = {}
        else:
            self.floors = _TALKERS | (_HEARD | _LISTS if level <= logging.INFO else {})

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is loud enough for its logger."""
        floor = self.floors.get(record.name, self.floors.get(record.name.partition(".")[0], 0))
        return record.levelno >= floor and bool(super().filter(record))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            # The reader of stderr has gone; there is nobody left to tell.
            return


_handler = StderrHandler()
_listeners: list[logging.Handler] = []


def set_up(form: str = "plain", level: str = "warning", secrets: Collection[str] = ()) -> None:
    """Log to stderr from now on; `form` is of FORMATS, `level` of LEVELS. Can be called again, the last call counts."""
    guard(secrets)
    _handler.set(JsonFormatter() if form == "json" else PlainFormatter(), logging.getLevelNamesMapping()[level.upper()])
    root = logging.getLogger()
    if _handler not in root.handlers:
        root.addHandler(_handler)
    logging.captureWarnings(True)
    _fit_levels()


def listen(handler: logging.Handler) -> None:
    """Let a handler hear all that is worth a line in a crawl's log, whatever stderr wants to hear."""
    logging.getLogger().addHandler(handler)
    _listeners.append(handler)
    _fit_levels()


def stop_listening(handler: logging.Handler) -> None:
    """Let a handler hear no more."""
    logging.getLogger().removeHandler(handler)
    _listeners.remove(handler)
    _fit_levels()


def _fit_levels() -> None:
    """Let the loggers make the records that some handler wants, and no others: most cost more than they tell."""
    root = logging.getLogger()
    if _handler not in root.handlers:
        # The logging is another program's, as under `scrapy crawl`.
        return
    root.setLevel(min(_handler.level, logging.INFO) if _listeners else _handler.level)
    for name in _TALKERS:
        logging.getLogger(name).setLevel(_handler.floors.get(name, _handler.level))
    scrapy, engine = logging.getLogger("scrapy"), logging.getLogger("scrapy.core.engine")
    if _listeners:
        scrapy.setLevel(min(scrapy.level, logging.WARNING))
        engine.setLevel(min(scrapy.level, logging.INFO))
    else:
        engine.setLevel(logging.NOTSET)


def is_json() -> bool:
    """Tell whether stderr takes one JSON object a line."""
    return isinstance(_handler.formatter, JsonFormatter)


def say(message: str) -> None:
    """Write a message for people on stderr, whatever the level."""
    if is_json():
        _handler.emit(_record(logging.INFO, message))
    else:
        sys.stderr.write(clean(message) + "\n")


def fail(message: str) -> None:
    """Write on stderr why the command ends."""
    if is_json():
        _handler.emit(_record(logging.ERROR, message))
    else:
        sys.stderr.write(clean(f"newsreel: {message}") + "\n")


def crash(error: BaseException) -> None:
    """Write on stderr how an error that nobody expected came about."""
    if is_json():
        _handler.emit(_record(logging.CRITICAL, f"unexpected {type(error).__name__}: {error}", error))
    else:
        sys.stderr.write(clean("".join(traceback.format_exception(error))))


def _record(level: int, message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error is not None else None
    return logging.getLogRecordFactory()("newsreel", level, "", 0, message, None, info)
