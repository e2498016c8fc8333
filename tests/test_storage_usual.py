"""What a dashboard's numbers are compared with: the range before, the volume of earlier weeks, lines removed often."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from stories import DAY, HOUR, NOW, article, begin, database, end, store, words

from newsreel.items import Removal
from storage.holdings import beginning
from storage.removals import removed_often
from storage.usual import past, volume


@pytest.fixture
def engine(tmp_path: Path, dialect: str) -> Engine:
    return database(tmp_path)


def test_the_range_before_is_told_by_itself(engine: Engine) -> None:
    cut = (Removal("ad.marker", "x" * 40, "body"),)
    for n, (ago, lag) in enumerate(((8 * DAY, 3 * HOUR), (9 * DAY, 3 * HOUR), (DAY, HOUR), (20 * DAY, HOUR))):
        subject = article(f"/{n}", text=words(f"s{n}x", 100), date_published=NOW - ago - lag, removals=cut)
        store(engine, subject, now=NOW - ago)
    found = past(engine, NOW, "7d", "tide")
    assert found == past(engine, NOW, "7d")
    assert found.articles == 2
    assert found.lag_seconds == pytest.approx(3 * 3600, rel=0.09)
    assert found.removed == pytest.approx(40 / (len(words("s0x", 100)) + 40))
    assert past(engine, NOW, "7d", "reef").articles == 0


def test_runs_tell_when_somebody_looked(engine: Engine) -> None:
    store(engine, article("/a"), now=NOW - 3 * DAY)
    run = begin(engine, now=NOW - DAY)
    end(engine, run, now=NOW - DAY)
    store(engine, article("/b", "reef"), now=NOW)
    found = volume(engine, NOW - 30 * DAY, "day", "tide")
    days = {beginning(NOW - n * DAY, "day") for n in (1, 3)}
    assert found.crawled == frozenset(days)
    assert found.first == min(days)
    assert sum(found.articles.values()) == 1
    hours = volume(engine, NOW - 30 * DAY, "hour")
    assert hours.articles == {beginning(NOW - n * DAY, "hour"): 1 for n in (0, 3)}
    assert volume(engine, NOW - 30 * DAY, "hour", "nobody").first is None


def test_lines_of_most_articles_come_first(engine: Engine) -> None:
    often, once = Removal("memory", "Follow us", "p"), Removal("ad.marker", "Advertisement", "p")
    store(engine, article("/a", removals=(often, often)), article("/b", removals=(often, once)))
    store(engine, article("/c", "reef", removals=(once,)))
    assert [(each.text, each.rule, each.pages) for each in removed_often(engine, "tide")] == [
        ("Follow us", "memory", 2),
        ("Advertisement", "ad.marker", 1),
    ]
    assert len(removed_often(engine, "tide", limit=1)) == 1
    assert [each.rule for each in removed_often(engine, "tide", articles=1)] == ["ad.marker", "memory"]
