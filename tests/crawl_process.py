"""Runs crawls in processes of their own, as people do, and reads what they left in the database."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hostile import Asked, Site

from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES

ROOT = Path(__file__).parents[1]
CONTACT = "mailto:desk@harbour.example"
# Reached only by what hangs; a busy machine takes its time.
DEADLINE = 180.0


@dataclass(slots=True)
class Crawled:
    """What is known after a crawl: links by source as they were found, word counts of articles by path."""

    status: int
    log: str
    links: dict[str, list[sqlite3.Row]]
    doors: dict[str, str]
    hosts: dict[str, sqlite3.Row]
    runs: list[sqlite3.Row]
    counts: dict[int, dict[str, int]]
    words: dict[str, int]
    asked: list[Asked]

    def outcomes(self, source: str) -> list[str | None]:
        """Give the outcomes of a source's links."""
        return [link["outcome"] for link in self.links.get(source, ())]

    def unaccounted(self) -> list[str]:
        """Name the sources of the runs whose links are not all accounted for."""
        wrong = []
        for run in self.runs:
            counts = self.counts.get(run["id"], {})
            ended = sum(counts.get(code, 0) for code in FETCH_CODES + PAGE_CODES + ARTICLE_CODES)
            if counts.get("found", 0) != ended + counts.get("waiting", 0):
                wrong.append(run["source"])
        return wrong


def environment(**more: str) -> dict[str, str]:
    """Give this process's variables without a configuration of Newsreel's, and with these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NEWSREEL_")}
    return plain | {"PYTHONPATH": str(ROOT), "NEWSREEL_CONTACT": CONTACT} | more


def crawl_line(data_dir: Path, *options: str, network: str | None) -> list[str]:
    """Give the command line of a crawl of data_dir/outlets.toml."""
    line = [sys.executable, "-m", "newsreel", "crawl", *options, "--data-dir", str(data_dir), "--delay", "0"]
    opened = ["--allow-network", network] if network else []
    return [*line, "--sources", str(data_dir / "outlets.toml"), *opened]


def crawl(data_dir: Path, *options: str, network: str | None) -> subprocess.CompletedProcess[str]:
    """Crawl and wait for the end."""
    return subprocess.run(
        crawl_line(data_dir, *options, network=network),
        cwd=data_dir,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def begin_crawl(data_dir: Path, *options: str, network: str) -> subprocess.Popen[str]:
    """Begin a crawl in a process group of its own."""
    return subprocess.Popen(
        crawl_line(data_dir, *options, network=network),
        cwd=data_dir,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def look(data_dir: Path, status: int, log: str, asked: Sequence[Asked] = ()) -> Crawled:
    """Read what is in the database."""
    connection = sqlite3.connect(data_dir / "newsreel.db")
    connection.row_factory = sqlite3.Row

    def rows(query: str) -> list[sqlite3.Row]:
        return connection.execute(query).fetchall()

    try:
        links: dict[str, list[sqlite3.Row]] = {}
        for row in rows("SELECT * FROM links ORDER BY id"):
            links.setdefault(row["source"], []).append(row)
        counts: dict[int, dict[str, int]] = {}
        for row in rows("SELECT * FROM run_counts"):
            counts.setdefault(row["run_id"], {})[row["name"]] = row["n"]
        doors = {row["source"]: row["outcome"] for row in rows("SELECT * FROM doors")}
        words = {urlsplit(row["url"]).path: row["word_count"] for row in rows("SELECT * FROM articles")}
        hosts = {row["host"]: row for row in rows("SELECT * FROM hosts")}
        return Crawled(
            status, log, links, doors, hosts, rows("SELECT * FROM runs ORDER BY id"), counts, words, list(asked)
        )
    finally:
        connection.close()


def entry(slug: str, site: Site, feed_url: str, more: str = "") -> str:
    """Give an outlet's table of the catalogue."""
    return f'[outlet.{slug}]\nname = "{slug}"\nhome = "{site.base}/"\nfeeds = ["{feed_url}"]\n{more}\n'
