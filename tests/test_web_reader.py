"""The reader's pages over real sockets: lists, articles, what was removed, what changed, marks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from browsing import NOW as TODAY
from browsing import Browser, Clock
from sqlalchemy import Engine
from stories import HOUR, article, database, store, words

from newsreel.items import Author, Block, Embed, Image, LiveUpdate, Removal, Review, Slide
from newsreel.web import Doors, WebServer, application
from storage import indexing, marks
from storage.database import writing

NASTY = """<script>alert(1)</script>" onfocus="alert(1)' {{ 7 * 7 }}"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def browser(engine: Engine) -> Iterator[Browser]:
    with WebServer(application(Doors(engine, clock=Clock())), "127.0.0.1", 0) as server:
        yield Browser(server.port)


def shown(text: str) -> list[int]:
    """Give the articles of a list, in order."""
    return [int(number) for number in re.findall(r'<li class="story[^"]*" id="a(\d+)"', text)]


def unread(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li class="story unread" id="a(\d+)"', text)]


def link(text: str, word: str) -> str:
    found = re.search(rf'href="([^"]+)"[^>]*>{word}<', text)
    assert found, word
    return found[1].replace("&amp;", "&")


def many(engine: Engine, number: int) -> None:
    for n in range(number):
        subject = article(f"/{n}", kind=("article", "review")[n % 2], authors=(Author("Ada Moss"),), keywords=("tide",))
        store(engine, subject, now=TODAY - timedelta(minutes=10 * (number - n)))


def test_the_newest_come_first_in_pages_under_their_days(browser: Browser, engine: Engine) -> None:
    many(engine, 90)
    first = browser.get("/latest").text
    assert shown(first) == list(range(90, 50, -1))
    assert ">Today</h2>" in first
    assert ">Newer<" not in first
    second = browser.get(link(first, "Older")).text
    assert shown(second) == list(range(50, 10, -1))
    assert ">Yesterday</h2>" in second
    third = browser.get(link(second, "Older")).text
    assert shown(third) == list(range(10, 0, -1))
    assert ">Older<" not in third
    assert shown(browser.get(link(third, "Newer")).text) == shown(second)
    assert shown(browser.get("/").text) == shown(first)


@pytest.mark.parametrize("name", ["Who? #1", "50%3F off", "Ærø/Hjørne"])
def test_a_list_has_its_address_whatever_names_are_in_it(browser: Browser, engine: Engine, name: str) -> None:
    for n in range(41):
        store(engine, article(f"/{n}", authors=(Author(name),)), now=TODAY - timedelta(minutes=50 - n))
    page = browser.get(f"/author/{quote(name, safe='')}").text
    assert len(shown(page)) == 40
    assert shown(browser.get(link(page, "Older")).text) == [1]
    back = re.search(r'name="back" value="(/author[^"]+)"', page)
    assert back
    assert len(shown(browser.get(back[1]).text)) == 40


def test_numbers_that_no_article_has_are_refused(browser: Browser) -> None:
    for path in ("/article/{}/star", "/settings/tokens/{}/revoke", "/settings/feeds/{}/revoke"):
        assert browser.submit("/latest", path.format("9" * 30), star="yes").status == 422
    assert browser.get(f"/article/{'9' * 30}").status == 404


def test_lists_are_narrowed_down_by_their_address(browser: Browser, engine: Engine) -> None:
    many(engine, 6)
    store(engine, article("/reef", "reef", keywords=("C++ & more/less",)), now=TODAY)
    marks.mark_read(engine, [2], TODAY)
    for path, numbers in (
        ("/kind/review", [6, 4, 2]),
        ("/latest?kind=review&unread=1", [6, 4]),
        ("/latest?source=reef&author=&keyword=&since=", [7]),
        ("/author/ada%20moss", [6, 5, 4, 3, 2, 1]),
        ("/author/Ada%20Moss?unread=1&source=tide", [6, 5, 4, 3, 1]),
        ("/tag/Tide", [6, 5, 4, 3, 2, 1]),
        ("/latest?keyword=tide&author=Ada+Moss&kind=article", [5, 3, 1]),
        ("/latest?since=24h", [7, 6, 5, 4, 3, 2, 1]),
    ):
        assert shown(browser.get(path).text) == numbers, path
    page = browser.get("/latest?source=reef").text
    assert "Articles from Reef in the order of their coming." in page
    assert "reef/" not in link(browser.get("/article/7").text, "C\\+\\+ &amp; more/less")
    assert shown(browser.get(link(browser.get("/article/7").text, "C\\+\\+ &amp; more/less")).text) == [7]


def test_articles_are_found_by_their_words(browser: Browser, engine: Engine) -> None:
    many(engine, 3)
    assert shown(browser.get("/search?q=story").text) == [3, 2, 1]
    assert shown(browser.get("/search?q=story&kind=review").text) == [2]
    nothing = browser.get("/search?q=%3Cb%3Echandelier").text
    assert "No article has “&lt;b&gt;chandelier”." in nothing
    assert shown(browser.get("/search").text) == []
    for odd in ("%22", "*", "AND", "%00", "a%22b*(", "-x"):
        assert browser.get(f"/search?q={odd}").status in (200, 422), odd
    wrong = browser.get("/search?q=after:someday")
    assert wrong.status == 422
    assert "someday" in wrong.text
    assert browser.get("/search?q=story&cursor=nonsense").status == 422


def test_what_a_search_finds_is_paged(browser: Browser, engine: Engine) -> None:
    many(engine, 50)
    first = browser.get("/search?q=strange+story&source=tide").text
    assert shown(first) == list(range(50, 10, -1))
    second = browser.get(link(first, "Older")).text
    assert shown(second) == list(range(10, 0, -1))
    assert shown(browser.get(link(second, "Newer")).text) == shown(first)


def test_what_lists_cannot_have_is_said(browser: Browser, engine: Engine) -> None:
    assert "Nothing here yet" in browser.get("/latest").text
    assert "Nothing starred yet" in browser.get("/starred").text
    assert "Nothing under “Nobody”" in browser.get("/author/Nobody").text
    many(engine, 1)
    assert "No article is like this." in browser.get("/latest?source=nobody").text
    missing = browser.get("/kind/novel")
    assert missing.status == 404
    assert "The kinds are article, review" in missing.text
    for path in ("/latest?since=9y", "/latest?before=x", "/starred?before=1", "/latest?kind=novel", "/article/x"):
        assert browser.get(path).status in (404, 422), path
    for path in ("/article/99", "/article/99/removals", "/article/99/changes", f"/article/{'9' * 40}"):
        answer = browser.get(path)
        assert answer.status == 404
        assert "No article has this number." in answer.text or len(path) > 40


def test_an_article_is_starred_and_read_without_script(browser: Browser, engine: Engine) -> None:
    many(engine, 3)
    assert browser.get("/article/2").status == 200
    assert marks.marks_of(engine, [2]) == {}
    answer = browser.submit("/latest", "/article/2/star", star="yes", back="/latest?kind=review")
    assert (answer.status, answer.headers["location"]) == (303, "/latest?kind=review#a2")
    answer = browser.submit("/article/2", "/article/2/read", read="yes", back="https://elsewhere.example/")
    assert (answer.status, answer.headers["location"]) == (303, "/#a2")
    assert unread(browser.get("/latest").text) == [3, 1]
    assert shown(browser.get("/starred").text) == [2]
    assert 'value="no" aria-pressed="true" aria-label="Star"' in browser.get("/article/2").text
    browser.submit("/article/2", "/article/2/star", star="no")
    browser.submit("/article/2", "/article/2/read", read="no")
    assert unread(browser.get("/latest").text) == [3, 2, 1]
    assert browser.submit("/latest", "/article/2/star", star="maybe").status == 422
    assert browser.submit("/latest", "/article/99/star", star="yes").status == 303
    assert browser.post("/article/2/star", {"star": "yes"}).status == 403
    assert browser.get("/article/2/star").status == 405


def test_htmx_is_told_what_was_marked_and_gets_no_page(browser: Browser, engine: Engine) -> None:
    many(engine, 2)
    browser.headers["HX-Request"] = "true"
    for path, fields, articles, said in (
        ("/article/2/star", {"star": "yes"}, 1, "Starred."),
        ("/article/2/star", {"star": "no"}, 1, "No longer starred."),
        ("/article/2/read", {"read": "yes"}, 1, "Marked as read."),
        ("/read", {"articles": "1,2", "read": "yes"}, 1, "Marked 1 article read."),
        ("/read", {"articles": "1,2", "read": "no"}, 2, "Marked 2 articles unread."),
    ):
        answer = browser.submit("/latest", path, **fields)
        assert (answer.status, answer.text) == (204, ""), path
        told = json.loads(answer.headers["hx-trigger"])["marked"]
        name, value = next((name, value) for name, value in fields.items() if name in ("star", "read"))
        assert (told["mark"], told["on"], told["said"]) == (name, value == "yes", said)
        assert len(told["articles"]) == articles
    refused = browser.post("/read", {"articles": "1", "read": "yes"}, Sec_Fetch_Site="cross-site", Origin="null")
    assert refused.status == 403


def test_a_list_is_marked_read_and_that_is_undone(browser: Browser, engine: Engine) -> None:
    many(engine, 4)
    marks.mark_read(engine, [3], TODAY)
    page = browser.get("/latest?kind=article").text
    assert '<input type="hidden" name="articles" value="1">' in page
    answer = browser.submit("/latest", "/read", articles="4,3,2", read="yes", back="/latest?kind=&author=")
    assert answer.headers["location"] == "/latest?marked=4,2"
    told = browser.get(answer.headers["location"]).text
    assert "Marked 2 articles read." in told
    assert unread(told) == [1]
    answer = browser.submit("/latest", "/read", articles="4,2", read="no", back="/latest?marked=4,2")
    assert answer.headers["location"] == "/latest"
    assert unread(browser.get("/latest").text) == [4, 2, 1]
    for wrong in ("1;2", "x", ",".join("1" * 300)):
        assert browser.submit("/latest", "/read", articles=wrong, read="yes").status == 422


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chandeleir", "chandelier"),
        ("Chandelie", "chandelier"),
        ("grand chandellier", "grand chandelier"),
        ("chandeleer", "chandelier"),
        ("chandalierre", None),
        ("chan", None),
        ('"grand chandeleir"', None),
        ("-grand chandeleir", None),
        ("chandeleir zzzzqqq", None),
        ("source:nobody chandeleir", None),
    ],
)
@pytest.mark.parametrize("is_indexed", [False, True])
def test_a_search_that_finds_nothing_offers_what_may_be_meant(
    browser: Browser, engine: Engine, typed: str, meant: str | None, is_indexed: bool
) -> None:
    for n in range(2):
        store(engine, article(f"/{n}", text=f"A grand chandelier hung there, number {n}."))
    if is_indexed:
        with writing(engine) as connection:
            assert indexing.settle(connection, 1) == 2
    page = browser.get(f"/search?q={quote(typed)}").text
    assert "No article has" in page
    found = re.search(r'Did you mean <a href="/search\?q=([^"]+)"[^>]*>([^<]+)</a> \((\d+)\)\?', page)
    assert (unescape(found[2]) if found else None) == meant
    if found:
        assert found[3] == "2"
        assert len(shown(browser.get(f"/search?q={found[1]}").text)) == 2


