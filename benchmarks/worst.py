"""Says why a text is not the gold's: which lines are lost, which are extra, and whether they stand together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.scoring import RUN, fold, words

# So many lines one after another are a region: what a wrong container takes or leaves.
REGION = 3
# A line is in the other text if so much of its runs of words is.
_SHARED = 0.5
# Recall and precision below which the answer is another text.
_ELSEWHERE = 0.3

NO_TEXT = "no text"
OTHER_TEXT = "another text"
LOST_REGION, EXTRA_REGION = "lost region", "extra region"
LOST_LINES, EXTRA_LINES = "lost single lines", "extra single lines"
WITHIN_LINES = "within lines"
EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text has less than all of F1: the class that costs most words, and the lines on either side."""

    kind: str
    lost: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def lost_words(self) -> int:
        return sum(len(words(line)) for line in self.lost)

    @property
    def extra_words(self) -> int:
        return sum(len(words(line)) for line in self.extra)


def explain(gold: str, answer: str) -> Reason:
    """Compare the lines of the gold and of the answer.

    >>> explain("One line here.\\nAnother line.", "One line here.\\nSee also\\nAnother line.")
    Reason(kind='extra single lines', lost=(), extra=('See also',))
    """
    lost, extra = list(_missing(gold, answer)), list(_missing(answer, gold))
    sizes = Counter(
        {
            LOST_REGION: _words_of(lost, regions=True),
            EXTRA_REGION: _words_of(extra, regions=True),
            LOST_LINES: _words_of(lost, regions=False),
            EXTRA_LINES: _words_of(extra, regions=False),
        }
    )
    all_lost, all_extra = (tuple(line for part in parts for line in part) for parts in (lost, extra))
    reason = Reason(sizes.most_common(1)[0][0], all_lost, all_extra)
    gold_size, answer_size = len(words(gold)), len(words(answer))
    if not answer_size and gold_size:
        kind = NO_TEXT
    elif words(gold) == words(answer):
        kind = EXACT
    elif reason.lost_words > (1 - _ELSEWHERE) * gold_size and reason.extra_words > (1 - _ELSEWHERE) * answer_size:
        kind = OTHER_TEXT
    else:
        kind = reason.kind if lost or extra else WITHIN_LINES
    return Reason(kind, all_lost, all_extra)


def _words_of(parts: Sequence[Sequence[str]], *, regions: bool) -> int:
    """Count the words in the parts that are regions, or in those that are not."""
    return sum(len(words(line)) for part in parts for line in part if (len(part) >= REGION) == regions)


def _missing(text: str, other: str) -> Iterator[list[str]]:
    """Give the lines of a text that the other has not, those that follow each other together."""
    found = words(fold(other))
    has_runs = {size: _runs(found, size) for size in range(1, RUN + 1)}
    part: list[str] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        own = words(fold(line))
        if not own:
            continue
        size = min(RUN, len(own))
        wanted = [tuple(own[place : place + size]) for place in range(len(own) - size + 1)]
        if sum(run in has_runs[size] for run in wanted) < _SHARED * len(wanted):
            part.append(line)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _runs(found: Sequence[str], size: int) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(found[place : place + size]) for place in range(len(found) - size + 1))
