"""Measures near-duplicates on texts made from a corpus: what is found, what is found wrongly, and what it costs.

    python -m benchmarks.duplicates ../shared/corpus --seed 1

The directory holds corpora as `benchmarks.extraction` reads them. Each text is stored through the store's own writer,
and looked for again with some of its sentences dropped and invented lines added in places chosen from the seed. Pairs
of different articles that share more than half of their sentences are editions of one text in the corpus itself: they
are neither found nor false. The look-up is timed against a table with as many invented articles as `--articles` says.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks.corpora import read_corpus
from newsreel.errors import InputError
from newsreel.items import Article, Block
from newsreel.stories import FEWEST_WORDS, bands, signature, words_of
from storage import near, schema
from storage.counting import Book
from storage.database import open_database, sqlite_url, writing
from storage.writing import ArticleWriter

EDITS = (("light", 0.10, 3), ("hard", 0.25, 6))
FLOORS = {"light": 0.98, "hard": 0.88}
MOST_FALSE = 0.005
MOST_MILLISECONDS = 1.0
# What else the machine does slows some rounds more than others: the quickest counts.
ROUNDS = 3
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'”’»)\]]*\s*")
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """What the look-up of edited texts brought: how many of them found their own article, and other articles."""

    texts: int
    own: int
    false: int

    @property
    def recall(self) -> float:
        """The share of edited texts that found the article that they are made of."""
        return self.own / self.texts


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures; `false` is the share of unedited texts that are alike to a different article."""

    texts: int
    editions: int
    found: dict[str, Found]
    false: float
    false_pairs: float
    signing: float
    looking_up: float
    entering: float

    def shortfalls(self) -> list[str]:
        """Name the goals that are not reached."""
        short = [
            f"recall after {name} edits is {found.recall:.3f}, wanted {FLOORS[name]}"
            for name, found in self.found.items()
            if found.recall < FLOORS[name]
        ]
        if self.false > MOST_FALSE:
            short.append(f"false matches are {self.false:.4f}, wanted {MOST_FALSE}")
        if self.signing + self.looking_up > MOST_MILLISECONDS:
            short.append(f"signature and look-up take {self.signing + self.looking_up:.2f} ms, wanted 1")
        return short


def sentences_of(text: str) -> list[str]:
    """Split a text at the ends of its sentences and lines."""
    parts = (part.strip() for line in text.split("\n") for part in _SENTENCE.split(line))
    return [part for part in parts if part]


def edited(sentences: Sequence[str], dropped: float, added: int, chance: random.Random) -> str:
    """Drop a share of the sentences, at least one, and put invented lines in between."""
    gone = set(chance.sample(range(len(sentences)), max(1, round(dropped * len(sentences)))))
    kept = [sentence for number, sentence in enumerate(sentences) if number not in gone]
    for _ in range(added):
        kept.insert(chance.randint(0, len(kept)), invented(chance, 12))
    return "\n\n".join(kept)


