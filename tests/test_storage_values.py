"""An article comes out of the database as it went in."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from stories import NOW, article, database, store

from newsreel.items import (
    Article,
    Author,
    Block,
    Embed,
    Image,
    ListItem,
    LiveUpdate,
    Removal,
    Review,
    Slide,
)
from storage.articles import Articles
from storage.values import as_utc, headline_key

FULL = Article(
    url="https://tide.example/full?a=1",
    source_id="tide",
    source_name="The Tide",
    headline="“Ada’s” return – a Überraschung",
    blocks=(
        Block("heading", "Cast", level=2),
        Block("li", "Ada Moss", level=1, marker="1."),
        Block("p", "A sentence\u2028with an odd line end."),
        Block("quote", "Well."),
        Block("pre", "la\n  la"),
        Block("row", "Friday | 12"),
        Block("caption", "Ada"),
    ),
    canonical_url="https://tide.example/full",
    requested_url="http://tide.example/full",
    date_downloaded=NOW,
    alternative_headline="Back",
    description="",
    section="Film",
    authors=(Author("Ada Moss", "https://tide.example/ada"), Author("Staff")),
    date_published=datetime(2026, 11, 20, 8, 5, 7, tzinfo=timezone(timedelta(hours=-5))),
    date_modified=datetime.fromisoformat("2026-11-20"),
    date_published_raw="Nov. 20, 2026, 8:05 a.m.",
    date_source="jsonld",
    in_language="en-US",
    keywords=("film", "return"),
    main_image=Image("https://tide.example/1.jpg", "Ada", "Getty"),
    images=(Image("https://tide.example/1.jpg"), Image("https://tide.example/2.jpg", credit="")),
    videos=(Embed("youtube", "https://video.example/1"),),
    audios=(Embed("spotify"),),
    embeds=(Embed("instagram", None, "ada", "A post"),),
    is_accessible_for_free=False,
    access_signal="jsonld",
    flags=("paywalled", "spoiler"),
    kind="review",
    review=Review("3.5", "3½ stars", "5", "The Return", "Movie"),
    slides=(Slide("One", None, "https://tide.example/1.jpg"), Slide(None, "Two")),
    list_items=(ListItem("10.", "Ten"), ListItem(None, "More")),
    live_updates=(LiveUpdate(NOW, "It begins.", "Start"), LiveUpdate(None, "It ends.")),
    story_id="story-1",
    word_count=12,
    content_hash="0123",
    removals=(Removal("ads.marker", "Advertisement", "body/p[3]"), Removal("credit.handle", "Instagram/@ada", "p[1]")),
    extractor="",
    extractor_version="0.1.0",
    rules_version="abc",
    probability=0.0,
)


def there_and_back(folder: Path, wanted: Article) -> Article:
    engine = database(folder)
    store(engine, wanted)
    stored = Articles(engine).get("1")
    assert stored is not None
    return stored.article


def test_the_full_article_has_no_field_with_its_default() -> None:
    """Else the round trip below would not notice that a field is forgotten."""
    same = {field.name for field in fields(Article) if getattr(FULL, field.name) == field.default}
    assert same == {"version", "duplicate_of"}


@pytest.mark.parametrize("wanted", [FULL, article("/plain")], ids=["full", "plain"])
def test_every_field_makes_the_round_trip(dialect: str, tmp_path: Path, wanted: Article) -> None:
    assert there_and_back(tmp_path, wanted) == wanted


@pytest.mark.parametrize(
    "date",
    [
        datetime.fromisoformat("2026-11-20"),
        datetime.fromisoformat("2026-11-20T08:15"),
        datetime(2026, 11, 20, 8, 15, tzinfo=UTC),
        datetime(2026, 11, 20, 8, 15, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
    ids=["day", "time without zone", "utc", "offset"],
)
def test_a_date_keeps_what_the_page_said(dialect: str, tmp_path: Path, date: datetime) -> None:
    back = there_and_back(tmp_path, replace(FULL, date_published=date)).date_published
    assert back == date
    assert back is not None
    assert back.isoformat() == date.isoformat()


def test_features_of_blocks_are_not_kept(dialect: str, tmp_path: Path) -> None:
    block = Block("p", "Text", path="article/p", classes="lead", link_share=0.5, bold=True)
    assert there_and_back(tmp_path, article(blocks=(block,))).blocks == (Block("p", "Text"),)


@pytest.mark.parametrize(("text", "kept"), [("Half \ud83d pair", "Half \ufffd pair"), ("Nu\0ll", "Nu\ufffdll")])
def test_what_no_database_can_hold_does_not_cost_the_article(
    dialect: str, tmp_path: Path, text: str, kept: str
) -> None:
    back = there_and_back(tmp_path, article(headline=text, description="\udc00", keywords=("\udc00",)))
    assert (back.headline, back.description, back.keywords) == (kept, "\ufffd", ("\ufffd",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Ada” Return – Again", "ada return\u00a0again"),
        ("STRASSE", "Straße"),
        ("ﬁlm", "film"),
        ("  What?!  Now ", "what now"),
    ],
)
def test_headlines_are_compared_by_their_letters(one: str, other: str) -> None:
    assert headline_key(one) == headline_key(other)


def test_different_headlines_stay_different() -> None:
    assert headline_key("Ada Moss returns") != headline_key("Ada Moss returned")
    assert headline_key("?!") == ""


@pytest.mark.parametrize(
    ("value", "utc"),
    [
        (None, None),
        (datetime.fromisoformat("2026-11-20"), datetime(2026, 11, 20, tzinfo=UTC)),
        (
            datetime(2026, 11, 20, 23, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2026, 11, 21, 4, tzinfo=UTC),
        ),
    ],
)
def test_an_articles_date_is_ordered_in_utc(value: datetime | None, utc: datetime | None) -> None:
    assert as_utc(value) == utc
