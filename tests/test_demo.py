"""The sample newsroom: it answers as outlets do, and what it expects of a crawl adds up."""

from __future__ import annotations

import gzip
import http.client
import json
import statistics
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import feedparser
import lxml.html
import pytest
from lxml import etree

from newsreel.demo.editions import Edition, first_edition, next_edition
from newsreel.demo.outlets import Outlet, expected, load_outlets, stories_in
from newsreel.demo.server import Newsroom
from newsreel.demo.shells import ARCHITECTURES, render
from newsreel.demo.stories import Story, outcome_in, status_in
from newsreel.errors import NewsreelError
from newsreel.items import ARTICLE_CODES, FETCH_CODES, FLAGS, KINDS, PAGE_CODES

OUTLETS = load_outlets()
STORIES = [(outlet, story) for outlet in OUTLETS for story in outlet.stories]
EDITIONS = [(outlet, edition) for outlet in OUTLETS for edition in (1, 2)]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DUPLICATES = ("dup-url", "dup-title", "dup-body")


def ids(value: object) -> str | None:
    if isinstance(value, Outlet):
        return value.slug
    return value.path if isinstance(value, Story) else None


def on_air(outlet: Outlet, edition: int) -> Edition:
    base = outlet.base()
    return first_edition(outlet, base) if edition == 1 else next_edition(outlet, base, NOW)


def page_tree(markup: str | bytes) -> Any:
    return lxml.html.fromstring(markup)


def xml_tree(document: bytes) -> Any:
    return etree.fromstring(document)


def squeezed(text: str) -> str:
    """Take out white space and the bars between table cells, which pages and texts set differently."""
    return "".join(text.replace(" | ", " ").split())


def words_of(markup: str) -> str:
    tree = page_tree(markup)
    for script in tree.xpath("//script|//style"):
        script.drop_tree()
    return squeezed(tree.text_content())


def missing(text: str, pages: str) -> list[str]:
    """Return the paragraphs of a text that do not stand in the words of its pages, in the text's order."""
    lost, at = [], 0
    for paragraph in text.split("\n\n"):
        number, _, rest = paragraph.partition(". ")
        # A slide's number is that of "1 of 6" on the page, a list's is the browser's.
        counted = number.isdecimal() and squeezed(paragraph) not in pages
        found = pages.find(squeezed(rest if counted else paragraph), at)
        if found < 0:
            lost.append(paragraph)
        at = max(at, found)
    return lost


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(port=0) as newsroom:
        yield newsroom


@pytest.fixture
def first(newsroom: Newsroom) -> Newsroom:
    newsroom.publish(1)
    return newsroom


class Reply:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.body = answer.read()


def ask(url: str, method: str = "GET", **headers: str) -> Reply:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return Reply(connection.getresponse())
    finally:
        connection.close()


# The stories and what is expected of them


def test_outlets_have_addresses_architectures_and_enough_stories() -> None:
    assert len(OUTLETS) >= 6
    assert len({outlet.number for outlet in OUTLETS}) == len(OUTLETS)
    assert {outlet.architecture for outlet in OUTLETS} == set(ARCHITECTURES)
    for outlet in OUTLETS:
        assert outlet.slug.startswith("demo-")
        assert sum(outcome_in(story, 1) == "new" for story in outlet.stories) >= 10


@pytest.mark.parametrize("outlet", OUTLETS, ids=ids)
def test_paths_of_an_outlet_are_distinct(outlet: Outlet) -> None:
    paths = [story.path for story in outlet.stories] + [door.path for door in outlet.feeds]
    paths += [door.path for door in outlet.sitemaps] + [door.path for door in outlet.listings]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("/") for path in paths)


@pytest.mark.parametrize(("outlet", "story"), STORIES, ids=ids)
def test_story_says_what_it_is(outlet: Outlet, story: Story) -> None:
    assert story.outlet == outlet.slug
    assert story.kind in KINDS
    assert set(story.flags) <= set(FLAGS)
    assert story.published.tzinfo is not None
    assert bool(story.text) == (story.outcome not in PAGE_CODES and story.outcome != "http-4xx")
    assert (story.outcome == "http-5xx") == (status_in(story, 1) == 503)