def invented(chance: random.Random, words: int) -> str:
    """Give a line of invented words, the frequent ones far more often than the rare ones."""
    ranks = (int(5_000 ** chance.random()) for _ in range(words))
    return (
        " ".join(
            "".join("bdfgklmnprstvz"[rank // 14**place % 14] + "aeiou"[rank % 5] for place in range(3))
            for rank in ranks
        )
        + "."
    )


def texts_of(folder: Path) -> list[list[str]]:
    """Read the texts of all corpora in a directory, as sentences; each once, those that are too short left out."""
    found: dict[bytes, list[str]] = {}
    for gold in sorted(folder.glob("*/gold.jsonl")):
        for example in read_corpus(gold.parent):
            text = max(example.gold.texts or ("",), key=len)
            sentences = sentences_of(text)
            if len(words_of(text)) >= FEWEST_WORDS and len(sentences) > 1:
                found.setdefault(b" ".join(words_of(text)), sentences)
    if not found:
        raise InputError(f"{folder}: no */gold.jsonl with texts is there; give a directory of corpora")
    return list(found.values())


def measure(texts: Sequence[Sequence[str]], seed: int, articles: int, database: Path) -> Figures:
    """Store the texts among invented ones, and look for what was made of them."""
    chance = random.Random(seed)
    engine = open_database(sqlite_url(database))
    try:
        with writing(engine) as connection:
            fill(connection, articles, chance)
        with writing(engine) as connection:
            entered = Stopwatch()
            numbers = []
            book = Book(connection, NOW)
            for number, sentences in enumerate(texts):
                article = article_of(f"/{number}", "\n\n".join(sentences))
                # One a minute, as articles come.
                writer = ArticleWriter(connection, NOW + timedelta(minutes=number))
                numbers.append(writer.insert(article, article.url, article.url))
                with entered:
                    near.enter(connection, numbers[-1], article, book)
        with writing(engine) as connection:
            same = editions(texts, numbers)
            rounds = [(Stopwatch(), Stopwatch()) for _ in range(ROUNDS)]
            wrong: dict[int, set[int]] = {}
            for signing, looking in rounds:
                for number, sentences in zip(numbers, texts, strict=True):
                    text = "\n\n".join(sentences)
                    with signing:
                        signed = signature(text)
                    with looking:
                        others = near.alike(connection, signed)
                    wrong[number] = set(others) - same[number]
            found = {}
            for name, dropped, added in EDITS:
                own = strange = 0
                for number, sentences in zip(numbers, texts, strict=True):
                    others = near.alike(connection, signature(edited(sentences, dropped, added, chance)))
                    own += number in others
                    strange += any(other not in same[number] for other in others)
                found[name] = Found(len(texts), own, strange)
    finally:
        engine.dispose()
    size = len(texts)
    return Figures(
        size,
        sum(len(others) > 1 for others in same.values()),
        found,
        sum(map(bool, wrong.values())) / size,
        sum(map(len, wrong.values())) / max(1, size * (size - 1)),
        min(signing.milliseconds for signing, _ in rounds),
        min(looking.milliseconds for _, looking in rounds),
        entered.milliseconds,
    )


class Stopwatch:
    """Adds up the CPU time of what runs inside it; `milliseconds` is the mean."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.laps = 0

    def __enter__(self) -> None:
        self.begun = time.process_time()

    def __exit__(self, *error: object) -> None:
        self.spent += time.process_time() - self.begun
        self.laps += 1

    @property
    def milliseconds(self) -> float:
        """The mean of a lap."""
        return self.spent / max(1, self.laps) * 1000


def editions(texts: Sequence[Sequence[str]], numbers: Sequence[int]) -> dict[int, set[int]]:
    """Give for each text the numbers of those that share more than half of the shorter one's sentences, itself too."""
    where: dict[str, list[int]] = {}
    sets = [{sentence.casefold() for sentence in sentences if len(sentence) > 20} for sentences in texts]
    for place, sentences in enumerate(sets):
        for sentence in sentences:
            where.setdefault(sentence, []).append(place)
    same = {number: {number} for number in numbers}
    for place, sentences in enumerate(sets):
        for other in {other for sentence in sentences for other in where[sentence]}:
            if 2 * len(sentences & sets[other]) > min(len(sentences), len(sets[other])):
                same[numbers[place]].add(numbers[other])
    return same


def fill(connection: Connection, count: int, chance: random.Random) -> None:
    """Put signatures of invented texts into the table that is looked up."""
    beyond = 10**9
    for start in range(0, count, _BATCH):
        signed = [signature(invented(chance, 60)) for _ in range(min(_BATCH, count - start))]
        rows = (
            {"band": band, "article_id": beyond + start + n} for n, each in enumerate(signed) for band in bands(each)
        )
        connection.execute(insert(schema.bands), list(rows))


def article_of(path: str, text: str) -> Article:
    """Give an article with this text."""
    url = f"https://corpus.example{path}"
    return Article(
        url,
        "corpus",
        "Corpus",
        path,
        (Block("p", text),),
        url,
        url,
        NOW,
        content_hash=path,
        word_count=len(text.split()),
    )


def lines(figures: Figures) -> Iterator[str]:
    """Say the figures."""
    yield f"texts                 {figures.texts}, of which {figures.editions} have another edition in the corpus"
    for name, dropped, added in EDITS:
        found = figures.found[name]
        yield f"recall, {name:<14}{found.recall:.4f} ({dropped:.0%} of the sentences dropped, {added} lines added)"
    yield f"false matches         {figures.false:.4f} of the texts, {figures.false_pairs:.1e} of the pairs"
    yield f"signature             {figures.signing:.3f} ms CPU"
    yield f"look-up               {figures.looking_up:.3f} ms CPU"
    yield f"entering              {figures.entering:.3f} ms CPU (signature, look-up, rows, groups)"


def main() -> int:
    """Print the figures; status 1 where a goal is not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("corpus", type=Path, help="a directory of corpora")
    parser.add_argument("--seed", type=int, default=1, help="chooses what is dropped and added (default: 1)")
    parser.add_argument("--articles", type=int, default=100_000, help="how many others are stored (default: 100000)")
    options = parser.parse_args()
    try:
        texts = texts_of(options.corpus)
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    with tempfile.TemporaryDirectory(prefix="newsreel-duplicates-") as folder:
        figures = measure(texts, options.seed, options.articles, Path(folder) / "newsreel.db")
    for line in lines(figures):
        print(line)  # noqa: T201
    for short in figures.shortfalls():
        print(short, file=sys.stderr)  # noqa: T201
    return 1 if figures.shortfalls() else 0


if __name__ == "__main__":
    sys.exit(main())
