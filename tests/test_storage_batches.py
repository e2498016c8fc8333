"""Visits recorded in one batch, in several or one at a time leave the same behind, whatever they have to do with another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from postgres import Postgres
from snapshots import Snapshot, differences, snapshot, wrong
from sqlalchemy import Connection, Engine, update
from stories import ADDRESS, DAY, HOUR, NOW, article, begin, database, dispose_all, end, page, record, words

from newsreel.items import Author, Link, Removal, Visit
from newsreel.urls import url_key
from storage import schema
from storage.articles import Articles
from storage.database import reading, writing
from storage.forgetting import Subject, forget
from storage.ledger import Ledger
from storage.links import LinkWriter
from storage.recording import record_all

LATER = NOW + HOUR
# Making a failing batch smaller takes minutes.
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))


def told(story: str, *, without: Sequence[int] = (), more: Sequence[str] = ()) -> str:
    """Give a story's text, some of its sentences left out, and lines that only this edition has."""
    kept = [words(f"{story}{n}s", 10) for n in range(12) if n not in without]
    return " ".join([*kept, *(words(line, 10) for line in more)])


TEXTS = {
    "stored": told("stored"),
    "stored-edition": told("stored", without=(3,), more=("stored-more",)),
    "stored-cosmetic": told("stored").replace(" ", "  "),
    "moved": told("moved"),
    "wire": told("wire"),
    "wire-edition": told("wire", without=(5,)),
    "forgotten": told("forgotten"),
    "fresh": told("fresh"),
    "fresh-edition": told("fresh", without=(7,)),
    "fresh-other": told("fresh", without=(2,), more=("fresh-more",)),
    "apart": told("apart"),
    "claimed": told("claimed"),
    "claimed-edition": told("claimed", without=(4,)),
    "lone": told("lone"),
    "short": "Watch it above.",
}


def text_of(name: str) -> str:
    """Give a text by its name; of `wire-7`, the seventh edition of the wire."""
    story = name.partition("-")[0]
    if name in TEXTS:
        return TEXTS[name]
    return told(story, more=(name,)) if story == "wire" else words(name.replace("-", "x"))


PATHS = (
    "/stored", "/moved", "/moved-here", "/forgotten", "/failing", "/rejected", "/stumbled", "/stumbled-twice", "/died",
    "/waiting", "/seen", "/claimed", "/one", "/two", "/three", "/",
)  # fmt: skip
ORIGINS = ("https://tide.example", "http://tide.example", "https://m.tide.example", "https://amp.tide.example")
ENDS = ("unchanged", "http-5xx", "http-4xx", "rate-limited", "no-text", "not-article", "parse-error")


@dataclass(frozen=True)
class Step:
    """A visit as the tests tell it; one with an `outcome` brings no article."""

    path: str = "/one"
    origin: str = "https://tide.example"
    source: str = "tide"
    outcome: str | None = None
    text: str = "fresh"
    headline: str | None = None
    canonical: str | None = None
    led_to: str | None = None
    fetched: bool = True
    flags: tuple[str, ...] = ()
    published: int | None = None
    modified: int | None = None
    prints: frozenset[int] = frozenset()
    named: str | None = None

    @property
    def url(self) -> str:
        """The address that is asked for."""
        return self.origin.replace("tide", self.source) + self.path

    def visit(self, run_id: int) -> Visit:
        """Give the visit."""
        site = f"https://{self.source}.example"
        link = Link(self.url + (f"?utm_source={self.named}" if self.named else ""), "feed", guid=self.named)
        made = Visit(run_id, self.source, link, url_key(link.url), fingerprints=self.prints, memory_pages=3)
        made.story = frozenset(mark for mark in self.prints if mark > 4)
        made.revisits = (timedelta(hours=6), 2 * DAY)
        if self.fetched:
            made.page = page(site + self.led_to if self.led_to else self.url, self.text.encode(), etag=self.text)
        if self.outcome is not None:
            made.outcome, made.detail = self.outcome, f"it ended as {self.outcome}"
            made.retry_at = LATER + HOUR if self.outcome == "rate-limited" else None
            return made
        canonical = site + self.canonical if self.canonical else self.url
        subject = article(
            self.path,
            self.source,
            text=text_of(self.text),
            headline=self.headline or f"All about {self.text} as it was told",
            flags=self.flags,
            date_published=None if self.published is None else NOW - self.published * HOUR,
            date_modified=None if self.modified is None else NOW + self.modified * HOUR,
            authors=(Author("Ada Moss"),),
            keywords=("tides", self.text),
            removals=(Removal("ads.marker", "Advertisement", "body"),),
        )
        made.article = replace(subject, url=canonical, canonical_url=canonical, requested_url=link.url)
        made.canonical_key = url_key(canonical) if self.canonical else None
        return made