@pytest.mark.parametrize(("outlet", "story"), STORIES, ids=ids)
def test_every_expected_paragraph_stands_in_the_published_story(outlet: Outlet, story: Story) -> None:
    for edition in (1, 2):
        on = on_air(outlet, edition)
        for current in (one for one in on.stories if one.path == story.path and one.text):
            pages = "".join(words_of(render(on, current, part)) for part in range(1, len(current.parts) + 2))
            assert missing(current.text, pages) == []


@pytest.mark.parametrize(("outlet", "edition"), EDITIONS, ids=ids)
def test_expected_statistics_add_up(outlet: Outlet, edition: int) -> None:
    crawl = outlet.crawls[edition - 1]
    codes = Counter(code for story in outlet.stories if (code := outcome_in(story, edition)))
    assert crawl.counts == dict(codes)
    families = {
        "stored or known": ("new", "updated", "unchanged"),
        "duplicate": DUPLICATES,
        "rejected": PAGE_CODES,
        "failed": FETCH_CODES,
    }
    assert crawl.found == sum(crawl.counts.get(code, 0) for family in families.values() for code in family)
    assert crawl.outcome == (
        "partial" if any(code in FETCH_CODES and code != "robots" for code in crawl.counts) else "ok"
    )


@pytest.mark.parametrize(("outlet", "edition"), EDITIONS, ids=ids)
def test_expected_figures_follow_from_the_stored_articles(outlet: Outlet, edition: int) -> None:
    crawl = outlet.crawls[edition - 1]
    stored = [story for story in stories_in(outlet, edition) if outcome_in(story, edition) in ("new", "updated")]
    if not stored:
        assert crawl.median_words is None
        assert crawl.coverage is None
        return
    assert crawl.median_words == statistics.median(story.word_count for story in stored)
    assert crawl.coverage is not None
    assert crawl.coverage["author"] == sum(bool(story.authors) for story in stored)
    assert crawl.coverage["date"] == crawl.coverage["language"] == len(stored)
    assert 0 <= crawl.coverage["image"] <= len(stored)


def test_expected_keeps_articles_of_earlier_crawls() -> None:
    first, second = expected(1), expected(2)
    for outlet in OUTLETS:
        before = {story.path for story in first[outlet.slug].articles}
        after = {story.path for story in second[outlet.slug].articles}
        assert before <= after
        assert set(first[outlet.slug].outcomes.values()) <= {*FETCH_CODES, *PAGE_CODES, *ARTICLE_CODES}
    edited = {story.path: story for story in second["demo-morning-reel"].articles}[
        "/2026/11/hollow-crown-city-casting/"
    ]
    assert "Newfoundland" in edited.text


def test_wire_story_is_the_same_wherever_it_is_reprinted() -> None:
    wire = (files("newsreel.demo") / "stories" / "wire.txt").read_text(encoding="utf-8").strip()
    reprints = {outlet.slug for outlet, story in STORIES if story.text == wire}
    assert reprints == {"demo-morning-reel", "demo-backlot-wire", "demo-verdict-review"}


# The server


def test_catalogue_names_doors_that_answer(first: Newsroom) -> None:
    catalogue = tomllib.loads(first.catalogue())["outlet"]
    assert list(catalogue) == [outlet.slug for outlet in OUTLETS]
    for slug, table in catalogue.items():
        assert table["home"] == first.base(slug) + "/"
        assert table["delay"] == 0
        listings = [listing["url"] for listing in table.get("listings", ())]
        urls = [table["home"], *table.get("feeds", ()), *table.get("sitemaps", ()), *listings]
        assert len(urls) > 1
        assert [ask(url).status for url in urls] == [200] * len(urls)


@pytest.mark.parametrize("edition", [1, 2])
def test_pages_answer_with_their_status(newsroom: Newsroom, edition: int) -> None:
    newsroom.publish(edition)
    for outlet, story in STORIES:
        wanted = status_in(story, edition) if story.since <= edition else 404
        assert ask(newsroom.base(outlet.slug) + story.path).status == wanted, story.path


