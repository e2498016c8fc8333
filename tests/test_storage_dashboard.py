"""What a dashboard and a source's page show comes from counters, for each range, and is what was stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from stories import DAY, HOUR, NOW, article, begin, database, discover, end, record, store, visit, words

from newsreel.items import Article, Author, Removal
from storage.counting import fold
from storage.dashboard import RANGES, Dashboard, Range, SourceLine, dashboard, source_figures
from storage.histograms import LAGS, WORDS, bucket, changed, median, unpack

WEEK = timedelta(weeks=1)


@pytest.fixture
def engine(tmp_path: Path, dialect: str) -> Engine:
    return database(tmp_path)


def line(found: Dashboard, source: str = "tide") -> SourceLine:
    return next(each for each in found.sources if each.source == source)


def long(path: str, number: int, **changes: object) -> Article:
    return article(path, text=words(path.strip("/"), number), **changes)


@pytest.mark.parametrize("wanted", RANGES)
def test_nothing_is_shown_of_nothing(engine: Engine, wanted: Range) -> None:
    found = dashboard(engine, NOW, wanted)
    assert (found.ok, found.judged, found.today, found.articles, found.sources) == (0, 0, 0, 0, ())
    assert (found.lag_seconds, found.removed) == (None, None)
    assert set(found.series.values) == {0}
    assert source_figures(engine, "tide", NOW, wanted) is None


@pytest.mark.parametrize(
    ("wanted", "articles", "points", "charted"),
    [("24h", 2, 24, 24), ("7d", 3, 7, 168), ("30d", 4, 30, 30), ("90d", 5, 13, 90)],
)
def test_a_range_ends_with_what_is_under_way(
    engine: Engine, wanted: Range, articles: int, points: int, charted: int
) -> None:
    agos = [timedelta(0), 20 * HOUR, 5 * DAY, 25 * DAY, 80 * DAY, 200 * DAY]
    for n, ago in enumerate(agos):
        store(engine, long(f"/{n}", 30 + n), now=NOW - ago)
    store(engine, article("/far", "reef"), now=NOW - 400 * DAY)
    found = dashboard(engine, NOW, wanted)
    assert (found.today, found.articles) == (1, articles)
    assert [each.source for each in found.sources] == ["reef", "tide"]
    here = line(found)
    assert here.articles == sum(here.series.values) == sum(found.series.values) == articles
    assert (len(here.series.values), len(found.series.values)) == (points, charted)
    assert here.series.values[-1] >= 1
    for series in (here.series, found.series):
        first = series.begin + series.step * next(n for n, value in enumerate(series.values) if value)
        oldest = NOW - agos[articles - 1]
        assert first <= oldest < first + series.step
    assert line(found, "reef") == replace(
        line(found, "reef"), articles=0, lag_seconds=None, words=None, removed=None, last_success_at=NOW - 400 * DAY
    )


def test_a_line_says_how_good_the_texts_are(engine: Engine) -> None:
    removal = Removal("ads.marker", "x" * 40, "body")
    full = long("/a", 100, authors=(Author("Ada Moss"),), date_published=NOW - HOUR, removals=(removal,))
    store(engine, full, long("/b", 100), article("/c", "reef", text=words("c", 400), date_published=NOW - 9 * HOUR))
    found = dashboard(engine, NOW, "24h")
    here = line(found)
    chars = len(words("a", 100)) + len(words("b", 100))
    assert here.removed == 40 / (chars + 40)
    assert found.removed == 40 / (chars + 40 + len(words("c", 400)))
    assert here.coverage == {"author": 0.5, "date": 0.5, "image": 0.0, "language": 0.0}
    assert here.words == pytest.approx(100, rel=0.09)
    assert here.lag_seconds == pytest.approx(3600, rel=0.09)
    assert found.lag_seconds == pytest.approx(3600, rel=0.09)
    assert (here.state, here.last_success_at) == ("ok", NOW)
    assert (found.ok, found.judged) == (2, 2)


def test_an_update_is_seen_and_makes_no_second_article(engine: Engine) -> None:
    store(engine, long("/a", 40), now=NOW - DAY)
    store(engine, article("/a", text=words("other", 300)))
    for wanted in RANGES[1:]:
        here = line(dashboard(engine, NOW, wanted))
        assert here.articles == 1
        assert here.words == pytest.approx(300, rel=0.09)


@pytest.mark.parametrize("wanted", RANGES)
def test_a_source_s_page(engine: Engine, wanted: Range) -> None:
    run_id = begin(engine)
    discover(engine, run_id, ["https://tide.example/gone", "https://tide.example/later"])
    cuts = (Removal("memory", "x", "p"), Removal("ads.marker", "yyy", "p"), Removal("memory", "x", "p"))
    record(
        engine,
        visit(run_id, long("/a", 20, removals=cuts, date_published=NOW - HOUR)),
        visit(run_id, long("/b", 500, date_published=NOW - 2 * DAY)),
        visit(run_id, "https://tide.example/gone", outcome="http-4xx"),
    )
    end(engine, run_id)
    store(engine, article("/far", "reef"))
    found = source_figures(engine, "tide", NOW, wanted)
    assert found is not None
    assert found.line == line(dashboard(engine, NOW, wanted))
    assert sum(found.volume.values) == 2
    assert (found.found, found.waiting, found.outcomes) == (4, 1, {"http-4xx": 1, "new": 2})
    assert [(rule.rule, rule.cuts, rule.chars) for rule in found.rules] == [("ads.marker", 1, 3), ("memory", 2, 2)]
    assert [bar.n for bar in found.lags] == [bar.n for bar in found.lengths] == [1, 1]
    short, far = found.lengths
    assert short.low <= 20 < short.high < far.low <= 500 < far.high
    assert found.lags[0].low <= 3600 < found.lags[0].high


def test_folded_hours_are_missed_by_no_range(engine: Engine) -> None:
    for n in range(20):
        store(engine, long(f"/{n}", 30 + n), now=NOW - n * 4 * DAY)
    before = [dashboard(engine, NOW, wanted) for wanted in RANGES]
    assert fold(engine, NOW) > 0
    assert [dashboard(engine, NOW, wanted) for wanted in RANGES] == before


@pytest.mark.parametrize(("bounds", "lowest"), [(WORDS, 16), (LAGS, 32)])
def test_a_median_from_a_histogram_is_off_by_nine_hundredths_at_most(bounds: tuple[int, ...], lowest: int) -> None:
    for value in [*range(lowest, 400), *(int(400 * 1.07**n) for n in range(100))]:
        kept = changed(b"", {bucket(bounds, value): 7})
        assert median(bounds, unpack(kept)) == pytest.approx(value, rel=0.0906)


def test_histograms_add_up_and_can_be_taken_off() -> None:
    one, other = changed(b"", {3: 2, 40: 1}), changed(b"", {40: 5})
    assert unpack(changed(one, {40: 5})) == unpack(one) + unpack(other)
    assert changed(one, {3: -2, 40: -1}) == b""
    # What is not there cannot be taken off: the counter is wrong, and a recount says so.
    assert changed(one, {5: -1}) == one
