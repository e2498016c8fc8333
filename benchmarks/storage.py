"""What storing an article costs, and reading it back, as the database grows.

    python -m benchmarks.storage --articles 100000 [--seed N] [--sources N]

Makes up articles of about 5 kB, some of them updated later or met again elsewhere, and stores them as a crawl does: in
batches of 100, each a transaction with the duplicate check, the text index and the counters. At a tenth, three tenths
and all of them it takes CPU times (medians of several calls). Making up the articles is not counted.
"""

from __future__ import annotations

import argparse
import random
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

from sqlalchemy import Engine, select

from benchmarks.newsdays import BATCH, BEGIN, Newsdays
from storage import near, runs, schema
from storage.articles import Articles
from storage.dashboard import RANGES, dashboard, source_figures
from storage.database import open_database, reading, sqlite_url, writing
from storage.links import LinkWriter
from storage.recording import record_all
from storage.searching import Order, search
from storage.statistics import Statistics

# Measured over so many batches before each look.
WINDOW = 20
CALLS = 15
RANKS = {"common": 20, "mid": 1000, "rare": 30_000}
Table = dict[str, dict[int, float]]


class Stage:
    """A database that grows, and what was measured at each size."""

    def __init__(self, file: Path, days: Newsdays) -> None:
        self.file = file
        self.days = days
        self.engine: Engine = open_database(sqlite_url(file))
        self.choice = random.Random(1)
        self.table: Table = {}
        self.inserts: list[float] = []
        self.finding: list[float] = []
        self.outcomes: Counter[str] = Counter()

    def grow(self, sizes: Collection[int]) -> None:
        """Store the articles, and look at each of these sizes."""
        with writing(self.engine) as connection:
            for source in self.days.sources:
                runs.start(connection, source, "manual", None, BEGIN)
        done = 0
        for batch in self.days.run():
            begun = time.process_time()
            with writing(self.engine) as connection:
                for (source, run_id), visits in groupby(batch.visits, lambda visit: (visit.source_id, visit.run_id)):
                    LinkWriter(connection, run_id, source, batch.now).discover([visit.link for visit in visits])
            found = time.process_time()
            with writing(self.engine) as connection:
                self.outcomes.update(record_all(connection, batch.visits, batch.now))
            self.finding.append((found - begun) / BATCH)
            self.inserts.append((time.process_time() - found) / BATCH)
            done += BATCH
            if done in sizes:
                self.look(done, batch.now)

    def look(self, size: int, now: datetime) -> None:
        """Measure everything at this size."""
        self._note("a link named by a feed, ms", size, 1000 * statistics.mean(self.finding[-WINDOW:]))
        self._note("store + index + duplicate check, ms", size, 1000 * statistics.mean(self.inserts[-WINDOW:]))
        articles = Articles(self.engine)
        with reading(self.engine) as connection:
            a = schema.articles.c
            some = select(a.id, a.url).where(a.id.in_(self.choice.sample(range(1, size // 2), CALLS)))
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
        for wanted in RANGES:
            self._time(f"dashboard, {wanted}, ms", size, [partial(dashboard, self.engine, now, wanted)] * CALLS)
        source = [partial(source_figures, self.engine, name, now, "30d") for name in self.days.sources[:CALLS]]
        self._time("a source's page, 30d, ms", size, source)
        store = Statistics(self.engine)
        week = partial(store.sources, self.days.sources, now - timedelta(days=7))
        self._time("newsreel stats of 7 days, ms", size, [week] * 5)
        self._note("size of an article, kB", size, self._bytes() / 1000 / size)

    def _time(self, what: str, size: int, calls: Sequence[Callable[[], object]]) -> None:
        # The first one reads pages of the file and compiles the statement.
        calls[0]()
        times = []
        for call in calls:
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
    """Give the table in Markdown, with how each figure grows from the first size to the last."""
    yield "| | " + " | ".join(f"{size:,}" for size in sizes) + " | growth |"
    yield "|---|" + "---:|" * (len(sizes) + 1)
    for what, values in table.items():
        growth = values[sizes[-1]] / values[sizes[0]]
        yield f"| {what} | " + " | ".join(f"{values[size]:.2f}" for size in sizes) + f" | {growth:.2f} |"


def main() -> None:
    """Fill a database and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sizes = sorted({options.articles * part // 10 // BATCH * BATCH for part in (1, 3, 10)})
    if sizes[0] < 2 * BATCH:
        parser.error(f"--articles {options.articles}: at least {20 * BATCH} are needed")
    sys.stdout.write(f"seed {options.seed}, {options.sources} sources\n\n")
    with tempfile.TemporaryDirectory(prefix="newsreel-storage-") as place:
        stage = Stage(Path(place) / "newsreel.db", Newsdays(options.articles, options.sources, options.seed))
        stage.grow(sizes)
        stage.engine.dispose()
    sys.stdout.write("\n".join(lines(stage.table, sizes)) + "\n\n")
    sys.stdout.write(f"outcomes: {dict(stage.outcomes)}\n")


if __name__ == "__main__":
    main()
