"""Lets the service crawl tens of thousands of pages, and prints what its processes take on the way.

    python -m benchmarks.soak RECORDED_WEB CORPUS... [--pages 30000] [--copies 13] [--publish-over 900]

RECORDED_WEB is the script that serves recorded pages, each CORPUS a folder of them; the sample newsroom is on air
beside them, and publishes its second edition when half of the pages were handled. `newsreel run` crawls all of it into
a data directory of its own. Memory is what is resident (RSS), of parse workers their part of what they share (PSS).

The exit status is 1 where the service or the crawl processes grow by more than 5 MB per 10,000 pages after their
warm-up, or use more and more file handles. Of crawl processes both is measured: how one grows with its own pages, and
how the peaks of later ones compare with those of earlier ones, each with its standard error: what is under way at a
moment varies, and only growth beyond twice the error counts.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.growth import Growth, Sample, from_crawl_to_crawl, lives_of, of_service, within_crawls
from benchmarks.subject import LOOK, Subject, command_of
from newsreel.demo.server import Newsroom
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from storage import schema
from storage.database import reading

MEGABYTE = 1024 * 1024
MOST_GROWTH = 5.0
# Handles come and go with connections; a leak loses one with each crawl or page.
MOST_HANDLES = 5.0
READY = 120.0
HANDLED = tuple(code for code in FETCH_CODES + PAGE_CODES + ARTICLE_CODES if code != "unchanged")


@contextlib.contextmanager
def recorded(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Put the recorded pages on air, and give their outlets as a catalogue."""
    file = folder / "recorded.toml"
    line = [sys.executable, options.recorded_web, *options.corpus, "--toml", str(file), "--copies", str(options.copies)]
    line += ["--port", str(options.port), "--publish-over", str(options.publish_over)]
    said = folder / "recorded.log"
    with said.open("w") as log:
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=log)
    try:
        deadline = time.monotonic() + READY
        # Its existence says that all is on air.
        while not file.exists() or not file.stat().st_size:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{options.recorded_web} did not come on air: {said.read_text()[-2000:]}")
            time.sleep(LOOK)
        yield file.read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.wait()


def hurried(catalogue: str, interval: str) -> str:
    """Let all outlets of a catalogue be crawled at this interval, without a pause between requests."""
    plain = re.sub(r"(?m)^(interval|delay) = .*\n", "", catalogue)
    return re.sub(r"(?m)^(\[outlet\..*\])$", rf'\1\ninterval = "{interval}"\ndelay = 0', plain)


def handled(subject: Subject) -> tuple[int, dict[int, int], int]:
    """Give the pages that were handled so far, those of each crawl process, and the stored articles."""
    r, n = schema.runs.c, schema.run_counts.c
    with reading(subject.engine) as connection:
        query = select(r.pid, func.sum(n.n)).where(r.id == n.run_id, n.name.in_(HANDLED)).group_by(r.pid)
        own = {int(row[0]): int(row[1]) for row in connection.execute(query)}
        stored = connection.execute(select(func.count()).select_from(schema.articles)).scalar_one()
    return sum(own.values()), own, int(stored)


def look(subject: Subject, service: int, total: int, own: dict[int, int]) -> Iterator[Sample]:
    """Measure all processes of the service."""
    for pid in subject.processes():
        command = command_of(pid)
        kind = "service" if pid == service else "crawl" if "newsreel crawl" in command else "worker"
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            handles = len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            # It ended.
            continue
        sizes = {found[1]: int(found[2]) * 1024 for found in re.finditer(r"(?m)^(Rss|Pss): +(\d+) kB", text)}
        if sizes:
            yield Sample(kind, pid, total, own.get(pid, 0), sizes["Rss"], sizes["Pss"], handles)


