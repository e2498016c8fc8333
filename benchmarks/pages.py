"""How long the web page takes over a large database, idle and while a crawl stores at full speed.

    python -m benchmarks.pages --articles 100000 [--sources 300] [--calls 200] [--seed 1] [--data FOLDER]

Stores invented articles of about 5 kB as crawls do, the last of them now, and serves them with `newsreel serve`. Every
kind of address is asked for over one connection: milliseconds until the whole answer is there, and the CPU time that
the server took for one, which other programs of the machine change less. Before each look at a dashboard a batch's
sources are marked as changed, so that nothing is shown as it was kept. Then the bytes of a first visit, packed, and the
same reads while another process stores batch after batch, with how long the server ran and waited for a core: other
programs of the machine make it wait. `--data` keeps the database in a folder, and takes it from there when it is filled
already.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, func, select

from benchmarks.newsdays import BATCH, DAYS, FROM_ONE, Batch, Newsdays
from benchmarks.subject import free_port
from storage import runs, schema
from storage.articles import Articles
from storage.dashboard import RANGES
from storage.database import open_database, reading, sqlite_url, writing
from storage.links import LinkWriter
from storage.recall import mark, marks_of
from storage.recording import record_all

FILLED = "filled"
# So many calls of each address before the clock counts: statements are prepared, the file's pages are read.
WARM = 3
# For so many seconds it is read while another process stores.
BUSY = 30.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE, LIST, DASHBOARD = 50.0, 30.0, 100.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of address: its name, what it may take in milliseconds, addresses of it, and if sources change before."""

    name: str
    goal: float
    addresses: list[str]
    changing: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Reads while another process stores: milliseconds of each, articles stored in a second, and for how many
    milliseconds of a read the server's threads ran and waited for a core."""

    times: list[float]
    stored: float
    ran: float
    waited: float


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of each call, the server's CPU milliseconds of one on average, and the bytes of the last answer."""

    times: list[float]
    cpu: float
    size: int


