"""What storing an article costs, and reading it back, as the database grows.

    python -m benchmarks.storage --articles 100000 [--seed N] [--sources N] [--database FILE]

Makes up articles of about 5 kB, some of them updated later or met again elsewhere, and stores them as a crawl does: in
batches of 100, each a transaction with the duplicate check, the text index and the counters. At a tenth, three tenths
and all of them, at 10,000 and at 100,000 it takes CPU times (medians of several calls). Making up the articles is not
counted. After each look the table so far is printed, so that a run that is ended early leaves figures. The database
goes into a temporary directory (TMPDIR), or into a new FILE, which stays; a million articles take some 14 GB.
"""

from __future__ import annotations

import argparse
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Engine, select

from benchmarks.newsdays import BATCH, BEGIN, FROM_ONE, Newsdays
from newsreel.items import body_text
from newsreel.stories import signature
from storage import near, runs, schema
from storage.articles import Articles
from storage.dashboard import RANGES, dashboard, source_figures
from storage.database import STORING_CACHE, open_database, reading, sqlite_url, writing
from storage.links import LinkWriter
from storage.recall import mark
from storage.recording import record_all
from storage.searching import Order, search
from storage.statistics import Statistics
from storage.values import blocks_from

# Measured over so many batches before each look: the text index merges its parts now and then.
WINDOW = 100
LOOKED_AT = (10_000, 100_000)
CALLS = 15
RANKS = {"common": 20, "mid": 1000, "rare": 30_000}
Table = dict[str, dict[int, float]]


