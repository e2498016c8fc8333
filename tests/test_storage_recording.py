"""A visit ends as exactly one outcome, and the article, its keys, its link and its counters agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from stories import (
    HOUR,
    NOW,
    article,
    begin,
    counts,
    discover,
    end,
    full_article,
    page,
    record,
    recount,
    store,
    visit,
    words,
)

from newsreel.cleaning import Memory
from newsreel.errors import StorageError
from newsreel.items import Article, Block, Candidate, Link, Removal, body_text
from storage import schema
from storage.articles import Articles, Stored
from storage.database import reading, writing
from storage.memory import recall
from storage.recording import record_all

LATER = NOW + 2 * HOUR


def get(engine: Engine, wanted: str | int) -> Stored:
    stored = Articles(engine).get(str(wanted))
    assert stored is not None
    return stored


def pages_kept(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(schema.pages)).scalar_one())


def test_a_new_article_is_stored_with_all_that_belongs_to_it(engine: Engine) -> None:
    assert store(engine, full_article()) == ["new"]
    stored = get(engine, "https://tide.example/full")
    assert (stored.stored_at, stored.changed_at, stored.article.version) == (NOW, NOW, 1)
    assert [removal.rule for removal in stored.article.removals] == ["ads.marker", "credit.photo"]
    [seen] = Articles(engine).appearances(stored.id)
    assert (seen.source, seen.url, seen.via, seen.door, seen.outcome) == (
        "tide",
        "https://tide.example/full",
        "feed",
        "https://tide.example/feed",
        "new",
    )
    assert Articles(engine).revisions(stored.id) == []


def test_the_counters_say_what_was_stored(engine: Engine) -> None:
    run_id = begin(engine)
    record(engine, visit(run_id, full_article()), visit(run_id, article("/bare"), page=page("https://x", b"12345")))
    assert counts(engine, run_id) == {
        "found": 2,
        "new": 2,
        "stored": 2,
        "with:author": 1,
        "with:date": 1,
        "with:image": 1,
        "with:language": 1,
        "bytes": len(b"<p>page</p>") + 5,
        "chars": len(words("full")) + len(words("bare")),
        "removed:ads.marker": len("Advertisement"),
        "removed:credit.photo": len("Getty"),
        "cuts:ads.marker": 1,
        "cuts:credit.photo": 1,
    }


def test_the_same_text_again_is_unchanged(engine: Engine) -> None:
    again = article("/a", description="Only the description differs", date_downloaded=LATER)
    assert store(engine, article("/a")) + store(engine, again, now=LATER) == ["new", "unchanged"]
    assert get(engine, 1).changed_at == NOW
    assert get(engine, 1).article.description is None
    assert pages_kept(engine) == 1


@pytest.mark.parametrize("changes", [{"text": words("other")}, {"headline": "Another headline"}])
def test_a_changed_text_or_headline_is_a_revision(engine: Engine, changes: dict[str, str]) -> None:
    before = replace(full_article(), date_published=NOW - HOUR)
    after = article("/full", **({"text": words("full")} | changes))
    assert store(engine, before) + store(engine, after, now=LATER) == ["new", "updated"]
    stored = get(engine, 1)
    assert stored.article == replace(after, version=2)
    assert (stored.stored_at, stored.changed_at) == (NOW, LATER)
    [old] = Articles(engine).revisions(1)
    assert (old.version, old.headline, old.text, old.replaced_at) == (1, before.headline, words("full"), LATER)
    with reading(engine) as connection:
        assert connection.execute(select(schema.articles.c.lag_seconds)).scalar_one() == 3600
    assert len(Articles(engine).pages(1)) == 1
    assert pages_kept(engine) == 2


def test_revisions_are_counted_on(engine: Engine) -> None:
    for n in range(4):
        store(engine, article("/a", text=words(f"text{n}")), now=NOW + n * HOUR)
    assert [revision.version for revision in Articles(engine).revisions(1)] == [1, 2, 3]
    assert get(engine, 1).article.version == 4
    assert [revision.text for revision in Articles(engine).revisions(1)] == [words(f"text{n}") for n in range(3)]


def test_two_addresses_of_one_article_in_one_batch(engine: Engine) -> None:
    run_id = begin(engine)
    first, second = article("/a"), article("/b", canonical_url="https://tide.example/a", text=words("a"))
    assert record(engine, visit(run_id, first), visit(run_id, second)) == ["new", "dup-url"]


# Each second article, stored after article("/a"), and the outcome that it has.
CANONICAL = "https://tide.example/a"
SECONDS = [
    (article("/b"), "new"),
    (article("/a", text=words("other")), "updated"),
    (article("/b", canonical_url=CANONICAL, text=words("a")), "dup-url"),
    (article("/b", canonical_url=CANONICAL, text=words("a") + " One more."), "dup-url"),
    (article("/b", canonical_url=CANONICAL, headline="The strange story of A!", text=words("b")), "dup-url"),
    # A canonical address that is wrong on a whole section costs no article.
    (article("/b", canonical_url=CANONICAL), "new"),
    (article("/b", text=words("a")), "dup-body"),
    (article("/b", headline="The strange story of a", text=words("a", 25)), "dup-title"),
    (article("/b", headline="The strange story of a"), "new"),
    (article("/b", "wire", text=words("a")), "new"),
    (article("/b", "wire", canonical_url=CANONICAL, text=words("a")), "new"),
]


@pytest.mark.parametrize(("second", "outcome"), SECONDS)
def test_a_second_article_is_recognised(engine: Engine, second: object, outcome: str) -> None:
    assert store(engine, article("/a"), second) == ["new", outcome]  # type: ignore[arg-type]
    appearances = Articles(engine).appearances(1)
    if outcome.startswith("dup"):
        assert [(seen.url, seen.outcome) for seen in appearances] == [
            ("https://tide.example/a", "new"),
            ("https://tide.example/b", outcome),
        ]
        assert get(engine, "https://www.tide.example/b/").id == 1
    assert Articles(engine).count() == (2 if outcome == "new" else 1)


def test_short_texts_and_headlines_make_no_duplicates(engine: Engine) -> None:
    first = article("/a", text="Watch it above.", headline="Trailer")
    second = article("/b", text="Watch it above.", headline="Another trailer")
    third = article("/c", text=words("c"), headline="Trailer")
    assert store(engine, first, second, third, replace(first, url="https://tide.example/d")) == [
        "new",
        "new",
        "new",
        "dup-url",
    ]


def test_an_old_headline_may_come_again(engine: Engine) -> None:
    weekly = article("/week2", headline="The strange story of a", text=words("a", 28))
    assert store(engine, article("/a")) + store(engine, weekly, now=NOW + timedelta(days=8)) == ["new", "new"]


def test_a_canonical_address_that_came_before_its_page(engine: Engine) -> None:
    print_view = article("/a?print=1", canonical_url="https://tide.example/a", text=words("a"))
    assert store(engine, print_view, article("/a")) == ["new", "dup-url"]


def test_a_story_of_several_outlets_stays_several_articles(engine: Engine) -> None:
    text = words("wire")
    reprints = [article(f"/{source}", source, text=text, flags=("spoiler",)) for source in ("tide", "reef", "gull")]
    assert store(engine, *reprints) == ["new"] * 3
    assert [get(engine, n).article.duplicate_of for n in (1, 2, 3)] == [None, "1", "1"]
    assert [get(engine, n).article.flags for n in (1, 2, 3)] == [
        ("spoiler",),
        ("spoiler", "near-dup"),
        ("spoiler", "near-dup"),
    ]


def test_an_updated_article_stays_in_its_group(engine: Engine) -> None:
    store(engine, article("/a", text=words("wire")), article("/a", "reef", text=words("wire")))
    assert store(engine, article("/a", "reef", text=words("wire", 29), flags=("paywalled",))) == ["updated"]
    assert get(engine, 2).article.duplicate_of == "1"
    assert get(engine, 2).article.flags == ("paywalled", "near-dup")


def test_pages_are_kept_in_the_order_of_their_parts(engine: Engine) -> None:
    run_id = begin(engine)
    first, second = (
        page("https://tide.example/a", b"one" * 1000, etag='"1"'),
        page("https://tide.example/a?page=2", b""),
    )
    record(engine, visit(run_id, article("/a"), page=first, parts=(second,)))
    assert Articles(engine).pages(1) == [first, second]
    assert counts(engine, run_id)["bytes"] == 3000


@pytest.mark.parametrize("outcome", ["not-article", "too-short", "login", "parse-timeout"])
def test_the_page_of_a_rejected_visit_is_kept_until_the_next_try(engine: Engine, outcome: str) -> None:
    url = "https://tide.example/a"
    run_id = begin(engine)
    assert record(engine, visit(run_id, url, outcome=outcome, detail="because", page=page(url))) == [outcome]
    assert (Articles(engine).count(), pages_kept(engine)) == (0, 1)
    end(engine, run_id)
    assert store(engine, article("/a")) == ["new"]
    assert pages_kept(engine) == 1
    assert len(Articles(engine).pages(1)) == 1


def test_noarchive_keeps_no_page(engine: Engine) -> None:
    url = "https://tide.example/b"
    run_id = begin(engine)
    rejected = visit(run_id, url, outcome="no-text", page=page(url), candidate=Candidate(url, signals=("noarchive",)))
    assert record(engine, visit(run_id, article("/a", flags=("noarchive",))), rejected) == ["new", "no-text"]
    assert pages_kept(engine) == 0


def test_a_page_that_says_noarchive_later_loses_its_rejected_try(engine: Engine) -> None:
    url = "https://tide.example/a"
    run_id = begin(engine)
    record(engine, visit(run_id, url, outcome="no-text", page=page(url)))
    end(engine, run_id)
    store(engine, article("/a", flags=("noarchive",)))
    assert pages_kept(engine) == 0


def test_failed_fetches_keep_no_page(engine: Engine) -> None:
    run_id = begin(engine)
    record(engine, visit(run_id, "https://tide.example/a", outcome="http-4xx", detail="404"))
    assert pages_kept(engine) == 0


def test_a_text_from_the_feed_has_no_page(engine: Engine) -> None:
    run_id = begin(engine)
    record(engine, visit(run_id, article("/a", flags=("feed-only",)), page=None))
    assert Articles(engine).pages(1) == []
    assert "bytes" not in counts(engine, run_id)


def test_validators_are_those_of_the_last_fetch(engine: Engine) -> None:
    run_id = begin(engine)
    record(engine, visit(run_id, article("/a"), page=page("https://tide.example/a", etag='"1"', last_modified="then")))
    t = schema.links.c
    with reading(engine) as connection:
        assert connection.execute(select(t.etag, t.last_modified, t.article_id)).one() == ('"1"', "then", 1)


def test_only_new_articles_teach_the_memory(engine: Engine) -> None:
    prints = frozenset({1, 2})
    run_id = begin(engine)
    record(engine, visit(run_id, article("/a"), fingerprints=prints), visit(run_id, article("/b"), fingerprints=prints))
    end(engine, run_id)
    run_id = begin(engine)
    t = Link("https://tide.example/a", "feed", updated=NOW + HOUR)
    discover(engine, run_id, [t], now=LATER)
    assert record(engine, visit(run_id, article("/a"), fingerprints=prints), now=LATER) == ["unchanged"]
    with reading(engine) as connection:
        assert recall(connection, "tide") == Memory(2, {1: 2, 2: 2})


def test_the_sum_of_the_outcomes_is_what_was_found(engine: Engine) -> None:
    run_id = begin(engine)
    urls = [f"https://tide.example/{n}" for n in range(12)]
    discover(engine, run_id, urls)
    visits = [visit(run_id, article(f"/{n}")) for n in range(3)]
    visits += [visit(run_id, article("/3", text=words("0")))]
    visits += [visit(run_id, urls[4], outcome="http-5xx"), visit(run_id, urls[5], outcome="robots")]
    visits += [visit(run_id, urls[6], outcome="soft-404", page=page(urls[6]))]
    with writing(engine) as connection:
        outcomes = record_all(connection, visits, NOW)
    assert outcomes == ["new", "new", "new", "dup-body", "http-5xx", "robots", "soft-404"]
    assert end(engine, run_id) == "partial"
    wanted = {"new": 3, "dup-body": 1, "http-5xx": 1, "robots": 1, "soft-404": 1, "waiting": 5}
    assert recount(engine, run_id) == wanted
    kept = counts(engine, run_id)
    assert {name: kept[name] for name in wanted} == wanted
    assert kept["found"] == sum(wanted.values()) == 12


STRANGE = Block("p", "Quayside talk")
LINES = tuple(Block("p", words(f"line{n}")) for n in range(3))


def cleaned_as(blocks: tuple[Block, ...], removals: tuple[Removal, ...] = (), **changes: str) -> Article:
    found = article("/a", text=words("a"), **changes)
    return replace(found, blocks=blocks, removals=removals, content_hash=" ".join(block.text for block in blocks))


BEFORE = cleaned_as((LINES[0], STRANGE, *LINES[1:]))
REMOVED = (Removal("memory", "Quayside talk", "2/4 p"),)


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (cleaned_as(LINES, REMOVED), "unchanged"),
        (cleaned_as(LINES), "updated"),
        (cleaned_as(LINES[:2], REMOVED), "updated"),
        (cleaned_as((*LINES, STRANGE), REMOVED), "updated"),
        (cleaned_as(LINES, REMOVED, headline="Another headline"), "updated"),
    ],
)
def test_what_only_our_cleaning_knows_better_is_no_revision(engine: Engine, after: Article, outcome: str) -> None:
    assert store(engine, BEFORE) + store(engine, after, now=LATER) == ["new", outcome]
    stored = get(engine, 1)
    assert stored.article.blocks == after.blocks
    assert stored.article.removals == after.removals
    is_same = outcome == "unchanged"
    assert (len(Articles(engine).revisions(1)), stored.article.version) == ((0, 1) if is_same else (1, 2))
    assert (stored.changed_at == NOW) is is_same
    first, second = (counts(engine, run_id) for run_id in (1, 2))
    if is_same:
        assert (first["chars"], first["cuts:memory"], first["removed:memory"]) == (
            len(body_text(LINES)),
            1,
            len(STRANGE.text),
        )
        assert not {"chars", "stored", "updated"} & set(second)
        # A cleaning that takes less is believed as well.
        assert store(engine, BEFORE, now=LATER) == ["unchanged"]
        assert get(engine, 1).article.blocks == BEFORE.blocks


def test_a_visit_without_an_end_is_an_error(engine: Engine) -> None:
    run_id = begin(engine)
    with pytest.raises(ValueError, match="neither an outcome nor an article"):
        record(engine, visit(run_id, "https://tide.example/a"))


def test_a_visit_of_an_unknown_link_is_an_error(engine: Engine) -> None:
    run_id = begin(engine)
    with pytest.raises(StorageError, match="tide has no such link"), writing(engine) as connection:
        record_all(connection, [visit(run_id, article("/a"))], NOW)
    assert Articles(engine).count() == 0