def test_the_starred_come_in_the_order_of_their_stars(browser: Browser, engine: Engine) -> None:
    many(engine, 45)
    for n in range(1, 46):
        marks.mark_starred(engine, [n], TODAY - timedelta(seconds=n))
    first = browser.get("/starred").text
    assert shown(first) == list(range(1, 41))
    assert shown(browser.get(link(first, "Older")).text) == list(range(41, 46))


def test_an_article_shows_what_it_has_and_loads_nothing(browser: Browser, engine: Engine) -> None:
    picture = Image("https://pictures.example/1.jpg", "At the harbour.", "Ines Kober")
    subject = article(
        "/review",
        kind="review",
        headline="A film",
        description="It is long.",
        in_language="he",
        authors=(Author("Ada Moss"),),
        keywords=("film",),
        flags=("spoiler",),
        date_published=TODAY - HOUR,
        main_image=picture,
        images=(picture,),
        embeds=(Embed("instagram", "javascript:alert(1)", "@ada", "Six weeks."),),
        videos=(Embed("youtube", "https://video.example/1", None, "Trailer"),),
        review=Review("4", "★★★★☆", "5", "A film"),
        word_count=920,
        blocks=(Block("p", words("one")), Block("li", "last", 1, "2."), Block("row", "a | b"), Block("quote", "q")),
    )
    store(engine, subject, now=TODAY)
    text = browser.get("/article/1").text
    for part in (
        'lang="he"',
        "4 min, 920 words",
        "Picture</b>, at pictures.example",
        "At the harbour. <span>Ines Kober</span>",
        "Open at video.example",
        '<li value="2">last</li>',
        "<td>a</td><td>b</td>",
        "<blockquote>",
        "4 of 5",
        "★★★★☆",
        '<a href="/author/Ada%20Moss">Ada Moss</a>',
        '<a href="/tag/film">film</a>',
        "Spoilers.",
        'href="https://tide.example/review" rel="noreferrer noopener" data-key="v"',
    ):
        assert part in text, part
    assert "javascript:" not in text
    assert not re.search(r"<(img|iframe|video|audio|embed|object)\b", text)
    assert not re.findall(r'src="(?!/static/)', text)