def test_parts_of_a_story_name_the_next(first: Newsroom) -> None:
    outlet, story = next((outlet, story) for outlet, story in STORIES if story.parts)
    url = first.base(outlet.slug) + story.path
    seen = []
    while url:
        seen.append(url)
        following = page_tree(ask(url).body).xpath("//link[@rel='next']/@href")
        url = following[0] if following else ""
    assert len(seen) == len(story.parts) + 1
    assert ask(seen[-1].rstrip("/").rsplit("/", 1)[0] + "/9/").status == 404


@pytest.mark.parametrize(
    ("slug", "path"),
    [
        ("demo-morning-reel", "/feed/"),
        ("demo-stage-gazette", "/stories/"),
        ("demo-backlot-wire", "/sitemaps/news-1.xml.gz"),
    ],
)
def test_validators_bring_304_until_the_next_edition(first: Newsroom, slug: str, path: str) -> None:
    url = first.base(slug) + path
    full = ask(url)
    for headers in (
        {"If_None_Match": full.headers["etag"]},
        {"If_None_Match": f'"other", {full.headers["etag"]}'},
        {"If_Modified_Since": full.headers["last-modified"]},
    ):
        again = ask(url, **headers)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == full.headers["etag"]
    for headers in (
        {"If_None_Match": '"other"', "If_Modified_Since": full.headers["last-modified"]},
        {"If_Modified_Since": "not a date"},
    ):
        assert ask(url, **headers).status == 200
    first.publish(2)
    assert ask(url, If_None_Match=full.headers["etag"]).status == 200
    assert ask(url, If_Modified_Since=full.headers["last-modified"]).status == 200


def test_page_that_did_not_change_keeps_its_date(first: Newsroom) -> None:
    url = first.base("demo-gossip-parlour") + "/2026/11/17/gideon-fairweather-novel"
    modified = ask(url).headers["last-modified"]
    first.publish(2)
    assert ask(url).headers["last-modified"] == modified


def test_head_and_compression(first: Newsroom) -> None:
    url = first.base("demo-morning-reel") + "/2026/11/marrow-lake-renewed/"
    plain, packed, head = ask(url), ask(url, Accept_Encoding="gzip, deflate"), ask(url, "HEAD")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert head.body == b""
    assert head.headers["content-length"] == str(len(plain.body))
    assert "content-encoding" not in plain.headers


def test_connection_is_kept_and_requests_are_logged(first: Newsroom) -> None:
    before = len(first.requests)
    connection = http.client.HTTPConnection(urlsplit(first.base("demo-long-read")).netloc, timeout=10)
    try:
        for path in ("/robots.txt", "/feed.atom", "/nowhere"):
            connection.request("GET", path, headers={"X-Test": "kept"})
            socket = connection.sock
            connection.getresponse().read()
            assert connection.sock is socket
    finally:
        connection.close()
    noted = first.requests[before:]
    assert [(one.outlet, one.path, one.status, one.method) for one in noted] == [
        ("demo-long-read", "/robots.txt", 200, "GET"),
        ("demo-long-read", "/feed.atom", 200, "GET"),
        ("demo-long-read", "/nowhere", 404, "GET"),
    ]
    assert noted[0].headers["x-test"] == "kept"


@pytest.mark.parametrize("outlet", [outlet for outlet in OUTLETS if outlet.feeds], ids=ids)
def test_feeds_name_the_stories(first: Newsroom, outlet: Outlet) -> None:
    for door in outlet.feeds:
        body = ask(first.base(outlet.slug) + door.path).body
        named = {
            first.base(outlet.slug) + story.path for story in outlet.stories if story.since == 1 and not story.doors
        }
        if door.format == "json":
            assert {item["url"] for item in json.loads(body)["items"]} == named
            continue
        assert {entry.link for entry in feedparser.parse(body).entries} == named
        if door.broken:
            with pytest.raises(etree.XMLSyntaxError):
                xml_tree(body)
        else:
            xml_tree(body)


