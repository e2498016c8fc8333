"""What is forgotten is gone from every byte of the database, and does not come back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from stories import (
    HOUR,
    NOW,
    article,
    begin,
    counts,
    database,
    discover,
    end,
    page,
    record,
    store,
    visit,
)

from newsreel.cleaning.memory import Prints, fingerprint
from newsreel.errors import StorageError
from newsreel.items import Article, Author, Link, Removal
from storage import schema
from storage.articles import Articles, Filter
from storage.company import copies
from storage.database import reading, writing
from storage.forgetting import Holdings, Subject, forget, holdings
from storage.indexing import settle
from storage.listing import Asked, count_kinds, newest
from storage.marks import count_starred, mark_read, mark_starred, starred
from storage.memory import learn, recall
from storage.run_logs import LogLine, Report, Resources, keep
from storage.searching import search
from storage.tombstones import remember, tombstones
from storage.wiping import wipe

SECRET = "Quexilda Vormbacher"
TEXT = " ".join(f"{SECRET} said sentence number {n} of zyxwoquent words." for n in range(12))
OLD_TEXT = TEXT.replace("sentence", "phrase")


def secret(path: str = "/quexilda-vormbacher", text: str = TEXT, **changes: object) -> Article:
    cuts = (Removal("ads.marker", f"Advertisement for {SECRET}", "0"),)
    return article(path, text=text, headline=f"{SECRET} tells all of it", removals=cuts, **changes)


def number_of(engine: Engine, subject: Article) -> int:
    found = Articles(engine).get(subject.url)
    assert found is not None
    return found.id


def rows(engine: Engine, table: str) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one()


def told_by_feed(subject: Article) -> Link:
    return Link(
        subject.url, "feed", headline=subject.headline, summary_html=f"<p>{TEXT}</p>", content_html=f"<p>{TEXT}</p>"
    )


def crawl(engine: Engine, *subjects: Article, text: str | None = None, now: object = NOW) -> list[str]:
    """Crawl with what feeds and pages say of articles, so that all that is kept of them is there."""
    outcomes: list[str] = []
    for subject in subjects:
        run_id = begin(engine, subject.source_id, now)  # type: ignore[arg-type]
        discover(engine, run_id, [told_by_feed(subject)], subject.source_id, now)  # type: ignore[arg-type]
        body = f"<p>{text or subject.blocks[0].text}</p>".encode()
        outcomes += record(engine, visit(run_id, subject, page=page(subject.url, body)), now=now)  # type: ignore[arg-type]
        with writing(engine) as connection:
            line = LogLine(1, NOW, "INFO", "x", f"fetched {subject.url} in 3 ms")
            report = Report(run_id, subject.source_id, [line], 1, {}, Resources(1, 1, 1, 1, 1, 1, 1))
            keep(connection, [report], NOW)
        end(engine, run_id, subject.source_id, now)  # type: ignore[arg-type]
    return outcomes


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def words_in_index(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "newsreel.db") as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'search_index', 'row')")
        found = {term for (term,) in connection.execute("SELECT term FROM terms")}
    connection.close()
    return found


def test_no_byte_of_it_is_left(tmp_path: Path) -> None:
    engine = database(tmp_path)
    others = [article(f"/other{n}") for n in range(60)]
    crawl(engine, *others[:30])
    crawl(engine, secret(text=OLD_TEXT))
    rejected = f"https://tide.example/page-of-{SECRET.split(maxsplit=1)[0]}"
    run_id = begin(engine)
    record(engine, visit(run_id, rejected, outcome="too-short", page=page(rejected)))
    end(engine, run_id)
    # Another address of it, and a new text at the first one.
    crawl(engine, secret("/amp/quexilda-vormbacher", OLD_TEXT))
    with writing(engine) as connection:
        learn(connection, "tide", [Prints(frozenset({fingerprint(TEXT), fingerprint(others[0].blocks[0].text)}))], NOW)
    run_id = begin(engine)
    changed = Link(secret().url, "feed", updated=NOW + HOUR / 2)
    discover(engine, run_id, [changed], now=NOW + HOUR)
    assert record(engine, visit(run_id, secret()), now=NOW + HOUR) == ["updated"]
    end(engine, run_id)
    crawl(engine, *others[30:])
    number = number_of(engine, secret())
    assert holdings(engine, Subject(article=number)) == Holdings(secret().headline, 1, 1, 2, 2)

    with writing(engine) as connection:
        settle(connection, 1)
    assert "zyxwoquent" in words_in_index(tmp_path)
    assert [hit.id for hit in search(engine, "zyxwoquent").articles] == [number]
    assert SECRET.encode() in bytes_of(tmp_path)
    assert forget(engine, Subject(article=number), "a court says so", NOW) == 1
    assert forget(engine, Subject(url=rejected), "a court says so", NOW) == 1
    wipe(engine)

    held = bytes_of(tmp_path).lower()
    for word in (*SECRET.split(), "zyxwoquent", "quexilda-vormbacher"):
        assert word.lower().encode() not in held
    assert not {"zyxwoquent", "quexilda", "vormbacher"} & words_in_index(tmp_path)
    with reading(engine) as connection:
        memory = recall(connection, "tide").counts
    assert fingerprint(TEXT) not in memory
    assert memory[fingerprint(others[0].blocks[0].text)] == 1
    assert Articles(engine).count() == 60
    assert not search(engine, "zyxwoquent").articles
    assert len(search(engine, "story", limit=100).articles) == 60
    assert (tmp_path / "newsreel.db-wal").stat().st_size == 0


def test_no_list_of_the_reader_knows_it_and_its_star_is_gone(engine: Engine) -> None:
    hers = {"authors": (Author("Ada Moss"),), "keywords": ("harbour",), "kind": "review"}
    crawl(engine, secret(**hers), article("/other", **hers), secret(source="wave", **hers))
    for mark in (mark_read, mark_starred):
        mark(engine, [1, 2], NOW)
    assert forget(engine, Subject(article=1), "asked to", NOW) == 1
    asked = [Asked(), Asked(source="tide"), Asked(kind="review"), Asked(author="Ada Moss"), Asked(keyword="harbour")]
    for each in asked:
        listed = [found.id for found in newest(engine, each, 9).articles]
        assert listed == ([2] if each.source else [3, 2])
    assert [found.id for found in newest(engine, Asked(starred=True), 9).articles] == [2]
    assert starred(engine, 9) == [(2, NOW)]
    assert (count_starred(engine), rows(engine, "marks"), count_kinds(engine)) == (1, 1, {"review": 2})
    assert [stored.id for stored in Articles(engine).each(Filter())] == [2, 3], "what an export takes"
    assert copies(engine, [1]) == {}
    assert [found.group for found in newest(engine, Asked(), 9).articles] == [3, 2]


def test_it_is_not_found_again_at_any_of_its_addresses(engine: Engine) -> None:
    crawl(engine, secret())
    assert crawl(engine, secret("/amp/quexilda-vormbacher")) == ["dup-body"]
    forget(engine, Subject(article=number_of(engine, secret())), "asked to", NOW)
    run_id = begin(engine, now=NOW + HOUR)
    named = [secret().url + "?utm_source=x", secret("/amp/quexilda-vormbacher").url, "https://tide.example/new"]
    assert discover(engine, run_id, named, now=NOW + HOUR) == ["https://tide.example/new"]
    end(engine, run_id, now=NOW + HOUR)
    assert counts(engine, run_id)["found"] == 1


@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        (secret("/copy"), "dup-body"),
        (secret("/copy", source="wave", canonical_url="https://wave.example/copy"), "dup-body"),
        (article("/copy", canonical_url=secret().url), "dup-url"),
        (article("/another"), "new"),
    ],
)
def test_what_brings_it_is_a_duplicate_of_nothing(engine: Engine, again: Article, outcome: str) -> None:
    crawl(engine, secret())
    forget(engine, Subject(article=number_of(engine, secret())), "asked to", NOW)
    assert store(engine, again, now=NOW + HOUR) == [outcome]
    assert Articles(engine).count() == (outcome == "new")
    assert rows(engine, "pages") == (outcome == "new")
    assert rows(engine, "appearances") == (outcome == "new")


def test_short_texts_are_not_kept_away(engine: Engine) -> None:
    store(engine, article("/trailer", text="Watch it above."))
    forget(engine, Subject(article=1), "asked to", NOW)
    assert store(engine, article("/teaser", text="Watch it above."), now=NOW + HOUR) == ["new"]


def test_a_shared_canonical_address_keeps_no_other_article_away(engine: Engine) -> None:
    section = "https://tide.example/film"
    store(engine, article("/a", canonical_url=section), article("/b", canonical_url=section))
    forget(engine, Subject(article=1), "asked to", NOW)
    assert store(engine, article("/c", canonical_url=section), now=NOW + HOUR) == ["new"]


def test_a_crawl_that_has_it_under_way_goes_on_and_accounts_for_it(engine: Engine) -> None:
    crawl(engine, secret())
    run_id = begin(engine)
    seen = [Link(secret().url, "feed", updated=NOW + HOUR / 2), Link("https://tide.example/b", "feed")]
    assert len(discover(engine, run_id, seen, now=NOW + HOUR)) == 2
    forget(engine, Subject(article=number_of(engine, secret())), "asked to", NOW + HOUR)
    assert record(engine, visit(run_id, secret()), visit(run_id, article("/b")), now=NOW + HOUR) == ["dup-url", "new"]
    end(engine, run_id, now=NOW + HOUR)
    had = counts(engine, run_id)
    assert had["found"] == 2 == had["dup-url"] + had["new"] + had.get("waiting", 0)
    assert Articles(engine).count() == 1


def test_a_source_is_forgotten_whole_and_may_bring_new_articles(engine: Engine) -> None:
    crawl(engine, *(article(f"/a{n}") for n in range(5)), article("/x", source="wave"))
    run_id = begin(engine)
    discover(engine, run_id, ["https://tide.example/waiting"])
    with pytest.raises(StorageError, match="while it is being crawled"):
        forget(engine, Subject(source="tide"), "the outlet asked to", NOW)
    end(engine, run_id)
    assert holdings(engine, Subject(source="tide")) == Holdings(None, 5, 0, 5, 6)
    assert forget(engine, Subject(source="tide"), "the outlet asked to", NOW) == 5
    assert [stored.article.source_id for stored in Articles(engine).newest(Filter(), None)] == ["wave"]
    with reading(engine) as connection:
        assert recall(connection, "tide").pages == 0
    assert holdings(engine, Subject(source="tide")).nothing
    run_id = begin(engine, now=NOW + HOUR)
    assert discover(engine, run_id, [article("/a1").url, article("/new").url]) == [article("/new").url]


def test_others_of_its_group_stay_together(engine: Engine) -> None:
    text = TEXT.replace(SECRET, "Somebody")
    for source in ("tide", "wave", "foam"):
        store(engine, article("/wire", source=source, text=text))
    assert holdings(engine, Subject(article=1)).copies == (2, 3)
    forget(engine, Subject(article=1), "asked to", NOW)
    found = {s.id: (s.article.duplicate_of, s.article.flags) for s in Articles(engine).newest(Filter(), None)}
    assert found == {2: (None, ()), 3: ("2", ("near-dup",))}


def test_tombstones_hold_neither_text_nor_address_and_can_be_taken_away(engine: Engine) -> None:
    crawl(engine, secret())
    forget(engine, Subject(article=1), "asked to", NOW)
    [stone] = tombstones(engine)
    assert (stone.source, stone.reason, stone.forgotten_at) == ("tide", "asked to", NOW)
    assert (stone.addresses, stone.texts) == (1, 1)
    assert remember(engine, stone.id)
    assert not remember(engine, stone.id)
    assert tombstones(engine) == []
    assert crawl(engine, secret(), now=NOW + HOUR) == ["new"]


def test_nothing_is_forgotten_where_nothing_is_stored(engine: Engine) -> None:
    assert holdings(engine, Subject(article=7)).nothing
    assert holdings(engine, Subject(url="https://tide.example/none")).nothing
    assert forget(engine, Subject(url="https://tide.example/none"), "asked to", NOW) == 0
    assert forget(engine, Subject(article=7), "asked to", NOW) == 0
    assert tombstones(engine) == []
