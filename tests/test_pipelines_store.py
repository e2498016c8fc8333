"""What is replaced in an article because no database holds it is said in the log of the crawl, by the field's name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.statscollectors import DummyStatsCollector
from stories import article, begin, database, discover, visit

from pipelines.store import StorePipeline
from storage.articles import Articles, Filter
from storage.database import sqlite_url

SAID = "null characters or halves of surrogate pairs in {} are stored as U+FFFD, since no database holds them"


class Crawler:
    """A crawl that only counts."""

    spider = None

    def __init__(self, file: Path) -> None:
        self.settings = Settings({"NEWSREEL_DATABASE": sqlite_url(file)})
        self.stats: Any = DummyStatsCollector(self)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("headline", "description", "named"),
    [
        ("Plain – ünd 𝕞ore", "Plain", None),
        ("nu\0ll", "plain", "headline"),
        ("plain", "half \ud83d", "description"),
        # A null character is kept in what is stored as JSON.
        ("plain", "nu\0ll", None),
        ("\udc00", "\ud800", "headline, description"),
    ],
)
def test_what_is_replaced_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, headline: str, description: str, named: str | None
) -> None:
    engine = database(tmp_path)
    wanted = article("/a", headline=headline, description=description)
    run_id = begin(engine)
    discover(engine, run_id, [wanted.url])
    crawler: Any = Crawler(Path(str(engine.url.database)))

    async def store() -> None:
        step = StorePipeline.from_crawler(crawler)
        await step.process_item(visit(run_id, wanted))
        await step.close_spider()

    asyncio.run(store())
    said = [record.getMessage() for record in caplog.records if record.name == "pipelines.store"]
    assert said == ([] if named is None else [f"{wanted.url}: {SAID.format(named)}"])
    (stored,) = Articles(engine).newest(Filter(), None)
    assert (stored.article.headline == headline) is (named is None or "headline" not in named)
    assert (stored.article.description == description) is (named is None or "description" not in named)