def test_full_text_stands_in_the_feed_when_pages_are_refused(first: Newsroom) -> None:
    outlet = next(outlet for outlet in OUTLETS if outlet.slug == "demo-full-feed")
    feed = feedparser.parse(ask(first.base(outlet.slug) + outlet.feeds[0].path).body, sanitize_html=False)
    texts = {entry.link: words_of(entry.content[0].value) for entry in feed.entries}
    for story in outlet.stories:
        assert missing(story.text, texts[first.base(outlet.slug) + story.path]) == []
        assert ask(first.base(outlet.slug) + story.path).status == 403


def test_sitemap_index_leads_to_a_gzip_sitemap(first: Newsroom) -> None:
    outlet = next(outlet for outlet in OUTLETS if outlet.slug == "demo-backlot-wire")
    base = first.base(outlet.slug)
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "n": "http://www.google.com/schemas/sitemap-news/0.9"}
    index = xml_tree(ask(f"{base}/sitemaps/news-index.xml").body)
    [child] = index.xpath("s:sitemap/s:loc/text()", namespaces=spaces)
    packed = ask(child, Accept_Encoding="gzip")
    assert "content-encoding" not in packed.headers
    tree = xml_tree(gzip.decompress(packed.body))
    named = set(tree.xpath("s:url/s:loc/text()", namespaces=spaces))
    assert named == {base + story.path for story in outlet.stories if story.since == 1}
    assert len(tree.xpath("//n:publication_date", namespaces=spaces)) == len(named)


def test_listing_goes_on_to_a_second_page(first: Newsroom) -> None:
    outlet = next(outlet for outlet in OUTLETS if outlet.listings)
    door, base = outlet.listings[0], first.base(outlet.slug)
    url, named = base + door.path, []
    while url:
        tree = page_tree(ask(url).body.decode("windows-1252"))
        tree.make_links_absolute(url)
        named += [link.get("href") for link in tree.cssselect(door.links)]
        url = next((link.get("href") for link in tree.cssselect(door.next or "")), "")
    assert len(named) == len(set(named)) > door.size
    assert set(named) == {base + story.path for story in outlet.stories if story.since == 1}


def test_old_outlet_serves_its_own_encoding_and_says_so_in_the_page_only(first: Newsroom) -> None:
    answer = ask(first.base("demo-stage-gazette") + "/stories/2026/nine-windows-revival.html")
    assert answer.headers["content-type"] == "text/html"
    assert b"charset=windows-1252" in answer.body
    assert "“Nine Windows,”" in answer.body.decode("windows-1252")


def test_second_edition_is_later_than_every_fetch_of_the_first(first: Newsroom) -> None:
    url = first.base("demo-morning-reel") + "/feed/"
    fetched = datetime.now(UTC)
    path = "/2026/11/hollow-crown-city-casting/"
    first.publish(2)
    entry = next(entry for entry in feedparser.parse(ask(url).body).entries if entry.link.endswith(path))
    assert datetime.fromisoformat(entry.updated) >= fetched
    assert "Newfoundland" in ask(first.base("demo-morning-reel") + path).body.decode()


def test_first_edition_is_the_same_on_each_start() -> None:
    with Newsroom(port=0) as one:
        port = one.port
        before = ask(one.base("demo-morning-reel") + "/feed/").headers
    with Newsroom(port=port) as two:
        after = ask(two.base("demo-morning-reel") + "/feed/").headers
    assert before["etag"] == after["etag"]


def test_forbidden_section_is_named_by_robots_and_feed(first: Newsroom) -> None:
    base = first.base("demo-morning-reel")
    assert "Disallow: /private/" in ask(f"{base}/robots.txt").body.decode()
    assert "/private/awards-season-planning-memo/" in ask(f"{base}/feed/").body.decode()


def test_port_that_is_taken_is_explained(newsroom: Newsroom) -> None:
    with pytest.raises(NewsreelError, match=rf"127\.78\.0\.1:{newsroom.port}.*another port"), Newsroom(newsroom.port):
        pytest.fail("the port is taken")
