"""What a source's past states mean for the next judgement: what is usual, what is recent, what has been told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsreel.health.values import Crawl, Episode

# A change that lasts so long is what the source is now.
NEW_NORMAL = timedelta(days=28)
# The window of crawls in which a change is looked for.
RECENT_PAGES = 60
RECENT_CRAWLS = 40


@dataclass(frozen=True, slots=True)
class Trouble:
    """The present trouble: since when (`since`, None without one) and which signals told it.

    Nothing that happened before `calm_from`, the end of the last trouble, is told again. Where a change has lasted for
    so long that it is what the source is now, `usual_from` is since when it is.
    """

    since: datetime | None
    signals: frozenset[str]
    calm_from: datetime | None
    past: tuple[Episode, ...] = ()
    usual_from: datetime | None = None

    def outside(self, moment: datetime) -> bool:
        """Tell whether the source was well at a moment."""
        return not any(
            episode.since <= moment and (episode.until is None or moment < episode.until) for episode in self.past
        )


def trouble_of(episodes: Sequence[Episode], now: datetime) -> Trouble:
    """Read the present trouble from the past states; one told four weeks ago has become what is usual."""
    told = [episode for episode in episodes if episode.state != "ok"]
    chain: list[Episode] = []
    calm_from: datetime | None = None
    for episode in reversed(episodes):
        if episode.state in ("ok", "paused"):
            calm_from = episode.since if episode.state == "ok" else episode.until
            break
        chain.append(episode)
    if not chain:
        return Trouble(None, frozenset(), calm_from, tuple(told))
    since = min(episode.since for episode in chain)
    # It may have begun long before it could be told.
    before = episodes[: len(episodes) - len(chain)]
    told_at = max(since, before[-1].until or since) if before else since
    if now - told_at > NEW_NORMAL:
        settled = told_at + NEW_NORMAL / 2
        return Trouble(None, frozenset(), settled, tuple(e for e in told if e not in chain), settled)
    signals = frozenset(signal for episode in chain for signal in episode.signals)
    return Trouble(since, signals, calm_from, tuple(told))


def split(crawls: Sequence[Crawl], trouble: Trouble) -> tuple[list[Crawl], list[Crawl]]:
    """Cut the crawls that brought pages in two: the recent ones, newest first, and those that show what is usual."""
    with_pages = [crawl for crawl in crawls if crawl.pages is not None]
    total = sum(crawl.pages.number for crawl in with_pages if crawl.pages)
    room = min(RECENT_PAGES, total / 3)
    recent: list[Crawl] = []
    pages = 0
    for crawl in reversed(with_pages):
        early = trouble.calm_from is not None and crawl.started_at < trouble.calm_from
        if early or len(recent) >= RECENT_CRAWLS or (recent and pages >= room) or crawl.pages is None:
            break
        recent.append(crawl)
        pages += crawl.pages.number
    usual = with_pages[: len(with_pages) - len(recent)]
    if trouble.since is not None:
        usual = [crawl for crawl in usual if crawl.started_at < trouble.since]
    if trouble.past:
        usual = [crawl for crawl in usual if trouble.outside(crawl.started_at)]
    return recent, usual
