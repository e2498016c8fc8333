"""Finds shares of pages that have risen against the source's own past: no author, no date, no body, bot walls.

A share in the last crawls is compared with the one before. What tells is how much better two shares explain the
pages than one for all of them, in nats (the log-likelihood ratio), less what pages of one crawl have in common, as they
always had: a short past says little. exp(-12.5) is the risk taken at one look at a few pages, so that the many looks of
a month stay below one false alarm in a hundred months. Few pages add up over crawls, from the newest backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

from newsreel.health.trouble import Trouble
from newsreel.health.values import Crawl, Finding, Pages, State
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES

INFORMATION = 12.5
LEAST_RISE = 0.25
LEAST_CASES = 3
LEAST_USUAL = 30
# Some crawls bring a run of odd pages: a change shows in three, or very clearly in two.
LEAST_CRAWLS = 3
CLEAR = 2
# Pages of one crawl resemble each other at least so much (the correlation within a crawl).
LEAST_ALIKE = 0.08
# A share counts as back to what is usual on so many pages, from so many crawls.
BACK_PAGES = 6
BACK_CRAWLS = 2
BACK_RISE = 0.15

WALLS = frozenset({"bot-wall", "login", "rate-limited", "robots"})
LOST = frozenset({"no-text", "too-short"})
ODD = frozenset(PAGE_CODES) - WALLS - LOST
UNFETCHED = frozenset(FETCH_CODES) - WALLS
PARSED = frozenset({*PAGE_CODES, *ARTICLE_CODES} - WALLS - {"unchanged"})
TRIED = PARSED | WALLS | UNFETCHED


@dataclass(frozen=True, slots=True)
class Share:
    """A share that is watched: `count` gives cases and pages; `says` ends "7 of the last 9 ..."."""

    signal: str
    state: State
    count: Callable[[Pages], tuple[int, int]]
    says: str


def _of(pages: Pages, cases: frozenset[str], all_: frozenset[str]) -> tuple[int, int]:
    k = n = 0
    for code, number in pages.codes.items():
        if code in all_:
            n += number
            if code in cases:
                k += number
    return k, n


SHARES = (
    Share("pages", "failing", lambda p: _of(p, UNFETCHED, TRIED), "pages could not be fetched"),
    Share("wall", "blocked", lambda p: _of(p, WALLS, TRIED), "pages were refused to us (bot wall, login, robots)"),
    Share("paywall", "blocked", lambda p: (p.paywalled, p.stored), "articles lie behind a paywall"),
    Share("body", "degraded", lambda p: _of(p, LOST, PARSED), "pages gave no text or too little"),
    Share("rejected", "degraded", lambda p: _of(p, ODD, PARSED), "pages were no articles"),
    Share("author", "degraded", lambda p: (p.stored - p.with_author, p.stored), "articles name no author"),
    Share("date", "degraded", lambda p: (p.stored - p.with_date, p.stored), "articles give no date"),
)


def changed_shares(recent: Sequence[Crawl], usual: Sequence[Crawl], trouble: Trouble) -> list[Finding]:
    """Give a finding for each share that rose, or that was told to have risen and is not back yet."""
    findings = [_changed(share, recent, usual, share.signal in trouble.signals) for share in SHARES]
    return [finding for finding in findings if finding is not None]


def _changed(share: Share, recent: Sequence[Crawl], usual: Sequence[Crawl], told: bool) -> Finding | None:
    windows = _windows(share, recent)
    if not told and not any(k >= LEAST_CASES and k / n >= LEAST_RISE for k, n, _ in windows):
        return None
    cases, pages, crawled, alike = _usual(share, usual)
    if pages < LEAST_USUAL:
        return None
    # One case more than there was: a share that was never seen is rare, not impossible.
    before = (cases + 1) / (pages + 2)
    best: tuple[float, int, int, Crawl] | None = None
    bad = earlier = 0
    settled = False
    for crawls, (k, n, crawl) in enumerate(windows, start=1):
        bad, earlier = bad + (k > earlier), k
        clear = CLEAR if bad < LEAST_CRAWLS else 1
        rise = k / n - before
        if not settled and n >= BACK_PAGES and crawls >= BACK_CRAWLS:
            settled = True
            if rise < BACK_RISE:
                return None
            if told:
                best = (0.0, k, n, crawl)
                break
        if told:
            best = (0.0, k, n, crawl)
        elif rise >= LEAST_RISE and k >= LEAST_CASES and bad >= LEAST_CRAWLS - 1:
            # Both are known only so well: what tells is how much better two shares explain the pages than one.
            one = (k + before * pages) / (n + pages)
            information = n * divergence(k / n, one) / (1 + (n / crawls - 1) * alike)
            information += pages * divergence(before, one) / (1 + (pages / crawled - 1) * alike)
            if information >= INFORMATION * clear and (best is None or information > best[0]):
                best = (information, k, n, crawl)
    if best is None:
        return None
    _, k, n, first = best
    reason = f"{k} of the last {n} {share.says}; before, {_percent(cases / pages)} did"
    return Finding(share.state, share.signal, reason, first.started_at)


def _windows(share: Share, recent: Sequence[Crawl]) -> list[tuple[int, int, Crawl]]:
    """Give cases and pages of the newest crawl, the newest two, and so on; those without such pages left out."""
    windows: list[tuple[int, int, Crawl]] = []
    k = n = 0
    for crawl in recent:
        if crawl.pages is not None:
            found, of = share.count(crawl.pages)
            if of:
                k, n = k + found, n + of
                windows.append((k, n, crawl))
    return windows


def _usual(share: Share, usual: Sequence[Crawl]) -> tuple[int, int, int, float]:
    """Give cases, pages and crawls of the past, and how alike pages of one crawl were (0: not at all, 1: wholly)."""
    rows = [share.count(crawl.pages) for crawl in usual if crawl.pages is not None]
    rows = [row for row in rows if row[1]]
    cases, pages = sum(k for k, _ in rows), sum(n for _, n in rows)
    if not cases or cases == pages or pages <= len(rows) or len(rows) < 2:
        return cases, pages, len(rows), LEAST_ALIKE
    p = cases / pages
    chi = sum((k - n * p) ** 2 / n for k, n in rows) / (p * (1 - p) * (len(rows) - 1))
    return cases, pages, len(rows), min(0.5, max(LEAST_ALIKE, (chi - 1) / (pages / len(rows) - 1)))


def divergence(p: float, q: float) -> float:
    """Give the Kullback-Leibler divergence of a share p from a share q, in nats.

    >>> round(divergence(1.0, 0.05), 3)
    2.996
    """
    result = 0.0
    if p > 0:
        result += p * log(p / q)
    if p < 1:
        result += (1 - p) * log((1 - p) / (1 - q))
    return result


def _percent(value: float) -> str:
    return f"{value * 100:.0f}%"
