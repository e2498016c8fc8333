"""Asks the doors of sources afresh, with the same spiders, and stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from newsreel.configuration import Configuration
from newsreel.crawling.batch import run_batch
from newsreel.crawling.orders import Order
from newsreel.sources import Source
from storage.database import open_database, sqlite_url
from storage.doors import DoorRecord, Doors


def check_sources(sources: Sequence[Source], configuration: Configuration) -> list[DoorRecord]:
    """Read robots.txt and every door of the sources, and give what each said.

    It is a crawl that fetches no article, in a database that is thrown away; it takes over the process's reactor.
    """
    with TemporaryDirectory(prefix="newsreel-check-") as folder:
        aside = replace(configuration, database=sqlite_url(Path(folder) / "check.db"))
        run_batch(Order(sources, limit=0), aside)
        engine = open_database(aside.database_url)
        try:
            return Doors(engine).all()
        finally:
            engine.dispose()
