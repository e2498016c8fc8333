"""Keeps whole pages and articles out of the log."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from twisted.python.failure import Failure

from newsreel.items import Visit


class QuietLogFormatter(LogFormatter):
    """Writes a visit as its address and outcome."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> Any:
        """Say what became of a page; that is what `--verbose` is for."""
        return {"level": logging.INFO, "msg": "%(item)s", "args": {"item": _short(item)}}

    def dropped(self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider) -> Any:
        """Say which page is left for the next crawl, and why."""
        return {"level": logging.INFO, "msg": "%(reason)s", "args": {"reason": str(exception)}}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> Any:
        """Say which page a pipeline failed on."""
        return super().item_error(_short(item), exception, response, spider)


def _short(item: Any) -> Any:
    return f"{item.link.url}: {item.outcome or 'article'}" if isinstance(item, Visit) else item
