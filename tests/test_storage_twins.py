"""One record per article, whatever address it is met at; what is another article stays one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from stories import HOUR, NOW, article, begin, end, page, record, store, visit, words

from newsreel.items import Link
from pipelines.deduplicate import canonical_key
from storage.articles import Articles, Stored

SITE = "https://tide.example"
TEXT = words("harbour", 60)
EDITED = TEXT + " " + words("edited", 8)
MOBILE = TEXT + " " + words("app", 3)
OTHER = words("other", 60)


def see(
    engine: Engine,
    at: str,
    text: str = TEXT,
    *,
    ended: str | None = None,
    hours: int = 0,
    via: str = "feed",
    **changes: Any,
) -> str:
    """Crawl one address, as the pipelines hand it on; the request may have ended at another one."""
    final = SITE + (ended or at) if not (ended or at).startswith("http") else (ended or at)
    asked = at if at.startswith("http") else SITE + at
    now = NOW + hours * HOUR
    canonical = changes.pop("canonical", None)
    guid = changes.pop("guid", None)
    found = replace(
        article("/x", text=text, headline=changes.pop("headline", "The long night at the harbour"), **changes),
        url=final,
        canonical_url=(SITE + canonical) if canonical and not canonical.startswith("http") else canonical or final,
    )
    run_id = begin(engine, "tide", now)
    link = Link(asked, via, guid=guid)  # type: ignore[arg-type]
    each = replace(visit(run_id, found, at=asked, page=page(final), canonical_key=canonical_key(found)), link=link)
    [outcome] = record(engine, each, now=now)
    end(engine, run_id, "tide", now)
    return outcome


def named(at: str, how: dict[str, Any]) -> tuple[str, str, str | None]:
    """Give how `see` names an address: the way there, the address, the GUID."""
    return how.get("via", "feed"), at if at.startswith("http") else SITE + at, how.get("guid")


def stored(engine: Engine, number: int = 1) -> Stored:
    found = Articles(engine).get(str(number))
    assert found is not None
    return found


def versions(engine: Engine) -> list[int]:
    return [stored(engine, n).article.version for n in range(1, Articles(engine).count() + 1)]


# Each way in which the article at /a is met again.
PLACES: list[tuple[str, dict[str, Any]]] = [
    ("/a?utm_source=rss&fbclid=1", {}),
    ("/a/amp/", {}),
    ("/a?amp=1", {}),
    ("http://www.tide.example/a/", {}),
    ("/a#comments", {}),
    ("/a", {"guid": "changed", "via": "sitemap"}),
    ("/story.php?id=7", {"canonical": "/a"}),
    ("/print/a", {"canonical": "/a", "text": MOBILE}),
    ("/gone", {"ended": "/a"}),
    ("/gone", {"ended": "/a?utm_source=x", "text": TEXT}),
    ("https://m.tide.example/a", {"text": MOBILE}),
    ("https://amp.tide.example/a", {"text": MOBILE}),
    ("https://m.tide.example/a", {"canonical": "/a", "text": MOBILE}),
    ("/copy", {}),
]


@pytest.mark.parametrize(("at", "how"), PLACES)
@pytest.mark.parametrize("first", [True, False])
def test_an_article_is_one_record_wherever_it_is_met(engine: Engine, at: str, how: dict[str, Any], first: bool) -> None:
    main = ("/a", {"canonical": "/a"})
    one, two = (main, (at, how)) if first else ((at, how), main)
    assert see(engine, one[0], **one[1]) == "new"
    assert see(engine, two[0], **two[1], hours=1) in ("unchanged", "dup-url", "dup-body", "updated")
    assert Articles(engine).count() == 1
    for address in (at if at.startswith("http") else SITE + at, SITE + "/a"):
        found = Articles(engine).get(address)
        assert found is not None
        assert found.id == 1
    seen = {(place.via, place.url, place.guid) for place in Articles(engine).appearances(1)}
    assert {named(*one), named(*two)} <= seen


# What only looks like the article at /a.
STRANGERS: list[tuple[str, dict[str, Any]]] = [
    ("/b", {"text": OTHER, "canonical": "/a", "headline": "Something else"}),
    ("/b", {"text": OTHER, "canonical": "/a", "headline": "Trailer"}),
    ("/b", {"text": OTHER, "canonical": "/", "headline": "Something else"}),
    ("/b", {"text": OTHER, "canonical": "https://other.example/a", "headline": "Something else"}),
    ("https://m.tide.example/a", {"text": OTHER, "headline": "Something else"}),
    ("https://tide.example:8443/a", {"text": OTHER, "headline": "Something else"}),
]


@pytest.mark.parametrize(("at", "how"), STRANGERS)
@pytest.mark.parametrize("headline", ["The long night at the harbour", "Trailer"])
def test_another_article_is_not_lost_to_a_wrong_address(
    engine: Engine, at: str, how: dict[str, Any], headline: str
) -> None:
    assert see(engine, "/a", canonical="/a", headline=headline) == "new"
    assert see(engine, at, **how) == "new"
    assert see(engine, at, **how, hours=1) == "unchanged"
    assert [stored(engine, n).article.headline for n in (1, 2)] == [headline, how["headline"]]


def test_a_section_with_one_canonical_address_keeps_its_articles(engine: Engine) -> None:
    for round_ in range(2):
        for n in range(6):
            text, headline = words(f"story{n}", 60), f"Night {n} at the harbour of Tide"
            outcome = see(engine, f"/news/{n}", text, canonical="/news", headline=headline, hours=round_)
            assert outcome == ("unchanged" if round_ else "new")
    assert versions(engine) == [1] * 6


def test_a_moved_article_is_updated_at_its_new_address(engine: Engine) -> None:
    assert see(engine, "/old") == "new"
    assert see(engine, "/old", ended="/new", hours=1) == "unchanged"
    assert see(engine, "/new", EDITED, hours=2) == "updated"
    assert see(engine, "/new", OTHER, headline="Rewritten from top to bottom", hours=3) == "updated"
    assert Articles(engine).count() == 1
    assert stored(engine).article.url == SITE + "/new"
    assert [place.via for place in Articles(engine).appearances(1)] == ["feed", "redirect", "feed"]


def test_a_moved_article_that_was_edited_too_is_updated(engine: Engine) -> None:
    see(engine, "/old")
    assert see(engine, "/old", EDITED, ended="/new", hours=1) == "updated"
    assert versions(engine) == [2]


def test_a_link_that_leads_to_another_article_now_does_not_overwrite_its_own(engine: Engine) -> None:
    see(engine, "/a")
    see(engine, "/b", OTHER, headline="Something else")
    # Dead pages lead to the newest story.
    assert see(engine, "/a", OTHER, ended="/b", headline="Something else", hours=1) == "dup-url"
    assert see(engine, "/a", words("third", 60), ended="/c", headline="A third one", hours=2) == "new"
    assert [stored(engine, n).article.headline for n in (1, 2, 3)] == [
        "The long night at the harbour",
        "Something else",
        "A third one",
    ]
    assert see(engine, "/c", words("third", 60), headline="A third one", hours=3) == "unchanged"
    assert versions(engine) == [1, 1, 1]


def test_a_link_that_leads_home_says_nothing_about_its_article(engine: Engine) -> None:
    see(engine, "/a")
    for n in range(3):
        see(engine, "/a", words(f"home{n}", 60), ended="/", headline=f"The news of day {n}", hours=n + 1)
    assert stored(engine).article.headline == "The long night at the harbour"
    assert versions(engine)[0] == 1


def test_a_page_that_always_shows_the_latest_story_makes_an_article_of_each(engine: Engine) -> None:
    for n in range(3):
        text, headline = words(f"day{n}", 60), f"The column of day {n}"
        assert see(engine, "/today", text, canonical=f"/column/{n}", headline=headline, hours=24 * n) == "new"
    assert see(engine, "/column/1", words("day1", 60), headline="The column of day 1", hours=80) in (
        "unchanged",
        "dup-url",
    )
    assert versions(engine) == [1, 1, 1]


def modified(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_another_address_updates_the_article_with_a_later_text(engine: Engine) -> None:
    see(engine, "/a", date_modified=modified(-1), canonical="/a")
    assert see(engine, "/print/a", MOBILE, canonical="/a", date_modified=modified(-1)) == "dup-url"
    assert see(engine, "/print/a", EDITED, canonical="/a", date_modified=modified(2), hours=3) == "updated"
    found = stored(engine)
    assert (found.article.version, found.article.url) == (2, SITE + "/a")
    assert "edited0" in found.article.blocks[0].text
    # What is older than what is stored changes nothing.
    assert see(engine, "/print/a", MOBILE, canonical="/a", date_modified=modified(-1), hours=4) == "dup-url"
    assert versions(engine) == [2]


def test_another_address_without_dates_updates_when_its_own_text_changed(engine: Engine) -> None:
    see(engine, "/a", canonical="/a")
    assert see(engine, "/print/a", MOBILE, canonical="/a") == "dup-url"
    assert see(engine, "/print/a", MOBILE, canonical="/a", hours=1) == "dup-url"
    assert see(engine, "/print/a", EDITED, canonical="/a", hours=2) == "updated"


@pytest.mark.parametrize("dates", ["none", "same", "rendered"])
def test_a_page_and_its_variant_make_no_revisions_by_turns(engine: Engine, dates: str) -> None:
    for n in range(12):
        date = {"none": None, "same": modified(-1), "rendered": modified(n)}[dates]
        see(engine, "/a", TEXT, canonical="/a", date_modified=date, hours=n)
        see(engine, "/a.mobile", MOBILE, canonical="/a", date_modified=date, hours=n)
    assert Articles(engine).count() == 1
    assert versions(engine)[0] <= (3 if dates == "rendered" else 1)


def test_an_edit_seen_at_both_addresses_makes_two_revisions_at_most(engine: Engine) -> None:
    see(engine, "/a", canonical="/a", date_modified=modified(-1))
    for n, more in enumerate(["", " one", " one two"]):
        for _ in range(3):
            see(engine, "/a.mobile", MOBILE + more, canonical="/a", date_modified=modified(n), hours=n)
            see(engine, "/a", TEXT + more, canonical="/a", date_modified=modified(n), hours=n)
    assert Articles(engine).count() == 1
    assert versions(engine)[0] <= 1 + 2 * 3
    assert stored(engine).article.blocks[0].text == TEXT + " one two"


def test_a_reprint_at_another_address_that_is_edited_stays_an_appearance(engine: Engine) -> None:
    see(engine, "/a")
    assert see(engine, "/copy") == "dup-body"
    # Later than headlines count, and the text is not equal any more.
    assert see(engine, "/copy", MOBILE, headline="Another headline for it", hours=24 * 9) in ("dup-url", "updated")
    assert Articles(engine).count() == 1


def test_the_same_address_of_another_source_is_another_article(engine: Engine) -> None:
    assert store(
        engine, article("/a", "tide", text=TEXT), replace(article("/a", "reef", text=TEXT), url=SITE + "/a")
    ) == [
        "new",
        "new",
    ]


@pytest.mark.parametrize(
    ("claimed", "key"),
    [
        ("https://tide.example.com/b", "tide.example.com/b"),
        ("https://news.example.com/b?utm_source=x", "news.example.com/b"),
        ("https://example.org/b", "tide.example.com/a"),
        ("https://tide.example.com/", "tide.example.com/a"),
        ("https://example.com/index.html?utm_source=x", "tide.example.com/a"),
        ("javascript:void(0)", "tide.example.com/a"),
        ("", "tide.example.com/a"),
    ],
)
def test_a_canonical_address_counts_on_the_outlet_s_own_site_and_never_at_home(claimed: str, key: str) -> None:
    found = replace(article("/a"), url="https://tide.example.com/a", canonical_url=claimed)
    assert canonical_key(found) == key
