"""Finds levels that have shifted against the source's own past: the length of its articles, the share cut from them.

Both are compared as logarithms, by medians, so that one long read shifts nothing. A shift is told when it is large
enough to matter and more than so many standard errors from what is usual; the error comes from the source's own crawls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log, pi, sqrt
from statistics import fmean, median

from newsreel.health.trouble import Trouble
from newsreel.health.values import Crawl, Finding, Pages

ERRORS = 5.0
LEAST_USUAL = 40
LEAST_CRAWLS = 15
LEAST_SPREAD = 0.2
LEAST_PAGES = 5
# One crawl counts at most so many errors: a change shows in several.
FARTHEST = 3.2
BACK_PAGES = 6
BACK_CRAWLS = 2


@dataclass(frozen=True, slots=True)
class Level:
    """A level that is watched; `down` and `up` are the shifts that matter, `back` how near is back to usual."""

    signal: str
    value: Callable[[Pages], float | None]
    says: Callable[[float, float], str]
    down: float | None
    up: float
    back: float


def _words(pages: Pages) -> float | None:
    return log(pages.words) if pages.words else None


def _removed(pages: Pages) -> float | None:
    text = pages.chars + pages.removed
    return log(pages.removed / text + 0.01) if text else None


def _say_words(now: float, before: float) -> str:
    which = "shorter" if now < before else "longer"
    return f"articles have become {which}: {exp(now):.0f} words in the middle; before, {exp(before):.0f}"


def _say_removed(now: float, before: float) -> str:
    shares = [max(0.0, exp(value) - 0.01) * 100 for value in (now, before)]
    return f"cleaning takes out {shares[0]:.0f}% of the text; before, {shares[1]:.0f}%"


LEVELS = (
    Level("words", _words, _say_words, down=-0.35, up=0.7, back=0.25),
    Level("removed", _removed, _say_removed, down=None, up=0.5, back=0.35),
)


def shifted_levels(recent: Sequence[Crawl], usual: Sequence[Crawl], trouble: Trouble) -> list[Finding]:
    """Give a finding for each level that shifted, or that was told to have shifted and is not back yet."""
    findings = [_shifted(level, recent, usual, level.signal in trouble.signals) for level in LEVELS]
    return [finding for finding in findings if finding is not None]


def _shifted(level: Level, recent: Sequence[Crawl], usual: Sequence[Crawl], told: bool) -> Finding | None:
    newest = _values(level, recent)
    if not newest:
        return None
    past = _values(level, usual)
    if len(past) < LEAST_CRAWLS or sum(n for _, n, _ in past) < LEAST_USUAL:
        return None
    middle = _weighted_median([(value, n) for value, n, _ in past])
    if not told and not any(_matters(level, shift) for shift in _shifts(newest, middle)):
        return None
    off = [abs(value - middle) * sqrt(n) for value, n, _ in past]
    # Whichever way of measuring it gives more: that of the ordinary crawls, or that of all.
    spread = max(LEAST_SPREAD, 1.4826 * median(off), 1.2533 * fmean(off))
    # What is usual is itself known only so well: the variance of a median.
    doubt = pi / 2 / sum(n for _, n, _ in past)
    total = clipped = pages = 0.0
    settled = False
    best: tuple[float, float, Crawl] | None = None
    for crawls, (value, n, crawl) in enumerate(newest, start=1):
        farthest = FARTHEST * spread / sqrt(n)
        total += n * (value - middle)
        clipped += n * max(-farthest, min(farthest, value - middle))
        pages += n
        shift = total / pages
        if not settled and pages >= BACK_PAGES and crawls >= BACK_CRAWLS:
            settled = True
            if abs(shift) < level.back + spread / sqrt(pages) / 2:
                return None
            if told:
                best = (0.0, shift, crawl)
                break
        if told:
            best = (0.0, shift, crawl)
            continue
        errors = abs(clipped) / pages / spread / sqrt(1 / pages + doubt)
        if _matters(level, shift) and pages >= LEAST_PAGES and errors >= ERRORS and (best is None or errors > best[0]):
            best = (errors, shift, crawl)
    if best is None:
        return None
    _, shift, first = best
    return Finding("degraded", level.signal, level.says(middle + shift, middle), first.started_at)


def _shifts(newest: Sequence[tuple[float, int, Crawl]], middle: float) -> Iterator[float]:
    """Give how far the newest crawl, the newest two, and so on lie from the middle."""
    total = pages = 0.0
    for value, n, _ in newest:
        total, pages = total + n * (value - middle), pages + n
        yield total / pages


def _matters(level: Level, shift: float) -> bool:
    return shift >= level.up or (level.down is not None and shift <= level.down)


def _values(level: Level, crawls: Sequence[Crawl]) -> list[tuple[float, int, Crawl]]:
    """Give each crawl's value with the number of articles it stands for."""
    measured = [(crawl, crawl.pages) for crawl in crawls if crawl.pages is not None and crawl.pages.stored]
    rows = [(level.value(pages), pages.stored, crawl) for crawl, pages in measured]
    return [(value, stored, crawl) for value, stored, crawl in rows if value is not None]


def _weighted_median(rows: Sequence[tuple[float, int]]) -> float:
    ordered = sorted(rows)
    half = sum(n for _, n in ordered) / 2
    passed = 0
    for value, n in ordered:
        passed += n
        if passed >= half:
            return value
    return ordered[-1][0]
