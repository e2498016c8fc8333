"""Runs the extractors of the benchmark over pages, interleaved page by page, and takes their CPU time."""

from __future__ import annotations

import gc
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from benchmarks.corpora import Example, page_of
from benchmarks.extractors import Extractor
from benchmarks.intervals import Interval, bootstrap
from benchmarks.scoring import Answer, Gold, Judged, Score, judge, loss_of_worst, pool
from newsreel.extraction.parse import decode

# The pages whose time is stated apart, in bytes: those of about the usual size.
USUAL = (100_000, 400_000)
# The worst pages whose part of the loss is stated: one in fifteen.
WORST = 1 / 15
_WARM_UP = "<html lang=en><title>A day at the pier</title><body><article><h1>A day at the pier</h1>" + "".join(
    f"<p>The {word} boat came in before noon, and the crew sold what it had, as it does on most days of the year.</p>"
    for word in ("first", "second", "third", "fourth", "last")
)

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Result:
    """What one line of the table has for one page; `failure` names the error of an extractor that gave up on it."""

    example: Example
    answer: Answer
    judged: Judged
    milliseconds: float | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one line of the table over some pages.

    `milliseconds` is the median CPU time of a page, `usual_milliseconds` that of the pages of 100 to 400 kB; None
    where nothing was run. `worst` is the part of the loss that is on the worst fifteenth of the pages.
    """

    score: Score
    f1: Interval | None
    exact: Interval | None
    worst: float | None
    milliseconds: float | None
    usual_milliseconds: float | None
    failures: dict[str, int]


def measure(
    extractors: Sequence[Extractor], examples: Sequence[Example], note: Callable[[int], None] = lambda _: None
) -> dict[str, list[Result]]:
    """Run every extractor on every page; the results of a line of the table are in the order of the pages.

    A page goes through all extractors before the next one, so that what else the machine does slows all alike. The
    clock is the CPU time of this process. An extractor that raises on a page has an empty answer to it, and its
    failure counted. `note` is called with the number of pages that were read.
    """
    warm_up = Example("", "", "", False, page_of("http://localhost/a-day-at-the-pier", _WARM_UP.encode()), Gold())
    for extractor in extractors:
        reading, _, failure = _timed(extractor.read, warm_up, _WARM_UP)
        for row in extractor.rows if failure is None else ():
            _timed(extractor.answer, row, warm_up, reading)
    readings: list[list[tuple[Any, float, str | None]]] = []
    for number, example in enumerate(examples, 1):
        html = decode(example.page)
        readings.append([_timed(extractor.read, example, html) for extractor in extractors])
        # What was read stays: let no extractor pay for looking through it for garbage.
        gc.freeze()
        note(number)
    results: dict[str, list[Result]] = {row: [] for extractor in extractors for row in extractor.rows}
    for example, page_readings in zip(examples, readings, strict=True):
        for extractor, (reading, reading_time, reading_failure) in zip(extractors, page_readings, strict=True):
            for row in extractor.rows:
                answer, answer_time, failure = extractor.nothing, 0.0, reading_failure
                if failure is None:
                    found, answer_time, failure = _timed(extractor.answer, row, example, reading)
                    answer = extractor.nothing if found is None else found
                spent = reading_time + answer_time if extractor.is_timed else None
                results[row].append(Result(example, answer, judge(example.gold, answer), spent, failure))
    gc.unfreeze()
    return results


def _timed(work: Callable[..., Made], *arguments: Any) -> tuple[Made | None, float, str | None]:
    # The garbage of whoever ran before must not be on this one's bill.
    gc.collect()
    begun = time.process_time()
    made, failure = None, None
    try:
        made = work(*arguments)
    except Exception as error:
        failure = type(error).__name__
    return made, (time.process_time() - begun) * 1000, failure


def groups(examples: Sequence[Example]) -> Iterator[tuple[str, list[int]]]:
    """Name the groups that have figures of their own, with the numbers of their pages.

    They are each corpus, all of them where there are several, and what is marked as entertainment where not all is.
    """
    by_corpus: dict[str, list[int]] = {}
    for number, example in enumerate(examples):
        by_corpus.setdefault(example.corpus, []).append(number)
    yield from by_corpus.items()
    if len(by_corpus) > 1:
        yield "all", list(range(len(examples)))
    entertainment = [number for number, example in enumerate(examples) if example.is_entertainment]
    if 0 < len(entertainment) < len(examples):
        yield "entertainment", entertainment


def figures(results: Sequence[Result]) -> Figures:
    """Sum up the results of one line of the table."""
    judged = [result.judged for result in results]
    intervals = bootstrap(judged, [result.example.publisher for result in results])
    times = [result.milliseconds for result in results if result.milliseconds is not None]
    usual = [
        result.milliseconds
        for result in results
        if result.milliseconds is not None and USUAL[0] <= len(result.example.page.body) <= USUAL[1]
    ]
    return Figures(
        pool(judged),
        intervals[0] if intervals else None,
        intervals[1] if intervals else None,
        loss_of_worst(judged, WORST),
        statistics.median(times) if times else None,
        statistics.median(usual) if usual else None,
        dict(Counter(result.failure for result in results if result.failure)),
    )


def summed_up(results: Mapping[str, Sequence[Result]], numbers: Sequence[int]) -> dict[str, Figures]:
    """Give the figures of every line of the table over the pages with these numbers."""
    return {row: figures([of_row[number] for number in numbers]) for row, of_row in results.items()}
