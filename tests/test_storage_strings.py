"""Whatever characters come from outside, they are stored and come back equal; what no database holds is replaced visibly."""

from __future__ import annotations

import io
import json
import random
import tarfile
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from stories import NOW, article, begin, discover, end, record, visit, words

from newsreel.items import Article, Author, Block, Embed, Image, Link, ListItem, LiveUpdate, Removal, Review, Slide
from newsreel.urls import MOST_CHARACTERS, url_key
from storage import feed_keys, run_logs
from storage.articles import Articles, Filter
from storage.database import writing
from storage.doors import Doors
from storage.links import DoorReading, LinkWriter
from storage.replacing import replaced_in
from storage.run_logs import LogLine, Report, Resources, RunLogs
from storage.runs import Runs

NAUGHTY = Path(__file__).parents[2] / "shared" / "suites" / "blns.tar.gz"
FEED = "https://tide.example/feed"
SPENT = Resources(1.0, 1.0, 1.0, 2**40, 1, 2**31 - 1, 2**40)

STRINGS = (
    "plain",
    "",
    "   ",
    "\t\n\r\v\f",
    "'; DROP TABLE articles; --",
    "\" ' ` \\ \\0 %s %(x)s :name ? $1 {} {{}}",
    "\u2028 and \u2029 and \x85",
    "\ufeff\u200b\u200e\u202e\u00ad",
    "Ｆｕｌｌ ｗｉｄｔｈ, ﬁ, İı, ß, é and é",
    "𝕋𝕙𝕖 𓀀 👩‍👩‍👧‍👦 🏳️‍🌈",
    "\x01\x02\x1b[31m\x7f\x9f",
    "﷽ \u0300\u0301\u0302",
    "\ufffe\uffff\U0010ffff",
)
UNSTORABLE = {
    "nu\0ll": "nu\ufffdll",
    "\0": "\ufffd",
    "half \ud83d": "half \ufffd",
    "\udc00\ud800": "\ufffd\ufffd",
}


def everywhere(text: str, n: int) -> Article:
    """Give an article with a text in every field that takes one from outside."""
    return replace(
        article("/everywhere"),
        headline=text,
        source_name=text,
        alternative_headline=text,
        description=text,
        section=text,
        authors=(Author(text, text),),
        date_published_raw=text,
        in_language=text,
        keywords=(text,),
        main_image=Image(text, text, text),
        images=(Image(text, text, text),),
        videos=(Embed(text, text, text, text),),
        embeds=(Embed(text, text, text, text),),
        review=Review(text, text, text, text, text),
        slides=(Slide(text, text, text),),
        list_items=(ListItem(text, text),),
        live_updates=(LiveUpdate(NOW, text, text),),
        blocks=(Block("p", text), Block("li", words(f"n{n}x"), 0, text or None)),
        removals=(Removal("ads.marker", text, text),),
        content_hash=f"hash {n}",
    )