def test_slides_and_updates_are_shown_once_and_as_what_they_are(browser: Browser, engine: Engine) -> None:
    slides = tuple(Slide(None, f"Caption {n}.", f"https://pictures.example/{n}.jpg") for n in (1, 2))
    blocks = (Block("p", words("intro")), Block("caption", "Caption 1."), Block("caption", "Caption 2."))
    store(engine, article("/gallery", kind="gallery", slides=slides, blocks=blocks), now=TODAY)
    text = browser.get("/article/1").text
    assert text.count("Caption 1.") == 1
    assert "Picture 2 of 2" in text
    updates = tuple(LiveUpdate(TODAY - n * HOUR, f"Update {n} is told.", f"Head {n}") for n in (3, 1, 2))
    blocks = (Block("p", words("live")), *(Block("p", update.text) for update in updates))
    store(engine, article("/live", kind="live-blog", live_updates=updates, blocks=blocks), now=TODAY)
    for path, order in (("/article/2", ["1", "2", "3"]), ("/article/2?order=oldest", ["3", "2", "1"])):
        assert re.findall(r"Update (\d) is told", browser.get(path).text) == order


def test_removals_stand_at_their_place_with_their_reason(browser: Browser, engine: Engine) -> None:
    blocks = (Block("p", words("first")), Block("p", words("second")))
    gone = Removal("ad.marker", f"Advertisement {NASTY}", "2/3 article/p")
    store(engine, article("/a", blocks=blocks, removals=(gone,), word_count=60), now=TODAY)
    text = browser.get("/article/1/removals").text
    places = [text.index(part) for part in ("first0", "Removed by ad.marker", "second0")]
    assert places == sorted(places)
    assert "a marker of advertising" in text
    assert "1 line, and" in text
    assert "The order is lost" not in text
    assert "<script>alert" not in text
    clean = browser.get("/article/1").text
    assert "Removed by" not in clean
    assert '<a href="/article/1/removals">1 line</a>' in clean
    store(engine, article("/b", removals=(replace(gone, where="body"),)), now=TODAY)
    assert "The order is lost" in browser.get("/article/2/removals").text
    store(engine, article("/c"), now=TODAY)
    assert "The body of this page was clean." in browser.get("/article/3/removals").text


