"""Log records whose text holds no secret."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection
from typing import Any

from newsreel.logs.attribution import current_crawl
from newsreel.redaction import printable, redact


class _Known:
    """The secrets of this process, as far as they are known."""

    def __init__(self) -> None:
        self.secrets: frozenset[str] = frozenset()


_known = _Known()


class Record(logging.LogRecord):
    """A record that knows its crawl, and whose message, traceback and stack hold no secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.crawl = current_crawl()
        if self.exc_info and self.exc_info[0] is not None:
            # Formatters take the text where there is one.
            self.exc_text = clean("".join(traceback.format_exception(*self.exc_info))).rstrip("\n")
        if self.stack_info:
            self.stack_info = clean(self.stack_info)

    def getMessage(self) -> str:
        """Give the message; one whose arguments do not fit is given with them, not lost."""
        try:
            text = super().getMessage()
        except Exception:
            text = f"{self.msg!r} with {self.args!r}"
        return clean(text)


def guard(secrets: Collection[str] = ()) -> None:
    """Let no secret into any log of this process from now on; `secrets` are values known to be secret."""
    _known.secrets |= frozenset(secrets)
    logging.setLogRecordFactory(Record)


def secrets() -> frozenset[str]:
    """Give the values known to be secret in this process."""
    return _known.secrets


def clean(text: str) -> str:
    """Give a text without this process's secrets, and without characters that would steer a terminal."""
    return printable(redact(text, _known.secrets))