class Stage:
    """A database that grows, and what was measured at each size."""

    def __init__(self, file: Path, days: Newsdays) -> None:
        self.file = file
        self.days = days
        # As crawls store and as the web page reads.
        self.storing: Engine = open_database(sqlite_url(file), cache=STORING_CACHE)
        self.engine: Engine = open_database(sqlite_url(file))
        self.choice = random.Random(1)
        self.table: Table = {}
        self.inserts: list[float] = []
        self.finding: list[float] = []
        self.outcomes: Counter[str] = Counter()

    def grow(self, sizes: Collection[int]) -> Iterator[int]:
        """Store the articles, and look at each of these sizes; yield it then."""
        with writing(self.storing) as connection:
            for source in self.days.sources:
                runs.start(connection, source, "manual", None, BEGIN)
        done = 0
        for batch in self.days.run():
            begun = time.process_time()
            with writing(self.storing) as connection:
                for (source, run_id), visits in groupby(batch.visits, lambda visit: (visit.source_id, visit.run_id)):
                    LinkWriter(connection, run_id, source, batch.now).discover([visit.link for visit in visits])
            found = time.process_time()
            with writing(self.storing) as connection:
                self.outcomes.update(record_all(connection, batch.visits, batch.now))
            self.finding.append((found - begun) / BATCH)
            self.inserts.append((time.process_time() - found) / BATCH)
            done += BATCH
            if done in sizes:
                self.look(done, batch.now)
                yield done

    def look(self, size: int, now: datetime) -> None:
        """Measure everything at this size."""
        self._note("a link named by a feed, ms", size, 1000 * statistics.mean(self.finding[-WINDOW:]))
        self._note("store + index + duplicate check, ms", size, 1000 * statistics.mean(self.inserts[-WINDOW:]))
        articles = Articles(self.engine)
        with reading(self.engine) as connection:
            a = schema.articles.c
            some = select(a.id, a.url, a.blocks).where(a.id.in_(self.choice.sample(range(1, size // 2), CALLS)))
            known = connection.execute(some).all()
        self._time("article by id, ms", size, [partial(articles.get, str(row.id)) for row in known])
        self._time("article by URL, ms", size, [partial(articles.get, row.url) for row in known])
        for kind, rank in RANKS.items():
            words = [self.days.words[rank + n] for n in range(CALLS)]
            for order in Order:
                self._time(
                    f"search, {order}, {kind} word, ms",
                    size,
                    [partial(search, self.engine, word, order=order) for word in words],
                )
        with reading(self.engine) as connection:
            s = schema.signatures.c
            signed = connection.execute(
                select(s.signature).where(s.article_id.in_([row.id for row in known]))
            ).scalars()
            self._time("near-duplicate look-up, ms", size, [partial(near.alike, connection, each) for each in signed])
            texts = [body_text(blocks_from(row.blocks)) for row in known]
            self._time("near-duplicate signature, ms", size, [partial(signature, each) for each in texts])
        for wanted in RANGES:
            # Nothing is kept of an engine that was just made.
            first = [partial(dashboard, self.engine.execution_options(), now, wanted) for _ in range(CALLS)]
            self._time(f"dashboard, {wanted}, first look, ms", size, first)
            again = [partial(dashboard, self.engine, now, wanted)] * CALLS
            self._time(f"dashboard, {wanted}, after a batch, ms", size, again, self._change)
        source = [partial(source_figures, self.engine, name, now, "30d") for name in self.days.sources[:CALLS]]
        self._time("a source's page, 30d, ms", size, source)
        store = Statistics(self.engine)
        week = partial(store.sources, self.days.sources, now - timedelta(days=7))
        self._time("newsreel stats of 7 days, ms", size, [week] * 5)
        self._note("size of an article, kB", size, self._bytes() / 1000 / size)

    def _change(self) -> None:
        """Mark as many sources as changed as a batch holds pages of."""
        with writing(self.engine) as connection:
            mark(connection, self.choice.sample(self.days.sources, min(len(self.days.sources), BATCH // FROM_ONE)))

    def _time(
        self, what: str, size: int, calls: Sequence[Callable[[], object]], before: Callable[[], None] = lambda: None
    ) -> None:
        # The first one reads pages of the file and compiles the statement.
        calls[0]()
        times = []
        for call in calls:
            before()
            begun = time.process_time()
            call()
            times.append(time.process_time() - begun)
        self._note(what, size, 1000 * statistics.median(times))

    def _note(self, what: str, size: int, value: float) -> None:
        self.table.setdefault(what, {})[size] = value
        sys.stderr.write(f"{size} {what}: {value:.2f}\n")

    def _bytes(self) -> int:
        with reading(self.engine) as connection:
            pages, size = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
            )
            return int(pages) * int(size)


def lines(table: Table, sizes: Sequence[int]) -> Iterator[str]:
    """Give the table in Markdown, with how each figure grows where the articles became ten times as many."""
    growths = [size for size in sizes if 10 * size in sizes]
    heads = [f"{size:,}" for size in sizes] + [f"{size:,} to {10 * size:,}" for size in growths]
    yield "| | " + " | ".join(heads) + " |"
    yield "|---|" + "---:|" * len(heads)
    for what, values in table.items():
        cells = [values[size] for size in sizes] + [values[10 * size] / values[size] for size in growths]
        yield f"| {what} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |"


def sizes_of(articles: int) -> list[int]:
    """Give the numbers of articles at which a look is taken, all of them last."""
    parts = {articles * part // 10 // BATCH * BATCH for part in (1, 3, 10)}
    return sorted(parts | {size for size in LOOKED_AT if size < articles})


def end(number: int, frame: object) -> NoReturn:
    """End as by an error, so that the temporary directory goes."""
    sys.exit(128 + number)


def main() -> None:
    """Fill a database and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", type=Path)
    options = parser.parse_args()
    if options.articles < 20 * BATCH:
        parser.error(f"--articles {options.articles}: at least {20 * BATCH} are needed")
    if options.database is not None and options.database.exists():
        parser.error(f"--database {options.database}: the file is there already; name a new one")
    signal.signal(signal.SIGTERM, end)
    sys.stdout.write(f"seed {options.seed}, {options.sources} sources\n")
    with tempfile.TemporaryDirectory(prefix="newsreel-storage-") as place:
        file = options.database or Path(place) / "newsreel.db"
        stage = Stage(file, Newsdays(options.articles, options.sources, options.seed))
        looked: list[int] = []
        for size in stage.grow(sizes_of(options.articles)):
            looked.append(size)
            sys.stdout.write("\n" + "\n".join(lines(stage.table, looked)) + "\n")
            sys.stdout.write(f"\noutcomes: {dict(stage.outcomes)}\n")
            sys.stdout.flush()
        stage.engine.dispose()
        stage.storing.dispose()


if __name__ == "__main__":
    main()
