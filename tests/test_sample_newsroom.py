"""The sample newsroom, crawled twice by the real spiders over real sockets, yields what was worked out by hand."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from newsreel.configuration import Configuration
from newsreel.crawling.process import crawl_in_process
from newsreel.demo.outlets import NETWORK, Expected, expected, load_outlets
from newsreel.demo.server import Newsroom
from newsreel.demo.stories import Story
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES, Article, body_text
from storage.articles import Articles, Filter, Stored
from storage.database import open_database
from storage.runs import RunRecord, Runs
from storage.statistics import Statistics

SLUGS = [outlet.slug for outlet in load_outlets()]
STORIES = [(story.outlet, story.path) for wanted in expected(2).values() for story in wanted.articles]


@dataclass(frozen=True)
class Crawled:
    """What the store held after a crawl, and what the crawl should have yielded."""

    edition: int
    runs: dict[str, RunRecord]
    articles: dict[tuple[str, str], Stored]
    expected: dict[str, Expected]
    since: datetime
    database: str


def _crawl(newsroom: Newsroom, edition: int, configuration: Configuration, keep: Path) -> Crawled:
    since = datetime.now(UTC)
    newsroom.publish(edition)
    assert crawl_in_process(SLUGS, configuration) == 3, "some of the outlets fail in part, by design"
    engine = open_database(configuration.database_url)
    runs = {run.source: run for run in Runs(engine).newest(limit=len(SLUGS))}
    articles = {
        (stored.article.source_id, unquote(urlsplit(stored.article.url).path)): stored
        for stored in Articles(engine).each(Filter())
    }
    engine.dispose()
    shutil.copytree(configuration.data_dir, keep)
    return Crawled(edition, runs, articles, expected(edition), since, f"sqlite:///{keep / 'newsreel.db'}")


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawled, Crawled]]:
    """Both crawls; the newsroom stays on air meanwhile."""
    folder = tmp_path_factory.mktemp("newsroom")
    with Newsroom(port=0) as newsroom:
        catalogue = folder / "sources.toml"
        catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
        configuration = Configuration(folder / "data", sources=catalogue, allow_networks=(NETWORK,))
        first = _crawl(newsroom, 1, configuration, folder / "kept-1")
        second = _crawl(newsroom, 2, configuration, folder / "kept-2")
        yield first, second


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_link_ends_with_the_outcome_worked_out_by_hand(
    crawls: tuple[Crawled, Crawled], slug: str, edition: int
) -> None:
    crawled = crawls[edition - 1]
    run, wanted = crawled.runs[slug], crawled.expected[slug].crawl
    codes = (*ARTICLE_CODES, *PAGE_CODES, *FETCH_CODES)
    counts = {code: run.counts[code] for code in codes if run.counts.get(code)}
    assert (run.counts.get("found", 0), counts) == (wanted.found, wanted.counts)
    assert run.counts.get("found", 0) == sum(counts.values()) + run.counts.get("waiting", 0)
    assert run.outcome == wanted.outcome


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("slug", SLUGS)
def test_figures_equal_those_worked_out_by_hand(crawls: tuple[Crawled, Crawled], slug: str, edition: int) -> None:
    crawled = crawls[edition - 1]
    wanted = crawled.expected[slug].crawl
    stored = [s for s in crawled.articles.values() if s.article.source_id == slug and s.changed_at >= crawled.since]
    words = [s.article.word_count for s in stored]
    assert (statistics.median(words) if words else None) == wanted.median_words
    counts = crawled.runs[slug].counts
    coverage = {name: counts.get(f"with:{name}", 0) for name in ("author", "date", "image", "language")}
    assert coverage == (wanted.coverage or dict.fromkeys(coverage, 0))


@pytest.mark.parametrize("slug", SLUGS)
def test_statistics_of_the_first_crawl(crawls: tuple[Crawled, Crawled], slug: str) -> None:
    first = crawls[0]
    wanted = first.expected[slug].crawl
    engine = open_database(first.database)
    [figures] = Statistics(engine).sources([slug], first.since)
    engine.dispose()
    assert figures.found == wanted.found == sum(figures.outcomes.values()) + figures.waiting
    assert dict(figures.outcomes) == wanted.counts
    assert figures.words == wanted.median_words
    assert figures.last_outcome == wanted.outcome
    assert wanted.coverage is not None
    assert {name: round(value * figures.stored) for name, value in figures.coverage.items() if value is not None} == (
        wanted.coverage
    )


def _held(crawled: Crawled, slug: str, path: str) -> tuple[Article, Story]:
    stories = {story.path: story for story in crawled.expected[slug].articles}
    if path not in stories:
        pytest.fail(f"{slug}{path} is not expected in edition {crawled.edition}")
    return crawled.articles[(slug, unquote(path))].article, stories[path]


@pytest.mark.parametrize(("slug", "path"), STORIES)
def test_clean_text_is_the_expected_one(crawls: tuple[Crawled, Crawled], slug: str, path: str) -> None:
    article, story = _held(crawls[1], slug, path)
    assert body_text(article.blocks).split("\n\n") == story.text.split("\n\n")


@pytest.mark.parametrize(("slug", "path"), STORIES)
def test_metadata_is_the_expected_one(crawls: tuple[Crawled, Crawled], slug: str, path: str) -> None:
    article, story = _held(crawls[1], slug, path)
    assert article.headline == story.headline
    assert [author.name for author in article.authors] == list(story.authors)
    assert article.date_published is not None
    assert article.date_published.date() == story.published.date()
    assert article.kind == story.kind
    assert set(article.flags) - {"near-dup"} == set(story.flags)
    assert (article.in_language or "").partition("-")[0] == story.language
    if story.review is not None:
        assert article.review is not None
        assert (article.review.value, article.review.best) == (story.review.value, story.review.best)
    shown = {embed.provider for embed in (*article.embeds, *article.videos, *article.audios)}
    assert set(story.embeds) <= shown


def test_wire_story_is_kept_by_each_outlet_in_one_group(crawls: tuple[Crawled, Crawled]) -> None:
    wire = [s for s in crawls[0].articles.values() if "near-dup" in s.article.flags]
    assert len(wire) == 2, "the first of three outlets is no duplicate"
    [group] = {stored.article.duplicate_of for stored in wire}
    first = next(s for s in crawls[0].articles.values() if str(s.id) == group)
    assert {first.article.source_id} | {s.article.source_id for s in wire} == {
        "demo-morning-reel",
        "demo-backlot-wire",
        "demo-verdict-review",
    }


def test_edited_article_is_a_new_version_of_the_same_record(crawls: tuple[Crawled, Crawled]) -> None:
    changed = [
        (slug, story)
        for slug, wanted in crawls[1].expected.items()
        for story in wanted.articles
        if wanted.outcomes.get(story.path) == "updated"
    ]
    assert changed
    engine = open_database(crawls[1].database)
    for slug, story in changed:
        before, after = (crawled.articles[(slug, unquote(story.path))] for crawled in crawls)
        assert (before.id, before.article.version, after.article.version) == (after.id, 1, 2)
        [revision] = Articles(engine).revisions(after.id)
        assert revision.text == body_text(before.article.blocks) != body_text(after.article.blocks)
    engine.dispose()


def test_noarchive_page_is_not_kept_raw(crawls: tuple[Crawled, Crawled]) -> None:
    engine = open_database(crawls[0].database)
    store = Articles(engine)
    by_flag = {flag: [s for s in crawls[0].articles.values() if (flag in s.article.flags)] for flag in ("noarchive",)}
    assert by_flag["noarchive"]
    assert all(not store.pages(stored.id) for stored in by_flag["noarchive"])
    plain = next(s for s in crawls[0].articles.values() if not s.article.flags)
    assert store.pages(plain.id)[0].body.lstrip()[:1] == b"<"
    engine.dispose()
