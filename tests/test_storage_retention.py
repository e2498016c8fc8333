"""What is older than a source wants it goes, and does not come back as new; old records of crawls go too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select
from stories import DAY, HOUR, NOW, article, begin, counts, discover, end, page, record, store, visit, words

from newsreel.items import Link
from newsreel.sources import FOR_EVER, Source
from storage import schema
from storage.articles import Articles
from storage.database import reading, writing
from storage.pruning import prune
from storage.retention import Expiry, expire, expired
from storage.runs import Runs
from storage.searching import search


def source(name: str = "tide", **keep: Any) -> Source:
    return Source(name, name.title(), f"https://{name}.example/", feeds=(f"https://{name}.example/feed",), **keep)


def rows(engine: Engine, table: str) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one()


def change(engine: Engine, path: str, now: datetime) -> None:
    run_id = begin(engine, now=now)
    subject = article(path, text=words(f"changed{now.day}"))
    discover(engine, run_id, [Link(subject.url, "feed", updated=now - HOUR)], now=now)
    assert record(engine, visit(run_id, subject), now=now) == ["updated"]
    end(engine, run_id, now=now)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """An article of 100 days ago, one of then that changed 5 days ago, one of today, and a rejected page."""
    old = NOW - 100 * DAY
    store(engine, article("/old"), article("/changed"), now=old)
    change(engine, "/changed", NOW - 5 * DAY)
    store(engine, article("/today"), article("/x", source="wave"), now=NOW)
    run_id = begin(engine, now=NOW)
    record(engine, visit(run_id, "https://tide.example/r", outcome="too-short", page=page("https://tide.example/r")))
    end(engine, run_id)
    return engine


LATER = NOW + 3 * HOUR
CASES = [
    ({}, None),
    ({"keep_pages": FOR_EVER, "keep_articles": FOR_EVER, "keep_revisions": FOR_EVER}, None),
    ({"keep_articles": 200 * DAY}, None),
    ({"keep_articles": 90 * DAY}, Expiry("tide", articles=1)),
    ({"keep_articles": DAY}, Expiry("tide", articles=2)),
    ({"keep_revisions": DAY}, Expiry("tide", revisions=1)),
    ({"keep_revisions": 6 * DAY}, None),
    ({"keep_pages": HOUR}, Expiry("tide", pages=5)),
    ({"keep_pages": HOUR, "keep_articles": DAY, "keep_revisions": DAY}, Expiry("tide", 5, 1, 2)),
]


@pytest.mark.parametrize(("keep", "gone"), CASES)
def test_what_goes_is_told_before_and_after(filled: Engine, keep: dict[str, timedelta], gone: Expiry | None) -> None:
    wanted = [source(**keep), source("wave")]
    before = {table: rows(filled, table) for table in ("articles", "revisions", "pages")}
    assert expired(filled, wanted, LATER) == [gone] * (gone is not None)
    assert before == {table: rows(filled, table) for table in before}, "only told"
    assert expire(filled, wanted, LATER) == [gone] * (gone is not None)
    assert expired(filled, wanted, LATER) == expire(filled, wanted, LATER) == []
    left = gone or Expiry("tide")
    assert before["articles"] - rows(filled, "articles") == left.articles
    if not left.articles:
        assert before["revisions"] - rows(filled, "revisions") == left.revisions
        assert before["pages"] - rows(filled, "pages") == left.pages


def test_an_expired_article_does_not_come_back(filled: Engine) -> None:
    store_ = Articles(filled)
    expire(filled, [source(keep_articles=90 * DAY)], NOW)
    assert store_.get(article("/old").url) is None
    assert store_.get(article("/changed").url) is not None
    run_id = begin(filled, now=NOW + HOUR)
    named = [Link(article("/old").url, "sitemap", updated=NOW), Link(article("/old").url + "?utm_source=x", "feed")]
    assert discover(filled, run_id, named, now=NOW + HOUR) == []
    end(filled, run_id, now=NOW + HOUR)
    assert counts(filled, run_id) == {"found": 1, "unchanged": 1}
    assert [hit.article.url for hit in search(filled, "strange").articles if "/old" in hit.article.url] == []


def test_old_records_of_crawls_go_but_for_the_newest(engine: Engine) -> None:
    t = schema.dues
    times = [NOW - 500 * DAY, NOW - 95 * DAY, NOW - 80 * DAY]
    for name, moments in {"tide": times, "wave": times[:2], "foam": times[:1]}.items():
        for moment in moments:
            end(engine, begin(engine, name, moment), name, moment)
            with writing(engine) as connection:
                values = {"claimed_at": moment, "host": "desk", "pid": 1, "merged": 0, "attempts": 1}
                state = "handed" if (name, moment) == ("wave", times[0]) else "done"
                connection.execute(insert(t).values(source=name, due_at=moment, state=state, **values))
    changes = rows(engine, "health_changes")
    assert prune(engine, NOW) > 0
    with reading(engine) as connection:
        left = connection.execute(select(t.c.source, t.c.due_at).order_by(t.c.source, t.c.due_at)).all()
    assert [tuple(row) for row in left] == [
        ("foam", times[0]),
        ("tide", times[2]),
        ("wave", times[0]),
        ("wave", times[1]),
    ]
    runs = {(run.source, run.started_at) for run in Runs(engine).newest(limit=None)}
    assert runs == {("foam", times[0]), ("tide", times[1]), ("tide", times[2]), ("wave", times[1])}
    assert rows(engine, "health_changes") <= changes
    assert prune(engine, NOW) == 0