def there_and_back(engine: Engine, texts: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    """Write each text by every public way of writing; give what came back and what went in, by the way it took."""
    run_id = begin(engine)
    back: dict[str, tuple[Any, Any]] = {}
    visits, waiting = [], []
    for n, text in enumerate(texts):
        url = f"https://tide.example/{n}"
        wanted = replace(everywhere(text, n), url=url, canonical_url=url, requested_url=url)
        link = Link(url, "feed", door=FEED, headline=text, guid=text, authors=(text,), keywords=(text,))
        visits.append(replace(visit(run_id, wanted), link=link))
        waiting.append(replace(link, url=f"{url}/waits"))
    with writing(engine) as connection:
        writer = LinkWriter(connection, run_id, "tide", NOW)
        writer.discover(waiting)
        for n, text in enumerate(texts):
            writer.door(DoorReading(f"{FEED}?{n}", "feed", "failed", text, text, "hash", text, 0, text))
    assert record(engine, *visits) == ["new"] * len(texts)
    # A batch is not numbered in the order of its pages.
    wanted_at = {each.link.url: each.article for each in visits}
    for stored in Articles(engine).each(Filter()):
        back[f"article {stored.id}"] = (stored.article, wanted_at.pop(stored.article.url))
    assert not wanted_at
    later = begin(engine, "reef")
    with writing(engine) as connection:
        tasks = LinkWriter(connection, later, "tide", NOW).take_up()
    back["links"] = ([task.link for task in tasks], waiting)
    back["doors"] = (sorted(str(door.problem) for door in Doors(engine).all()), sorted(texts))
    lines = [LogLine(n, NOW, "INFO", "scrapy", text) for n, text in enumerate(texts, 1)]
    with writing(engine) as connection:
        run_logs.keep(connection, [Report(run_id, "tide", lines, 1, {"said": list(texts)}, SPENT)], NOW)
    end(engine, run_id, reason="".join(texts))
    back["log"] = (list(RunLogs(engine).get(run_id).lines), lines)
    run = Runs(engine).get(run_id)
    assert run is not None
    back["run"] = (run.reason, "".join(texts))
    return back


def test_every_string_comes_back_as_it_was(engine: Engine) -> None:
    for way, (back, wanted) in there_and_back(engine, STRINGS).items():
        assert (way, back) == (way, wanted)


@pytest.mark.shared
def test_every_naughty_string_comes_back_as_it_was(engine: Engine) -> None:
    if not NAUGHTY.is_file():
        pytest.skip("the collection of naughty strings is not beside the project")
    with tarfile.open(NAUGHTY) as archive:
        names = [name for name in archive.getnames() if name.endswith("blns.json")]
        member = archive.extractfile(names[0])
        assert member is not None
        texts = json.load(io.TextIOWrapper(member, encoding="utf-8"))
    assert len(texts) > 400
    for way, (back, wanted) in there_and_back(engine, tuple(texts)).items():
        assert (way, back) == (way, wanted)


@pytest.mark.parametrize("text", UNSTORABLE)
def test_what_no_database_holds_is_replaced_visibly(engine: Engine, text: str) -> None:
    kept = UNSTORABLE[text]
    found = there_and_back(engine, (text,))
    back = found["article 1"][0]
    assert (back.headline, back.source_name, back.in_language) == (kept, kept, kept)
    assert back.removals[0].text == kept
    assert found["doors"][0] == [kept]
    assert found["log"][0][0].text == kept
    assert found["run"][0] == kept
    # The fields that do not come back as they were are named.
    sent = replace(everywhere(text, 0), url=back.url, canonical_url=back.url, requested_url=back.url)
    unlike = [field.name for field in fields(sent) if getattr(back, field.name) != getattr(sent, field.name)]
    assert set(replaced_in(sent)) == set(unlike)
    # Structured fields are kept as JSON, which can say a null character, though not half a pair.
    inside = text if "\0" in text else kept
    assert (back.description, back.keywords, back.blocks[0].text) == (inside, (inside,), inside)


def test_a_headline_of_ten_megabytes_is_stored_and_found(engine: Engine) -> None:
    headline = "Ångström " * 1_100_000
    wanted = article("/long", headline=headline, text="Short.", description=headline)
    assert record(engine, visit(begin(engine), wanted)) == ["new"]
    (stored,) = Articles(engine).newest(Filter(), 1)
    assert stored.article.headline == headline
    assert stored.article.description == headline


@pytest.mark.parametrize("length", [MOST_CHARACTERS, 1_000_000])
def test_a_very_long_address_is_stored_under_a_short_key(engine: Engine, length: int) -> None:
    """Random letters, which no index can compress."""
    url = "https://tide.example/" + "".join(random.Random(1).choices("abcdefghijklmnop0123456789", k=length - 21))
    other = url[:-1] + ("a" if url[-1] != "a" else "b")
    run_id = begin(engine)
    assert discover(engine, run_id, [url, other]) == [url, other]
    assert record(engine, visit(run_id, replace(article("/x"), url=url, canonical_url=url))) == ["new"]
    stored = Articles(engine).get(url)
    assert stored is not None
    assert stored.article.url == url
    assert Articles(engine).get(other) is None
    assert len(url_key(url)) < 2000


def test_a_feed_of_a_very_long_search_has_an_address(engine: Engine) -> None:
    feed = "/feeds/search?q=" + "".join(random.Random(1).choices("abcdefghijklmnop0123456789", k=9000))
    key = feed_keys.create(engine, feed, NOW)
    assert feed_keys.opens(engine, key, feed)
    assert not feed_keys.opens(engine, key, feed + "x")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1895, 12, 28, 21, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_times_far_away_come_back(engine: Engine, moment: datetime) -> None:
    wanted = article("/then", date_published=moment, date_modified=moment)
    record(engine, visit(begin(engine), wanted))
    (stored,) = Articles(engine).newest(Filter(published_since=moment), None)
    assert (stored.article.date_published, stored.article.date_modified) == (moment, moment)
    if moment.year > 1:
        assert Articles(engine).newest(Filter(published_since=moment - timedelta(days=1)), None) == [stored]


def test_numbers_at_the_edge_are_stored(engine: Engine) -> None:
    wanted = article("/edge", word_count=2**31 - 1)
    record(engine, visit(begin(engine), wanted))
    stored = Articles(engine).get(wanted.url)
    assert stored is not None
    assert stored.article.word_count == 2**31 - 1
    for number in (str(2**63), "9" * 18, "9" * 5000):
        assert Articles(engine).get(number) is None


def test_words_of_only_spaces_are_a_headline_like_any_other(engine: Engine) -> None:
    assert record(engine, visit(begin(engine), article("/a", headline="   "))) == ["new"]
    assert record(engine, visit(begin(engine, "reef"), article("/a", "reef", headline=" "))) == ["new"]
    assert [each.article.headline for each in Articles(engine).each(Filter())] == ["   ", " "]