def test_changes_are_shown_word_by_word(browser: Browser, engine: Engine) -> None:
    before = (Block("p", "Ada sings at the harbour tonight."), Block("p", words("same")), Block("p", words("more")))
    store(engine, article("/a", blocks=before, word_count=66), now=TODAY - 2 * HOUR)
    assert "The outlet has changed nothing" in browser.get("/article/1/changes").text
    after = (Block("p", "Ada sings well at the harbour tonight."), *before[1:], Block("p", words("last")))
    changed = article("/a", blocks=after, word_count=97, content_hash="another")
    store(engine, changed, now=TODAY - HOUR)
    text = browser.get("/article/1/changes").text
    assert "1 paragraph reworded, 1 added" in text
    assert "<ins> well</ins>" in text
    assert "2 paragraphs unchanged" in text
    assert f"<ins>{words('last')}</ins>" in text
    assert browser.get("/article/1/changes?from=1&to=2").status == 200
    assert browser.get("/article/1/changes?from=7").status == 404


def test_other_outlets_with_the_same_text_are_named(browser: Browser, engine: Engine) -> None:
    text = words("shared", 60)
    for n, source in enumerate(("tide", "reef", "cove")):
        store(engine, article("/s", source, text=text), now=TODAY - (3 - n) * HOUR)
    page = browser.get("/latest").text
    for said in ("first, 2 more", "after Tide and 1 more"):
        assert said in page
    article_page = browser.get("/article/2").text
    assert "3 copies of this text" in article_page
    assert '<a href="/article/1">Tide</a>' in article_page


