"""Hostile markup in every field that is shown, in a real browser without the content security policy: nothing runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

import pytest
from browser import Windows
from browsing import NOW, Clock
from browsing import Browser as Browsing
from payloads import ARCHIVES, OWN, collections, joined
from playwright.sync_api import Browser
from sqlalchemy import Engine
from stage import JUDGE, Stage
from stories import NOW as STORED
from stories import article, database

from newsreel.items import Article, Author, Block, Embed, Image, ListItem, LiveUpdate, Removal, Review, Slide
from newsreel.web import Doors, WebServer, application, passwords
from storage import accounts, feed_keys, preferences, sessions, tokens
from storage.database import writing
from storage.preferences import Preferences
from storage.writing import ArticleWriter

pytestmark = pytest.mark.browser

KINDS = ("p", "heading", "li", "quote", "pre", "row", "caption")


def hostile(payloads: Sequence[str], n: int, size: int) -> Article:
    """Give an article with payloads in all fields, beginning with the nth; `size` of them in those that have many."""
    drawn = [payloads[(n + k) % len(payloads)] for k in range(max(size, 20))]

    def some(offset: int) -> list[str]:
        """Give `size` of them, each field's in an order of its own."""
        return [drawn[(k + offset) % len(drawn)] for k in range(size)]

    def embeds(offset: int) -> tuple[Embed, ...]:
        return tuple(map(Embed, some(offset), some(offset + 1), some(offset + 2), some(offset + 3)))

    url = f"https://tide.example/{n}?{drawn[0]}" if n % 2 else f"{drawn[0]}#{n}"
    return article(
        f"/{n}",
        source_name=drawn[1],
        headline=drawn[0],
        alternative_headline=drawn[3],
        description=drawn[2],
        section=drawn[5],
        in_language=drawn[6],
        canonical_url=f"https://tide.example/{n}",
        requested_url=drawn[7],
        date_source=drawn[8],
        access_signal=drawn[9],
        url=url,
        kind=("article", "gallery", "live-blog", "review", "listicle")[n % 5],
        review=Review(value=drawn[4], best=drawn[11], raw=drawn[12], item_name=drawn[13]),
        blocks=tuple(
            Block(KINDS[k % 7], text, level=k % 7, marker=marker)  # type: ignore[arg-type]
            for k, (text, marker) in enumerate(zip(some(0), some(7), strict=True))
        ),
        authors=tuple(Author(name, name) for name in some(1)),
        keywords=tuple(some(2)),
        main_image=Image(*drawn[:3]),
        images=tuple(map(Image, some(0), some(1), some(2))),
        videos=embeds(0),
        audios=embeds(4),
        embeds=embeds(8),
        slides=tuple(map(Slide, some(0), some(1), some(2))) if n % 5 == 1 else (),
        list_items=tuple(map(ListItem, some(0), some(1))),
        live_updates=tuple(LiveUpdate(NOW, *texts) for texts in zip(some(0), some(1), strict=True))
        if n % 5 == 2
        else (),
        removals=tuple(map(Removal, some(0), some(1), some(2))),
        flags=tuple(drawn[:2]),
        content_hash=f"hash {n}",
    )


