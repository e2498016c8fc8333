"""The index holds what the articles hold, at each moment, whatever was stored, changed, removed or cut short."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text
from stories import NOW, article, begin, database, record, store, visit

from benchmarks.invariants import unindexed
from newsreel.items import Article, Author
from storage import indexing, schema
from storage.articles import Articles, Filter
from storage.checks import CHECKS
from storage.database import reading, writing
from storage.searching import search
from storage.sources import SourceStates
from storage.writing import ArticleWriter

WORDS = ["red", "carpet", "moss", "映画", "Überraschung"]
QUERIES = [*WORDS, '"red carpet"', "-moss", "car*", "source:tide", "kind:review", "author:moss", "sale"]


def found(engine: Engine, query: str) -> set[str]:
    """Give the addresses of what a query finds."""
    return {stored.article.url for stored in search(engine, query, limit=500).articles}


def waiting(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(schema.search_pending)).scalar_one())


def whole(engine: Engine) -> bool:
    """Tell whether the index holds what the articles hold, and its own parts agree."""
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("INSERT INTO search_index(search_index) VALUES ('integrity-check')"))
            assert list(unindexed(connection)) == []
        return [check.look(connection) for check in CHECKS if check.name == "search index"] == [[]]


def vocabulary(folder: Path) -> list[str]:
    """Give every word that the index holds."""
    with sqlite3.connect(folder / "newsreel.db") as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search_index, row)")
        return [row[0] for row in connection.execute("SELECT term FROM temp.vocabulary")]


def test_a_changed_article_is_found_by_its_new_words_only(engine: Engine) -> None:
    for settled in (False, True):
        url = "https://tide.example/0"
        store(engine, article("/0", headline="Ada wins", text="Wet it was."))
        with writing(engine) as connection:
            indexing.settle(connection, 1 if settled else 10)
        store(engine, article("/0", headline="Ada loses", text="Dry it was \ud800."))
        assert found(engine, "wins") == found(engine, "wet") == set()
        assert found(engine, "dry loses") == {url}
        store(engine, article("/0", headline="Ada loses", text="Wet again."))
        assert found(engine, "dry") == set()
        assert found(engine, "again") == {url}


def test_new_metadata_are_found_at_once(engine: Engine) -> None:
    store(engine, article("/0", authors=(Author("Ada Moss"),), date_published=NOW - timedelta(days=9)))
    with writing(engine) as connection:
        indexing.settle(connection, 1)
    changed = article("/0", authors=(Author("Bo Finch"),), kind="review", date_published=NOW)
    with writing(engine) as connection:
        ArticleWriter(connection, NOW).refresh(1, changed)
    assert found(engine, "author:moss") == found(engine, "before:2026-11-12") == found(engine, "kind:article") == set()
    assert len(found(engine, "author:finch kind:review")) == 1
    assert whole(engine)


def test_articles_enter_the_index_together(engine: Engine) -> None:
    run_id = begin(engine)
    for n in range(indexing.BATCH - 1):
        record(engine, visit(run_id, article(f"/{n}")))
    assert waiting(engine) == indexing.BATCH - 1
    assert len(found(engine, "strange")) == indexing.BATCH - 1
    record(engine, visit(run_id, article("/last")))
    assert waiting(engine) == 0
    assert len(found(engine, "strange")) == indexing.BATCH
    record(engine, visit(run_id, article("/after")))
    assert waiting(engine) == 1
    assert whole(engine)


def test_what_is_rolled_back_is_not_found(engine: Engine) -> None:
    store(engine, article("/kept"))

    def fail() -> None:
        with writing(engine) as connection:
            ArticleWriter(connection, NOW).insert(article("/lost"), "lost", "lost")
            indexing.settle(connection, 1)
            raise RuntimeError("cut short")

    with pytest.raises(RuntimeError, match="cut short"):
        fail()
    assert found(engine, "strange") == {"https://tide.example/kept"}
    assert waiting(engine) == 1
    assert whole(engine)


def test_a_removed_article_leaves_no_word_behind(tmp_path: Path) -> None:
    engine = database(tmp_path)
    odd = article(
        "/odd", headline="A\0B \ud800 映画", text="Ünïque¤ " * 3, authors=(Author("Ada\0 Moss"), Author("Bo"))
    )
    store(engine, odd, article("/b", flags=("sponsored",)))
    with writing(engine) as connection:
        assert indexing.settle(connection, 1) == 2
    store(engine, article("/c"))
    assert "unique" in vocabulary(tmp_path)
    with writing(engine) as connection:
        assert indexing.remove(connection, 99) is None
    SourceStates(engine).remove("tide")
    assert vocabulary(tmp_path) == []
    assert waiting(engine) == 0
    assert whole(engine)


def test_no_article_goes_before_it_left_the_index(tmp_path: Path) -> None:
    engine = database(tmp_path)
    store(engine, article("/a"))
    connection = sqlite3.connect(tmp_path / "newsreel.db")
    connection.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        connection.execute("DELETE FROM articles")
    connection.close()


def test_articles_that_have_no_place_yet_are_indexed_when_the_schema_changes(tmp_path: Path) -> None:
    engine = database(tmp_path)
    store(engine, *(article(f"/{n}", text=f"Eclipse {n}.") for n in range(3)))
    with writing(engine) as connection:
        for number in (1, 2, 3):
            indexing.remove(connection, number)
    assert found(engine, "eclipse") == set()
    with writing(engine) as connection:
        assert indexing.catch_up(connection) == 3
        assert indexing.catch_up(connection) == 0
    assert len(found(engine, "eclipse")) == 3
    assert whole(engine)


def test_thousands_of_articles_may_share_a_minute(tmp_path: Path) -> None:
    engine = database(tmp_path)
    midnight = NOW.replace(hour=0, minute=0)
    with writing(engine) as connection:
        writer = ArticleWriter(connection, NOW)
        for n in range(1500):
            writer.insert(article(f"/{n}", text=f"Eclipse {n}.", date_published=midnight), f"key{n}", f"key{n}")
    with reading(engine) as connection:
        places = list(connection.execute(select(schema.search_places.c.place)).scalars())
    assert len(places) == 1500
    # All of them within some days.
    assert max(places) - min(places) < 16 * 60 * 24 * 7
    assert len(search(engine, "eclipse", limit=100).articles) == 100


def by_hand(subject: Article, query: str) -> bool:
    """Tell without any index whether an article is wanted, for the queries above."""
    text = f"{subject.headline} | {subject.blocks[0].text}".lower()
    names = " ".join(author.name for author in subject.authors).lower()
    known = {
        '"red carpet"': "red carpet" in text,
        "-moss": "moss" not in text + names,
        "car*": "carpet" in text,
        "source:tide": True,
        "kind:review": subject.kind == "review",
        "author:moss": "moss" in names,
    }
    return known.get(query, query.lower() in text + names)


subjects = st.builds(
    lambda n, words, author, kind, hours: article(
        f"/{n}",
        headline=f"Story {n}",
        text=" ".join(words) + f" {n}.",
        authors=(Author(author),),
        kind=kind,
        date_published=NOW - timedelta(hours=hours),
    ),
    st.integers(0, 5),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
    st.sampled_from(["Ada Moss", "Bo Finch"]),
    st.sampled_from(["article", "review"]),
    st.integers(0, 3),
)
steps = st.tuples(st.just("store"), subjects) | st.tuples(st.sampled_from(["settle", "remove"]), st.integers(0, 5))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(todo=st.lists(steps, max_size=9))
def test_the_index_answers_as_the_articles_themselves(
    tmp_path_factory: pytest.TempPathFactory, todo: list[tuple[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    engine = database(folder)
    for step, value in todo:
        if isinstance(value, Article):
            store(engine, value)
        elif step == "settle":
            with writing(engine) as connection:
                indexing.settle(connection, int(str(value)))
        else:
            SourceStates(engine).remove("tide")
        kept = [stored.article for stored in Articles(engine).newest(Filter(), None)]
        for query in QUERIES:
            assert found(engine, query) == {subject.url for subject in kept if by_hand(subject, query)}
    assert whole(engine)
    engine.dispose()