def furnish(engine: Engine) -> None:
    """Store what the visits may have to do with."""
    shore = begin(engine, "shore")
    record(engine, Step(path="/wire", source="shore", text="wire").visit(shore))
    end(engine, shore, "shore")
    run_id = begin(engine)
    record(engine, *(step.visit(run_id) for step in (
        Step("/stored", text="stored", published=5, prints=frozenset({1, 2, 5, 6, 7})),
        Step("/moved", text="moved", led_to="/moved-here"),
        Step("/forgotten", text="forgotten"),
        Step("/brief", text="short", headline="Trailer"),
        Step("/seen", text="stored"),
        Step("/claiming", text="claimed", canonical="/claimed"),
        Step("/failing", outcome="http-5xx", fetched=False),
        Step("/rejected", outcome="no-text"),
        Step("/stumbled", outcome="parse-error"),
        Step("/stumbled-twice", outcome="parse-error"),
    )))  # fmt: skip
    end(engine, run_id)
    again = begin(engine)
    record(engine, Step("/stumbled-twice", outcome="parse-error").visit(again))
    end(engine, again)
    doomed = Articles(engine).get("https://tide.example/forgotten")
    assert doomed is not None
    forget(engine, Subject(article=doomed.id), "asked", NOW)
    # Its process was killed.
    dead = begin(engine)
    record(engine, Step("/died", text="apart", headline="The one of the run that died").visit(dead))
    with writing(engine) as connection:
        LinkWriter(connection, dead, "tide", NOW).discover([Link("https://tide.example/waiting", "feed")])
        connection.execute(update(schema.leases).values(process_started="long ago"))


@dataclass(frozen=True)
class House:
    """A furnished store with a run of each outlet under way."""

    engine: Engine
    runs: dict[str, int]

    def visits(self, steps: Sequence[Step]) -> list[Visit]:
        """Give the visits of steps."""
        return [step.visit(self.runs[step.source]) for step in steps]

    def leaves(self, steps: Sequence[Step], cuts: Sequence[int]) -> tuple[list[str], Snapshot]:
        """Record steps in batches, cut before these; give the outcomes and what is stored then, and undo it all."""
        visits, outcomes = self.visits(steps), list[str]()
        with suppress(Undone), writing(self.engine) as connection:
            discover(connection, visits)
            for first, last in pairwise([0, *cuts, len(visits)]):
                outcomes += record_all(connection, visits[first:last], LATER)
            left = snapshot(connection)
            assert list(wrong(connection, LATER)) == []
            raise Undone
        return outcomes, left

    def check(self, steps: Sequence[Step], cuts: Sequence[int] = ()) -> list[str]:
        """Hold one batch, several, and single visits against each other; give the outcomes."""
        expected, left = self.leaves(steps, range(1, len(steps)))
        for some in ((), cuts):
            outcomes, now_left = self.leaves(steps, some)
            assert outcomes == expected
            assert differences(left, now_left) == []
        return expected


class Undone(Exception):
    """Ends a transaction without a trace."""


def discover(connection: Connection, visits: Sequence[Visit]) -> None:
    for each in visits:
        LinkWriter(connection, each.run_id, each.source_id, LATER).discover([each.link])


def open_house(folder: Path) -> House:
    engine = database(folder)
    furnish(engine)
    return open_runs(engine)


def open_runs(engine: Engine) -> House:
    return House(engine, {source: begin(engine, source, LATER) for source in ("tide", "shore")})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all tests on each database, since they leave no trace."""
    folder = tmp_path_factory.mktemp("house")
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        (folder / ADDRESS).write_text(server.database())
    yield open_house(folder)
    dispose_all()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One on SQLite."""
    yield open_house(tmp_path_factory.mktemp("embedded"))
    dispose_all()