class Client:
    """Asks one server over one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(600):
            with suppress(ConnectionRefusedError):
                self.connection.connect()
                return
            time.sleep(0.1)
        raise SystemExit(f"nobody answers at port {port}")

    def get(self, address: str, packed: bool = False) -> tuple[bytes, int]:
        """Give an answer's body as it came, and all its bytes on the wire."""
        self.connection.request("GET", address, headers={"Accept-Encoding": "gzip" if packed else "identity"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{address} was answered with status {answer.status}")
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        return body, len(body) + head


def store(engine: Engine, batch: Batch, now: datetime) -> None:
    """Store a batch as crawls do: a run for each of its sources."""
    with writing(engine) as connection:
        begun = {}
        for source, group in groupby(batch.visits, lambda visit: visit.source_id):
            visits = list(group)
            begun[source] = runs.start(connection, source, "schedule", None, now)
            for visit in visits:
                visit.run_id = begun[source]
            LinkWriter(connection, begun[source], source, now).discover([visit.link for visit in visits])
    with writing(engine) as connection:
        record_all(connection, batch.visits, now)
    with writing(engine) as connection:
        for source, run_id in begun.items():
            runs.finish(connection, run_id, source, "finished", {}, now + timedelta(seconds=20))


def fill(engine: Engine, articles: int, sources: int, seed: int) -> None:
    """Store articles over the last days."""
    days = Newsdays(articles, sources, seed, datetime.now(UTC).replace(microsecond=0) - timedelta(days=DAYS))
    for n, batch in enumerate(days.run(), 1):
        store(engine, batch, batch.now)
        if n % 50 == 0:
            sys.stderr.write(f"\r{n * len(batch.visits):,} stored")
    sys.stderr.write("\n")


def write(folder: Path, sources: int, seed: int) -> None:
    """Store batch after batch, as fast as it goes, until nobody reads what is said."""
    engine = open_database(sqlite_url(folder / "newsreel.db"))
    for batch in Newsdays(10**6, sources, seed, datetime.now(UTC)).run():
        store(engine, batch, datetime.now(UTC))
        try:
            sys.stdout.write(f"{len(batch.visits)}\n")
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(0)


def questions(engine: Engine, words: list[str], choice: random.Random, calls: int) -> list[Asked]:
    """Give what is asked."""
    a = schema.articles.c
    with reading(engine) as connection:
        last = int(connection.execute(select(func.max(a.id))).scalar_one())
        names = list(connection.execute(select(schema.sources.c.source)).scalars())
        some = list(connection.execute(select(a.id).where(a.id.in_(choice.sample(range(1, last), calls)))).scalars())
        removed = list(connection.execute(select(schema.removals.c.article_id).distinct().limit(calls)).scalars())
    known = Articles(engine).get(str(some[0]))
    assert known is not None
    author = known.article.authors[0].name
    befores = [choice.randrange(last // 2, last) for _ in range(calls)]
    common, rare = words[20:40], words[5000:5040]
    return [
        Asked("front page", PAGE, ["/"]),
        Asked("a later page of it", PAGE, [f"/latest?before={n}" for n in befores]),
        Asked("a source's articles", PAGE, [f"/latest?source={name}" for name in names]),
        Asked("a source's, unread, of 7 days", PAGE, [f"/latest?source={name}&unread=1&since=7d" for name in names]),
        Asked("an author's", PAGE, [f"/author/{quote(author)}"]),
        Asked("starred", PAGE, ["/starred"]),
        Asked("article", PAGE, [f"/article/{n}" for n in some]),
        Asked("raw and clean", PAGE, [f"/article/{n}/removals" for n in removed]),
        Asked("search, a common word", PAGE, [f"/search?q={word}" for word in common]),
        Asked("search, a rare word", PAGE, [f"/search?q={word}" for word in rare]),
        Asked("search, two words", PAGE, [f"/search?q={a}+{b}" for a, b in zip(common, rare, strict=False)]),
        *(Asked(f"dashboard, {each}", DASHBOARD, [f"/sources?range={each}"], changing=True) for each in RANGES),
        Asked("a source's page", DASHBOARD, [f"/source/{name}" for name in names]),
        Asked("a source's page, 90d", DASHBOARD, [f"/source/{name}?range=90d" for name in names]),
        Asked("a source's runs", PAGE, [f"/source/{name}/runs" for name in names]),
        Asked("API: articles", LIST, [f"/api/v1/articles?limit={n}" for n in (20, 50)]),
        Asked("API: a source's articles", LIST, [f"/api/v1/articles?source={name}" for name in names]),
        Asked("API: search", LIST, [f"/api/v1/search?q={word}" for word in rare]),
        Asked("API: article", LIST, [f"/api/v1/articles/{n}" for n in some]),
        Asked("API: sources", LIST, ["/api/v1/sources"]),
        Asked("API: runs", LIST, ["/api/v1/runs"]),
        *(Asked(f"feed of all, {form}", PAGE, [f"/feeds/all.{form}"]) for form in ("atom", "rss", "json")),
        Asked("a source's feed", PAGE, [f"/feeds/source/{name}.atom" for name in names]),
    ]


def ask(client: Client, pid: int, asked: Asked, calls: int, engine: Engine, choice: random.Random) -> Taken:
    """Ask for addresses in turn."""
    addresses = asked.addresses
    for n in range(WARM):
        client.get(addresses[n % len(addresses)], packed=True)
    times, size, begun = [], 0, cpu_of(pid)
    for n in range(calls):
        if asked.changing:
            change(engine, choice)
        started = time.perf_counter()
        _, size = client.get(addresses[n % len(addresses)], packed=True)
        times.append(1000 * (time.perf_counter() - started))
    return Taken(times, 1000 * (cpu_of(pid) - begun) / calls, size)


def change(engine: Engine, choice: random.Random) -> None:
    """Mark as many sources as changed as a batch holds pages of."""
    with writing(engine) as connection:
        names = sorted(marks_of(connection))
        mark(connection, choice.sample(names, min(len(names), BATCH // FROM_ONE)))


def cpu_of(pid: int) -> float:
    """Give the seconds of CPU time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def threads_of(pid: int) -> tuple[float, float]:
    """Give the milliseconds that a process's threads have run, and have waited for a core."""
    told = [file.read_text().split() for file in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(ran) for ran, *_ in told) / 1e6, sum(int(waited) for _, waited, _ in told) / 1e6


def first_visit(client: Client) -> Iterator[tuple[str, int]]:
    """Give what a browser that has nothing yet loads with the front page, and the bytes of each, packed."""
    page, _ = client.get("/")
    yield "/", client.get("/", packed=True)[1]
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.decode()):
        yield address, client.get(address, packed=True)[1]


def while_stored(folder: Path, port: int, pid: int, asked: list[Asked], options: argparse.Namespace) -> Busy:
    """Read while another process stores."""
    line = [sys.executable, "-m", "benchmarks.pages", "--write", str(folder), "--sources", str(options.sources)]
    line += ["--seed", str(options.seed + 1)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        client = Client(port)
        begun, times, turn, before = time.monotonic(), [], 0, threads_of(pid)
        while time.monotonic() < begun + BUSY:
            each = asked[turn % len(asked)]
            address = each.addresses[turn // len(asked) % len(each.addresses)]
            started = time.perf_counter()
            client.get(address, packed=True)
            times.append(1000 * (time.perf_counter() - started))
            turn += 1
        spent = time.monotonic() - begun
        ran, waited = (after - then for after, then in zip(threads_of(pid), before, strict=True))
        writer.kill()
        stored = sum(map(int, writer.stdout.read().split()))
    return Busy(times, stored / spent, ran / turn, waited / turn)


def share(times: list[float], part: float) -> float:
    """Give the time that a part of all calls stays within.

    >>> share([3.0, 1.0, 2.0, 4.0], 0.5)
    2.0
    """
    return sorted(times)[max(0, round(part * len(times)) - 1)]


def main() -> None:
    """Fill, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in (("articles", 100_000), ("sources", 300), ("calls", 200), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.write, options.sources, options.seed)
        return
    with tempfile.TemporaryDirectory(prefix="newsreel-pages-") as aside:
        folder = options.data or Path(aside)
        folder.mkdir(parents=True, exist_ok=True)
        engine = open_database(sqlite_url(folder / "newsreel.db"))
        if not (folder / FILLED).exists():
            fill(engine, options.articles, options.sources, options.seed)
            (folder / FILLED).touch()
        words = Newsdays(0, 1, options.seed).words
        asked = questions(engine, words, random.Random(options.seed), options.calls)
        with reading(engine) as connection:
            held = connection.execute(select(func.count()).select_from(schema.articles)).scalar_one()
        port = free_port()
        line = [sys.executable, "-m", "newsreel", "serve", "--port", str(port), "--data-dir", str(folder)]
        with subprocess.Popen([*line, "--log-level", "warning"]) as server:
            try:
                _print(folder, port, server.pid, asked, f"{held:,} articles", options, engine)
            finally:
                server.terminate()
                engine.dispose()


def _print(
    folder: Path, port: int, pid: int, asked: list[Asked], held: str, options: argparse.Namespace, engine: Engine
) -> None:
    choice = random.Random(options.seed)
    client, calls = Client(port), options.calls
    sys.stdout.write(f"{held}, {calls} calls of each\n\n")
    sys.stdout.write("| | p50, ms | p95, ms | goal | CPU, ms | kB, packed |\n|---|---:|---:|---:|---:|---:|\n")
    for each in asked:
        taken = ask(client, pid, each, calls, engine, choice)
        p50, p95 = share(taken.times, 0.5), share(taken.times, 0.95)
        line = (
            f"| {each.name} | {p50:.1f} | {p95:.1f} | {each.goal:.0f} | {taken.cpu:.1f} | {taken.size / 1000:.1f} |\n"
        )
        sys.stdout.write(line)
        sys.stdout.flush()
    loaded = dict(first_visit(client))
    sys.stdout.write(f"\nfirst visit: {sum(loaded.values()) / 1000:.1f} kB\n")
    for address, size in loaded.items():
        sys.stdout.write(f"  {size / 1000:6.1f} kB  {address}\n")
    busy = while_stored(folder, port, pid, asked, options)
    times = busy.times
    sys.stdout.write(
        f"\nwhile {busy.stored:.0f} articles a second are stored: {len(times)} reads, p50 {share(times, 0.5):.1f} ms, "
        f"p95 {share(times, 0.95):.1f} ms, longest {max(times):.0f} ms; for one the server's threads ran "
        f"{busy.ran:.1f} ms and waited {busy.waited:.1f} ms for a core\n"
    )


if __name__ == "__main__":
    main()
