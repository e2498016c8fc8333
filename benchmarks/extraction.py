"""Measures extraction and cleaning: ours beside the peers that are installed, over corpora with gold.

    python -m benchmarks.extraction [CORPUS_DIR ...] [--only NAME ...] [--answers NAME=DIR ...] [--against NAME]
                                    [--worst N] [--format table|md|json] [--chart FILE.svg] [--write DIR] [--sample N]

CORPUS_DIR holds gold.jsonl and <id>.html.gz (benchmarks/corpora.py says what a row of gold is). Without one, the corpus
is the sample newsroom. Ends with status 1 if a figure of ours is beyond its bound in floors.json, 2 if what was asked
for cannot be read. docs/benchmark.md says what the columns are.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.answers import write_answers
from benchmarks.charts import chart
from benchmarks.corpora import Example, read_corpus, read_newsroom
from benchmarks.extractors import OURS, Extractor, Newsreel, Recorded
from benchmarks.measuring import Figures, Result, groups, measure, summed_up
from benchmarks.peers import NAMES, installed
from benchmarks.tables import as_json, as_markdown, as_text, gains, worst_pages
from newsreel.errors import InputError

FLOORS = Path(__file__).with_name("floors.json")
# What must not rise above its bound; of everything else the bound is the least.
CEILINGS = ("leak", "empty", "failed")


def read_floors(file: Path) -> dict[str, dict[str, float]]:
    """Read the bounds of our figures by corpus; InputError for one that is no figure."""
    try:
        floors: dict[str, dict[str, float]] = json.loads(file.read_text(encoding="utf-8"))
        unknown = {name for bounds in floors.values() for name in bounds if name not in _BOUNDED}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise InputError(f"{file}: not a JSON object of corpora with a bound for each figure: {error}") from error
    if unknown:
        raise InputError(f"{file}: {', '.join(sorted(unknown))}: no such figure; there are {', '.join(_BOUNDED)}")
    return floors


_BOUNDED = ("f1", "exact", "precision", "recall", "title", "authors", "date", *CEILINGS)


def beyond(floors: Mapping[str, Mapping[str, float]], corpus: str, found: Figures) -> list[str]:
    """Say which figures are beyond their bounds."""
    problems = []
    for name, bound in floors.get(corpus, {}).items():
        value = sum(found.failures.values()) if name == "failed" else getattr(found.score, name)
        if value is None:
            problems.append(f"{corpus}: there is no {name}, and its bound is {bound}")
        elif value > bound if name in CEILINGS else value < bound:
            word = "at most" if name in CEILINGS else "at least"
            problems.append(f"{corpus}: {name} is {value:.4f}, and must be {word} {bound}")
    return problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and give the exit status."""
    options = _parser().parse_args(arguments)
    try:
        floors = read_floors(options.floors)
        examples = _examples(options)
        extractors = _extractors(options, examples)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # What they log about single pages is not read by anybody.
    logging.disable(logging.CRITICAL)
    results = measure(extractors, examples, _note(len(examples)))
    logging.disable(logging.NOTSET)
    results = {row: found for row, found in results.items() if not options.only or row in options.only}
    numbers = dict(groups(examples))
    table = {title: summed_up(results, of_group) for title, of_group in numbers.items()}
    whole = table.get("all", table[examples[0].corpus])
    _print(options, results, numbers, table, {row: e.version for e in extractors for row in e.rows})
    if options.chart:
        options.chart.write_text(chart(whole), encoding="utf-8")
    for row, found in results.items() if options.write else ():
        write_answers(options.write / row, ((r.example.corpus, r.example.id, r.answer) for r in found))
    for name, figures in whole.items():
        if figures.failures:
            errors = ", ".join(f"{error} on {times} pages" for error, times in figures.failures.items())
            sys.stderr.write(f"{name} failed, and has empty answers there: {errors}\n")
    problems = [
        problem for title, rows in table.items() if OURS in rows for problem in beyond(floors, title, rows[OURS])
    ]
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


def _print(
    options: argparse.Namespace,
    results: Mapping[str, Sequence[Result]],
    numbers: Mapping[str, Sequence[int]],
    table: Mapping[str, Mapping[str, Figures]],
    versions: Mapping[str, str],
) -> None:
    write = sys.stdout.write
    if options.format == "json":
        write(as_json(table, versions))
        # Only the table is for machines.
        write = sys.stderr.write
    for title, rows in table.items():
        if options.format != "json":
            write((as_markdown if options.format == "md" else as_text)(title, len(numbers[title]), rows))
        if options.against:
            write(gains(title, options.against, results, numbers[title]))
    for row, found in results.items() if options.worst else ():
        write(worst_pages(row, found, options.worst))
    if options.format != "json":
        write(f"\n{', '.join(f'{row} {versions[row]}'.strip() for row in results)}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*", type=Path)
    parser.add_argument("--only", action="append", metavar="NAME", help="a line of the table; may be repeated")
    parser.add_argument(
        "--answers", action="append", default=[], type=_named, metavar="NAME=DIR",
        help="one more line: answers from DIR/<corpus>.jsonl, as `newsreel clean --format jsonl --out DIR` writes them",
    )  # fmt: skip
    parser.add_argument("--against", metavar="NAME", help="say how much more the other lines have than this one")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the worst pages, with the reason")
    parser.add_argument("--format", choices=("table", "md", "json"), default="table")
    parser.add_argument("--chart", type=Path, metavar="FILE.svg", help="draw F1 and exact over the CPU time")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the answers to DIR/<name>/<corpus>.jsonl")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many pages of each corpus, always the same")
    parser.add_argument("--floors", type=Path, default=FLOORS, metavar="FILE")
    return parser


def _named(value: str) -> tuple[str, Path]:
    name, sign, folder = value.partition("=")
    if not sign or not name or not folder:
        raise argparse.ArgumentTypeError(f"{value!r} is not NAME=DIR")
    return name, Path(folder)


def _examples(options: argparse.Namespace) -> list[Example]:
    if not options.corpus:
        return read_newsroom()
    examples = [example for folder in options.corpus for example in read_corpus(folder, options.sample)]
    if not examples:
        raise InputError(f"no article with gold in {', '.join(map(str, options.corpus))}")
    return examples


def _extractors(options: argparse.Namespace, examples: Sequence[Example]) -> list[Extractor]:
    corpora = list(dict.fromkeys(example.corpus for example in examples))
    found: list[Extractor] = [Newsreel()]
    found += [Recorded.of(name, folder, corpora) for name, folder in options.answers]
    found += installed(options.only)
    rows = [row for extractor in found for row in extractor.rows]
    asked = [*(options.only or rows), *([options.against] if options.against else [])]
    missing = [name for name in asked if name not in rows or (options.only and name not in options.only)]
    if missing:
        known = "; ".join(dict.fromkeys([*rows, *NAMES]))
        raise InputError(f"not among the extractors of this run: {', '.join(missing)}; there are: {known}")
    if len(rows) > len(set(rows)):
        raise InputError(f"two extractors of one name; those of this run are: {'; '.join(rows)}")
    return [extractor for extractor in found if not options.only or set(extractor.rows) & set(options.only)]


def _note(pages: int) -> Any:
    def note(number: int) -> None:
        if number % 50 == 0:
            sys.stderr.write(f"{number} of {pages} pages\n")

    return note


if __name__ == "__main__":
    sys.exit(main())
