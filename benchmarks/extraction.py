"""Measures extraction and cleaning: ours beside the peers that are installed, over corpora with gold.

    python -m benchmarks.extraction [CORPUS_DIR ...] [--only NAME ...] [--chart FILE.svg] [--floors FILE]

CORPUS_DIR holds gold.jsonl (id, url, text, title, authors, date a line) and <id>.html.gz. Without one, the corpus is
the sample newsroom. Ends with status 1 if a figure of ours is under its floor in floors.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.extractors import installed, page_of
from benchmarks.scoring import Gold, Score, names, score
from newsreel.demo.outlets import expected
from newsreel.demo.server import Newsroom
from newsreel.items import Page

FLOORS = Path(__file__).with_name("floors.json")
# The pages whose time counts, in bytes: those of about the usual size.
USUAL = (100_000, 400_000)
COLUMNS = ("f1", "exact", "leak", "title", "authors", "date", "milliseconds")


def read_corpus(folder: Path) -> tuple[list[Page], list[Gold]]:
    """Read a directory of recorded pages with gold."""
    pages, gold = [], []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").split("\n"):
        if not line.strip():
            continue
        row = json.loads(line)
        file = folder / f"{row['id']}.html.gz"
        if not file.is_file() or row.get("page_type"):
            continue
        pages.append(page_of(row.get("url") or "", gzip.decompress(file.read_bytes())))
        dates = tuple(row.get("date_alts") or ([row["date"]] if row.get("date") else ()))
        authors = names(row["authors"]) if row.get("authors") else None
        gold.append(Gold(row.get("text"), row.get("title"), authors, dates or None))
    return pages, gold


def read_newsroom() -> tuple[list[Page], list[Gold]]:
    """Take the pages of the sample newsroom over a socket, and what was worked out for them by hand."""
    from urllib.request import urlopen

    pages, gold = [], []
    with Newsroom(port=0, edition=2) as newsroom:
        for slug, wanted in expected(2).items():
            for story in wanted.articles:
                url = newsroom.base(slug) + story.path
                # One page alone has not the whole text, or is refused and stands in the feed.
                if story.parts or story.feed_only:
                    continue
                with urlopen(url) as answer:
                    pages.append(page_of(url, answer.read()))
                gold.append(
                    Gold(story.text, story.headline, names(story.authors), (story.published.date().isoformat(),))
                )
    return pages, gold


def row(name: str, figures: Score) -> str:
    """Give one line of the table."""
    cells = []
    for column in COLUMNS:
        value = getattr(figures, column)
        cells.append("    –" if value is None else f"{value:5.1f}" if column == "milliseconds" else f"{value:5.3f}")
    return f"{name:22}{figures.pages:6}  " + "  ".join(cells)


def chart(results: dict[str, Score]) -> str:
    """Draw F1 over CPU time as an SVG."""
    shown = {name: s for name, s in results.items() if s.f1 is not None}
    most = max((s.milliseconds for s in shown.values()), default=1.0) * 1.1 or 1.0
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" font-family="sans-serif" font-size="12">']
    parts.append('<path d="M60 20V350H620" fill="none" stroke="#888"/>')
    parts.append('<text x="340" y="385" text-anchor="middle">CPU ms a page, median</text>')
    parts.append('<text x="20" y="14">F1</text>')
    parts += [f'<text x="30" y="{_y(tick) + 4:.0f}">{tick}</text>' for tick in (0.7, 0.8, 0.9, 1.0)]
    for name, s in shown.items():
        x, y = 60 + 540 * s.milliseconds / most, _y(s.f1 or 0)
        colour = "#b3261e" if name.startswith("newsreel") else "#335"
        parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{x + 8:.0f}" y="{y + 4:.0f}">{name}</text>')
    return "".join(parts) + "</svg>\n"


def _y(f1: float) -> float:
    return 350 - 330 * max(0.0, (f1 - 0.65) / 0.35)


def under(floors: dict[str, dict[str, float]], corpus: str, figures: Score) -> list[str]:
    """List the figures that are under their floors; leak and milliseconds have ceilings instead."""
    found = []
    for column, bound in floors.get(corpus, {}).items():
        value = asdict(figures)[column]
        bad = value is None or (value > bound if column in ("leak", "milliseconds") else value < bound)
        if bad:
            found.append(f"{corpus}: {column} is {value}, the bound is {bound}")
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*", type=Path)
    parser.add_argument("--only", nargs="*", help="names of the extractors to run")
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--floors", type=Path, default=FLOORS)
    options = parser.parse_args()
    floors = json.loads(options.floors.read_text(encoding="utf-8"))
    corpora = {folder.name: read_corpus(folder) for folder in options.corpus} or {"newsroom": read_newsroom()}
    problems: list[str] = []
    for corpus, (pages, gold) in corpora.items():
        counted = [USUAL[0] <= len(page.body) <= USUAL[1] for page in pages]
        results: dict[str, Score] = {}
        sys.stdout.write(
            f"\n{corpus}\n{'extractor':22}{'pages':>6}  " + "  ".join(f"{c[:5]:>5}" for c in COLUMNS) + "\n"
        )
        for name, extractor in installed().items():
            if options.only and name not in options.only:
                continue
            results[name] = score(gold, extractor(pages), counted)
            sys.stdout.write(row(name, results[name]) + "\n")
            sys.stdout.flush()
        if "newsreel" in results:
            problems += under(floors, corpus, results["newsreel"])
        if options.chart:
            options.chart.write_text(chart(results), encoding="utf-8")
    for problem in problems:
        sys.stderr.write(problem + "\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