def test_what_outlets_write_stays_text(browser: Browser, engine: Engine) -> None:
    nasty = article(
        "/n",
        source_name=NASTY,
        headline=NASTY,
        description=NASTY,
        in_language=NASTY,
        section=NASTY,
        authors=(Author(NASTY, NASTY),),
        keywords=(NASTY,),
        main_image=Image(NASTY, NASTY, NASTY),
        images=(Image(NASTY, NASTY, NASTY), Image("https://x.example/" + NASTY, NASTY)),
        embeds=(Embed(NASTY, NASTY, NASTY, NASTY),),
        review=Review(NASTY, NASTY, NASTY, NASTY),
        live_updates=(LiveUpdate(None, NASTY, NASTY),),
        removals=(Removal(NASTY, NASTY, "1/2 p"),),
        text=f"{NASTY} {words('n')}",
    )
    store(engine, nasty, now=TODAY)
    store(engine, replace(nasty, blocks=(Block("p", NASTY + words("m")),), content_hash="m"), now=TODAY)
    paths = ("/latest", "/article/1", "/article/1/removals", "/article/1/changes", "/starred")
    for path in (*paths, "/author/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E"):
        answer = browser.get(path)
        assert answer.status == 200, path
        assert "<script>alert" not in answer.text
        assert not re.search(r"<[^>]*[\"']\s+onfocus=", answer.text)


def test_the_kinds_that_there_are_stand_with_their_numbers(engine: Engine) -> None:
    many(engine, 5)
    clock = Clock()
    with WebServer(application(Doors(engine, clock=clock)), "127.0.0.1", 0) as server:
        browser = Browser(server.port)

        def tabs(path: str) -> list[str]:
            row = browser.get(path).text.partition('aria-label="Kind"')[2].partition("</nav>")[0]
            return [re.sub(r"<[^>]+>", "", tab).strip() for tab in re.findall(r"<a .*?</a>", row)]

        assert tabs("/latest") == ["All 5", "News 3", "Reviews 2"]
        assert tabs("/latest?source=tide") == ["All", "News", "Reviews"]
        assert tabs("/latest?kind=gallery") == ["All 5", "News 3", "Reviews 2", "Galleries 0"]
        store(engine, article("/more", kind="gallery"))
        clock.passes(seconds=61)
        assert tabs("/latest") == ["All 6", "News 3", "Reviews 2", "Galleries 1"]