A, B, C = (
    Step("/one"),
    Step("/two", text="lone"),
    Step("/three", text="moved", headline="Another matter, at last told"),
)
EDITION = Step("/one", text="fresh-edition")
CASES: dict[str, tuple[list[Step], list[str]]] = {
    "nothing in common": ([A, B], ["new", "new"]),
    "one link twice": ([A, A], ["new", "unchanged"]),
    "one link with another text": ([A, replace(A, text="fresh-other")], ["new", "updated"]),
    "http and https": ([A, replace(A, origin="http://tide.example")], ["new", "unchanged"]),
    "the mobile page first": ([replace(A, origin="https://m.tide.example"), EDITION], ["new", "dup-url"]),
    "the AMP page, which names the page": (
        [replace(A, origin="https://amp.tide.example", canonical="/one"), EDITION], ["new", "dup-url"]
    ),
    "one canonical address": ([replace(A, canonical="/three"), replace(EDITION, path="/two", canonical="/three")],
                              ["new", "dup-url"]),
    "a canonical address that is stored": ([A, Step("/two", text="claimed-edition", canonical="/claimed")],
                                           ["new", "dup-url"]),
    "led to a page that is in the batch": ([A, Step("/two", text="fresh-edition", led_to="/one")], ["new", "updated"]),
    "led to the same page": ([replace(A, led_to="/three"), replace(EDITION, path="/two", led_to="/three")],
                             ["new", "updated"]),
    "led from a page that is in the batch": ([Step("/two", led_to="/one"), A], ["new", "unchanged"]),
    "led to one home page": ([replace(A, led_to="/"), replace(B, led_to="/")], ["new", "new"]),
    "one headline": ([A, Step("/two", text="fresh-edition", headline="All about fresh as it was told")],
                     ["new", "dup-title"]),
    "one text": ([A, replace(A, path="/two")], ["new", "dup-body"]),
    "one short text, other headlines": (
        [Step("/one", text="short", headline="Clip"), Step("/two", text="short", headline="Teaser")], ["new", "new"]
    ),
    "one text of two outlets": ([A, Step("/one", source="shore")], ["new", "new"]),
    "alike": ([A, Step("/two", text="fresh-edition"), Step("/one", source="shore", text="fresh-other")], ["new"] * 3),
    "alike to what is stored": ([Step("/one", text="wire-edition"), Step("/two", text="wire")], ["new", "new"]),
    "an update and a duplicate of it": (
        [Step("/stored", text="stored-edition"), Step("/one", text="stored-edition", headline="Quite another headline")],
        ["updated", "dup-body"],
    ),
    "an update makes room for its old text": (
        [Step("/stored", text="lone"), Step("/one", text="stored")], ["updated", "new"]
    ),
    "quotation marks and spaces": ([Step("/stored", text="stored-cosmetic", headline="All about stored as it was told")],
                                   ["unchanged"]),
    "what was forgotten, by address and by text": (
        [Step("/forgotten", text="fresh"), Step("/one", text="forgotten"), Step("/two", text="lone")],
        ["dup-url", "dup-body", "new"],
    ),
    "failures and articles": (
        [Step("/failing", outcome="http-5xx", fetched=False), A, Step("/rejected"), B,
         Step("/two", outcome="rate-limited")],
        ["http-5xx", "new", "dup-body", "new", "rate-limited"],
    ),
    "a rejected page that is rejected again": ([Step("/rejected", outcome="not-article"), A], ["not-article", "new"]),
    "a rejected page that is an article now": ([Step("/rejected"), B], ["new", "new"]),
    "rejected and then an article": ([Step("/one", outcome="no-text"), A], ["no-text", "new"]),
    "an article and then rejected": ([A, Step("/one", outcome="no-text")], ["new", "no-text"]),
    "stumbles": (
        [Step("/stumbled", outcome="parse-error"), Step("/stumbled-twice", outcome="parse-error"), A,
         Step("/two", outcome="parse-error")],
        ["waiting", "parse-error", "new", "waiting"],
    ),
    "a stumble over a link that failed before in the batch": (
        [Step("/one", outcome="http-5xx"), Step("/one", outcome="parse-error")], ["http-5xx", "waiting"]
    ),
    "noarchive": ([replace(A, flags=("noarchive",)), B, replace(A, text="lone", path="/three")],
                  ["new", "new", "dup-body"]),
    "rejected, then noarchive": ([Step("/rejected", flags=("noarchive",)), B], ["new", "new"]),
    "a revisit that found no change": ([Step("/stored", outcome="unchanged", fetched=False), A], ["unchanged", "new"]),
    "of the run that died": ([Step("/died", text="lone"), Step("/waiting", text="moved", headline="Another at last told"),
                              A], ["updated", "dup-body", "new"]),
    "texts from a feed": ([replace(A, fetched=False), replace(B, fetched=False), replace(A, path="/three", fetched=False)],
                          ["new", "new", "dup-body"]),
    "an address that another article was led from": ([Step("/moved", text="lone"), Step("/moved-here", text="moved")],
                                                     ["updated", "updated"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_batch_leaves_what_single_visits_leave(house: House, case: str) -> None:
    steps, expected = CASES[case]
    assert house.check(steps) == expected


def test_many_that_are_alike_come_into_one_group(house: House) -> None:
    # More than are looked at of one band.
    wires = [Step(f"/wire/{n}", text=f"wire-{n}", headline=f"The wire of {n}") for n in range(60)]
    house.check(wires, [30])


def test_many_of_one_minute_find_a_place_in_the_index(house: House) -> None:
    dated = [Step(f"/dated/{n}", text=f"dated-{n}", headline=f"Day {n}", published=5) for n in range(60)]
    house.check(dated, [7])


def test_pages_are_learned_in_their_order(house: House) -> None:
    # The second retells the first, not the other way round; and the first has an address that is known.
    first = Step("/seen", text="lone", prints=frozenset({11, 12}))
    second = Step("/one", prints=frozenset({11, 12, 13, 14, 15, 16, 17}))
    house.check([first, second])


def test_a_batch_that_fails_is_recorded_visit_by_visit(engine: Engine) -> None:
    furnish(engine)
    house = open_runs(engine)
    spoiled = Step("/three", text="spoiled", outcome="parse-error")
    steps = [Step("/failing", outcome="http-5xx"), A, Step("/stored", text="stored-edition"), spoiled, B, A]
    expected, left = house.leaves(steps, range(1, len(steps)))
    visits = house.visits(steps)
    bad = replace(spoiled, outcome=None).visit(visits[3].run_id)
    assert bad.article is not None
    # What the database refuses only after other rows of the batch were written.
    visits[3] = replace(bad, article=replace(bad.article, removals=(Removal("credit.photo", None, "body"),)))  # type: ignore[arg-type]
    with writing(engine) as connection:
        discover(connection, visits)
    ledger = Ledger(engine, lambda: LATER)
    futures = [ledger.record(each) for each in visits]
    ledger.flush().result()
    assert [future.result() for future in futures] == expected
    with reading(engine) as connection:
        now_left = snapshot(connection)
    with writing(engine) as connection:
        assert list(wrong(connection, LATER)) == []
    ledger.close()
    # But for the link's words on what went wrong.
    first, second = differences(left, now_left)
    said = re.compile("'detail': ('it ended as parse-error'|[\"']cannot be stored.*?[\"'](?=, 'attempts'))")
    assert said.sub("", first[1:]) == said.sub("", second[1:])


lines = st.frozensets(st.integers(1, 12), max_size=6)
articles = st.builds(
    Step,
    path=st.sampled_from(PATHS),
    origin=st.sampled_from(ORIGINS),
    source=st.sampled_from(["tide", "tide", "tide", "shore"]),
    text=st.sampled_from(sorted(TEXTS)),
    headline=st.sampled_from(
        [None, None, "Trailer", "All about stored as it was told", "One headline for all of them"]
    ),
    canonical=st.sampled_from([None, None, *PATHS]),
    led_to=st.sampled_from([None, None, None, *PATHS]),
    fetched=st.sampled_from([True, True, False]),
    flags=st.sampled_from([(), (), ("noarchive",)]),
    published=st.sampled_from([None, 5]),
    modified=st.sampled_from([None, 1, 2]),
    prints=lines,
    named=st.sampled_from([None, None, "feed-two"]),
)
ends = st.builds(
    Step,
    path=st.sampled_from(PATHS),
    source=st.sampled_from(["tide", "shore"]),
    outcome=st.sampled_from(ENDS),
    fetched=st.booleans(),
)
fresh = st.builds(
    lambda n, published, prints: Step(f"/{n}", text=f"own-{n}", published=published, prints=prints),
    st.integers(0, 30), st.sampled_from([None, 5]), lines,
)  # fmt: skip


@EXAMPLES
@given(steps=st.lists(articles | articles | ends | fresh, min_size=1, max_size=12), data=st.data())
def test_any_batch_leaves_what_single_visits_leave(embedded: House, steps: list[Step], data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(1, max(1, len(steps) - 1)), max_size=3, unique=True).map(sorted))
    embedded.check(steps, [cut for cut in cuts if cut < len(steps)])