def fill(engine: Engine, payloads: Sequence[str], number: int, size: int) -> list[int]:
    """Store articles with one payload after the other; give their numbers."""
    with writing(engine) as connection:
        writer = ArticleWriter(connection, STORED)
        return [
            writer.insert(hostile(payloads, n * len(payloads) // number, size), key, key)
            for n, key in ((n, f"key {size} {n}") for n in range(number))
        ]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def port(engine: Engine) -> Iterator[int]:
    with WebServer(application(Doors(engine, clock=Clock())), "127.0.0.1", 0) as server:
        yield server.port


@pytest.fixture
def stage(engine: Engine, port: int, chromium: Browser) -> Iterator[Stage]:
    windows = Windows(chromium, f"http://127.0.0.1:{port}")
    yield Stage(engine, windows)
    windows.check()


def lists(number: int) -> list[str]:
    """Give the addresses of all pages of lists of so many articles."""
    return [f"/latest?before={before}" for before in range(number + 1, 0, -40)]


def articles(numbers: Sequence[int], pages: Sequence[str] = ("", "/removals", "/changes")) -> list[str]:
    return [f"/article/{n}{page}" for n in numbers for page in pages]


ECHOES = (
    "/search?q={}",
    "/search?q=after:{}",
    "/search?cursor={}&q=a",
    "/latest?source={}",
    "/latest?author={}",
    "/latest?keyword={}",
    "/latest?kind={}",
    "/latest?since={}",
    "/latest?before={}",
    "/latest?marked={}",
    "/starred?before={}",
    "/kind/{}",
    "/author/{}",
    "/tag/{}",
    "/article/{}",
    "/article/1?order={}",
    "/article/1/changes?from={}",
    "/login?next={}",
    "/settings?saved={}",
    "/nowhere/{}",
    "/api/v1/{}",
    "/feeds/{}",
)


def echoes(payloads: Sequence[str], longest: int = 290) -> list[str]:
    """Give addresses that carry payloads to where they may be written out again, each to one of them."""
    return [
        form.format(quote(text.replace("\0", ""), safe="", errors="replace"))
        for form, text in zip(cycle(ECHOES), joined(payloads, longest), strict=False)
    ]


def test_our_own_payloads_run_nowhere(stage: Stage) -> None:
    numbers = fill(stage.engine, OWN, 2 * len(OWN), 20)
    stage.look(*lists(numbers[-1]), *articles(numbers[::5]), "/search?q=alert", "/starred", "/kind/review")
    stage.read(articles(numbers))
    # Each of them at each place that says it again.
    addresses = [form.format(quote(text.replace("\0", ""), safe="")) for form in ECHOES for text in OWN]
    stage.look(*addresses[:: len(OWN) + 1])
    stage.read(addresses)


@pytest.mark.shared
@pytest.mark.skipif(
    not all(archive.is_file() for archive in ARCHIVES), reason="the suites beside the project are missing"
)
def test_the_collections_run_nowhere(stage: Stage) -> None:
    payloads = collections()
    assert len(payloads) > 6500
    # Fields that an article has once carry several payloads, those that it has many times one each.
    bundles = joined(payloads, 1000)
    once = fill(stage.engine, bundles, len(bundles), 2)
    stage.look(*lists(once[-1]))
    stage.read(articles(once, [""]))
    many = fill(stage.engine, payloads, 40, len(payloads) // 40 + 1)
    stage.look(*articles(many[::8]))
    stage.read(articles(many, ["", "/removals"]))
    addresses = echoes(payloads)
    stage.look(*addresses[::25])
    stage.read(addresses)


def test_what_visitors_send_runs_nowhere(stage: Stage, port: int) -> None:
    visitor, typing = Browsing(port), Browsing(port)
    for payload in OWN:
        plain = quote(payload, safe="<>'/=:()&#{}")
        cookies = dict.fromkeys(("newsreel_theme", "newsreel_size", "newsreel_visitor", "newsreel_session"), plain)
        stage.parse(
            Browsing(port, cookies=cookies).get("/latest"),
            visitor.submit("/latest", "/look", theme=payload, size=payload, back=payload),
            visitor.submit("/latest", "/read", articles=payload, read=payload),
            visitor.submit("/settings", "/settings", theme=payload, size=payload),
            typing.submit("/settings", "/settings/tokens", name=payload + "x" * 80),
            visitor.post("/look", {"csrf": payload}),
            visitor.get("/latest", Host=plain),
            visitor.get("/latest", Range=plain, If_None_Match=plain, Accept_Language=plain),
        )


def test_what_is_kept_of_visitors_runs_nowhere(stage: Stage, port: int) -> None:
    for payload in OWN:
        tokens.create(stage.engine, payload, False, NOW)
        feed_keys.create(stage.engine, payload, NOW)
        sessions.begin(stage.engine, payload, payload, NOW)
        preferences.save(stage.engine, Preferences(payload, payload))
        stage.read(["/settings", "/latest"])
    accounts.set_password(stage.engine, passwords.hashed("a reel of five hundred feet"), NOW)
    for payload in OWN:
        secret = sessions.begin(stage.engine, payload, payload, NOW)
    cookie = {"name": "newsreel_session", "value": secret, "url": stage.windows.origin}
    stage.page.context.add_cookies([cookie])
    stage.look("/settings")
    assert stage.page.locator("#sessions li").count() == len(OWN)


def test_what_runs_would_be_seen(stage: Stage) -> None:
    with stage.page.expect_console_message():
        stage.page.evaluate("document.querySelector('main').innerHTML = '<img src=x onerror=alert(1)><b onclick=x>'")
    assert len(stage.page.evaluate(f"() => {{ {JUDGE} return judge(document) }}")) == 4
    stage.page.evaluate("alert(1)")
    assert any("RAN alert" in fault for fault in stage.windows.faults)
    assert any(fault.startswith("image: ") for fault in stage.windows.faults)
    stage.windows.faults.clear()
