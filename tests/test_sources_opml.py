"""Lists of feeds: outlets come back as they were, other readers' lists are read, and what cannot be used is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from lxml import etree

from newsreel.curation.opml import Entry, read_opml, write_opml
from newsreel.errors import InputError
from newsreel.sources import FOR_EVER, Listing, OutletRules, Quiet, Source, load_catalogue, shipped_catalogue

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FULL = Source(
    id="tide",
    name='The "Tide" &\u2028<Reef>',
    home="https://tide.example/",
    feeds=("https://tide.example/feed?a=1&b=2", "https://tide.example/film"),
    sitemaps=("https://tide.example/news.xml",),
    listings=(Listing("https://tide.example/all", "td > a", "a.older"),),
    language="en-GB",
    interval=timedelta(minutes=45),
    timezone="Europe/London",
    quiet=Quiet(time(23), time(6, 30)),
    delay=1.5,
    body="best",
    revisits=(timedelta(hours=2),),
    keep_pages=timedelta(days=30),
    keep_articles=FOR_EVER,
    enabled=False,
    status="doubtful",
    verified_on=date(2026, 11, 1),
    note="first line\n\tsecond \u0085 line \ufffe",
    rules=OutletRules(body="main", drop=("aside", ".ad[data-x='1']"), lines=('Say "no"',), next_page="a.next"),
)
PLAIN = Source("reef", "Reef", "https://reef.example/", feeds=("https://reef.example/rss",))
CRON = replace(PLAIN, id="moss", name="Moss", home="https://moss.example/", feeds=(), cron="0 6 * * mon")
CRON = replace(CRON, sitemaps=("https://moss.example/s.xml",))


def read(body: str, known: tuple[Source, ...] = ()) -> list[Entry]:
    return read_opml(f'<opml version="1.0"><body>{body}</body></opml>'.encode(), known)


def test_outlets_come_back_with_every_key() -> None:
    for sources in ((FULL, PLAIN, CRON), load_catalogue(shipped_catalogue())):
        text = write_opml(sources, NOW)
        etree.fromstring(text.encode())
        entries = read_opml(text.encode(), ())
        assert tuple(entry.source for entry in entries) == sources
        assert all(entry.is_new for entry in entries)
        assert all(entry.known and not entry.differs for entry in read_opml(text.encode(), sources))


def test_other_readers_find_every_feed_under_the_name_of_its_outlet() -> None:
    root = etree.fromstring(write_opml((FULL, PLAIN), NOW).encode())
    feeds = [(each.get("text"), each.get("xmlUrl"), each.get("type")) for each in root.iter("outline")]
    assert [feed for feed in feeds if feed[1]] == [
        (FULL.name, FULL.feeds[0], "rss"),
        (FULL.name, FULL.feeds[1], "rss"),
        ("Reef", PLAIN.feeds[0], "rss"),
    ]


def test_values_that_differ_from_the_catalogue_are_told() -> None:
    [entry] = read_opml(write_opml((FULL,), NOW).encode(), (replace(FULL, delay=4.0),))
    assert (entry.known, entry.differs, entry.is_new) == ("tide", True, False)


def test_lists_of_other_readers_are_read() -> None:
    entries = read(
        """<outline text="Film"><outline title="Kestrel &amp; Sons" type="rss" xmlUrl="https://kestrel.example/feed"
        htmlUrl="https://kestrel.example/news"/><outline text="Reviews"><outline XMLURL="feed://lamp.example/rss"/>
        </outline></outline><outline text="Kestrel" xmlurl="https://kestrel2.example/a?x=1&y=2"/>"""
    )
    assert [entry.source for entry in entries] == [
        Source(
            "kestrel-sons",
            "Kestrel & Sons",
            "https://kestrel.example/news",
            feeds=("https://kestrel.example/feed",),
            note="From the folder Film.",
        ),
        Source(
            "feed-lamp-example-rss",
            "feed://lamp.example/rss",
            "http://lamp.example/",
            feeds=("http://lamp.example/rss",),
            note="From the folder Film / Reviews.",
        ),
        Source(
            "kestrel",
            "Kestrel",
            "https://kestrel2.example/",
            feeds=("https://kestrel2.example/a?x=1&y=2",),
        ),
    ]


def test_each_entry_that_cannot_be_used_is_named_and_the_others_are_not_lost() -> None:
    broken = write_opml((FULL,), NOW).partition("<body>")[2].partition("</body>")[0]
    broken = broken.replace("newsreel:body='\"best\"'", "newsreel:body='\"bets\"'")
    body = f"""<outline text="Empty folder"/><outline text="A page" type="link" url="https://x.example/"/>
        <outline text="Script" xmlUrl="javascript:alert(1)"/><outline text="Reef" xmlUrl="https://reef.example/rss"/>
        <outline text="Again" xmlUrl="http://www.lamp.example/rss/"/><outline text="Lamp" xmlUrl="https://lamp.example/rss"/>
        {broken}"""
    own = f'<opml xmlns:newsreel="https://newsreel.invalid/opml"><body>{body}</body></opml>'
    entries = read_opml(own.encode(), (PLAIN,))
    assert [(entry.name, entry.known, entry.is_new) for entry in entries] == [
        ("Empty folder", None, False),
        ("A page", None, False),
        ("Script", None, False),
        ("Reef", "reef", False),
        ("Again", None, True),
        ("Lamp", None, False),
        ('The "Tide" & <Reef>', None, False),
    ]
    problems = [entry.problem or "" for entry in entries]
    assert "no address of a feed" in problems[0]
    assert "a link" in problems[1]
    assert "javascript:alert(1)" in problems[2]
    assert "twice, the same as Again" in problems[5]
    assert 'did you mean "best"' in problems[6]


def test_two_outlets_of_one_name_get_ids_of_their_own() -> None:
    entries = read(
        '<outline text="Reef" xmlUrl="https://one.example/f"/><outline text="Reef" xmlUrl="https://two.example/f"/>',
        (PLAIN,),
    )
    assert [entry.source.id for entry in entries if entry.source] == ["reef-2", "reef-3"]


@pytest.mark.parametrize(
    "declarations",
    [
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE opml [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
        '<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_of_a_hostile_list_are_not_expanded(declarations: str) -> None:
    text = (
        f'<?xml version="1.0"?>{declarations}<opml><body><outline text="&x;Reef&eacute;" '
        'xmlUrl="https://reef.example/&x;rss"/></body></opml>'
    )
    [entry] = read_opml(text.encode(), ())
    assert entry.source is not None
    assert "Reefé" in entry.source.name
    assert "aaaa" not in entry.source.name + entry.source.feeds[0]
    assert "root:" not in entry.source.name + entry.source.feeds[0]


def test_deep_large_and_foreign_documents_are_bounded() -> None:
    deep = "<outline text='f'>" * 200 + '<outline text="Reef" xmlUrl="https://reef.example/rss"/>' + "</outline>" * 200
    assert [entry.source.id for entry in read(deep) if entry.source] == ["reef"]
    many = "".join(f'<outline text="n{n}" xmlUrl="https://n{n}.example/f"/>' for n in range(2_100))
    entries = read(many)
    assert len(entries) == 2_001
    assert "more than 2000 entries" in (entries[-1].problem or "")
    attributes = " ".join(f'a{n} = "1"' for n in range(100_000))
    with pytest.raises(InputError, match="more than 400 attributes"):
        read(f"<outline {attributes}/>")
    assert read("<!DOCTYPE [" * 100_000) == []
    for body, words in ((b"<html><body>", "no OPML"), (b"", "no OPML"), (b"x" * (2 * 1024 * 1024 + 1), "larger than")):
        with pytest.raises(InputError, match=words):
            read_opml(body, ())