def ask(port: int, path: str) -> int:
    """Ask the service for a page, as those who watch it do; give the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def soak(subject: Subject, newsroom: Newsroom, options: argparse.Namespace) -> list[Sample]:
    """Run the service until so many pages were handled; print and give what was measured."""
    service, ready = subject.serve({"NEWSREEL_AT_ONCE": str(options.at_once)})
    if ready is None:
        raise SystemExit(f"the service did not start: {subject.said()}")
    samples: list[Sample] = []
    begun, silent_since, last = time.monotonic(), time.monotonic(), 0
    say("seconds   pages stored | service MB handles | crawls MB handles | workers MB | load")
    while True:
        time.sleep(options.every)
        total, own, stored = handled(subject)
        now = list(look(subject, service.pid, total, own))
        samples += now
        of = {kind: [sample for sample in now if sample.kind == kind] for kind in ("service", "crawl", "worker")}
        statuses = [ask(subject.port, path) for path in ("/readyz", "/metrics", "/changes.atom")]
        say(
            f"{time.monotonic() - begun:7.0f} {total:7} {stored:6} |"
            f" {' '.join(f'{s.rss / MEGABYTE:7.1f} {s.handles:3}' for s in of['service'])} |"
            f" {' '.join(f'{s.rss / MEGABYTE:.1f} {s.handles}' for s in of['crawl']) or '-'} |"
            f" {' '.join(f'{s.pss / MEGABYTE:.0f}' for s in of['worker']) or '-'} |"
            f" {os.getloadavg()[0]:.1f}" + (f" answers {statuses}" if set(statuses) != {200} else "")
        )
        if service.poll() is not None:
            raise SystemExit(f"the service ended: {subject.said()}")
        if newsroom.edition == 1 and total >= options.pages / 2:
            newsroom.publish(2)
        if total > last:
            silent_since, last = time.monotonic(), total
        if total >= options.pages:
            break
        if time.monotonic() - silent_since > options.patience:
            raise SystemExit(f"nothing new for {options.patience:.0f} s at {total} pages; take more --copies")
    service.terminate()
    service.wait()
    return samples


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def judge(samples: list[Sample]) -> bool:
    """Print how much was grown, and tell whether it is too much."""
    say("crawl processes:  before   pages  peak MB handles")
    for life in lives_of(samples):
        say(f"{life.pid:16} {life.before:7} {life.pages:7} {life.peak / MEGABYTE:8.1f} {life.handles:7}")
    workers = [sample.pss for sample in samples if sample.kind == "worker"]
    say(f"most memory of a parse worker: {max(workers, default=0) / MEGABYTE:.1f} MB")
    growths: dict[str, Growth] = {
        "the service": of_service(samples),
        "within a crawl process": within_crawls(samples),
        "from crawl process to crawl process": from_crawl_to_crawl(samples),
    }
    too_much = False
    for name, growth in growths.items():
        bad = growth.exceeds(MOST_GROWTH * MEGABYTE, MOST_HANDLES)
        too_much |= bad
        say(
            f"growth per 10,000 pages, {name}: {growth.bytes / MEGABYTE:+.2f} ± {growth.bytes_error / MEGABYTE:.2f} MB,"
            f" {growth.handles:+.1f} ± {growth.handles_error:.1f} handles"
            f" ({growth.points} points){', too much' if bad else ''}"
        )
    return too_much


def main() -> None:
    """Run the soak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recorded_web")
    parser.add_argument("corpus", nargs="+")
    parser.add_argument("--pages", type=int, default=30_000)
    parser.add_argument("--copies", type=int, default=13)
    parser.add_argument("--publish-over", type=float, default=900.0, help="seconds in which the pages appear")
    parser.add_argument("--interval", default="4m", help="of each outlet; a crawl costs something without news too")
    parser.add_argument("--at-once", type=int, default=64, help="as for newsreel crawl")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds without a page until it gives up")
    parser.add_argument("--port", type=int, default=8477, help="of the recorded pages")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("ended by SIGTERM"))
    with tempfile.TemporaryDirectory(prefix="newsreel-soak-") as place, Newsroom(0) as newsroom:
        folder = Path(place)
        with recorded(options, folder) as catalogue, Subject(folder / "data", folder / "sources.toml") as subject:
            text = hurried(newsroom.catalogue() + "\n" + catalogue, options.interval)
            subject.catalogue.write_text(text, encoding="utf-8")
            samples = soak(subject, newsroom, options)
    sys.exit(judge(samples))


if __name__ == "__main__":
    main()
