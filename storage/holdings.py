"""What is held of the articles that were stored in an hour, a day or a week, kept true as texts change or go.

Everything here follows the rows of the articles: where a text is replaced, cleaned again or removed, what its old form
added is taken off the spans in which the article was first stored, and what its new form adds is added there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from newsreel.items import Article, Removal, body_text
from storage.columns import storable
from storage.histograms import LAGS, WORDS, bucket

SPANS = ("hour", "day", "week")
# Hours are kept for so long, days and weeks for ever.
HOURS_KEPT = timedelta(days=35)
COVERED = ("author", "date", "image", "language")
COLUMNS = {
    "articles": "articles",
    "words": "words",
    "chars": "chars",
    "removed": "removed",
    **{f"with:{name}": f"{name}s" for name in COVERED},
}
HISTOGRAMS = {"words": ("lengths", WORDS), "lag": ("lags", LAGS)}


def beginning(moment: datetime, span: str) -> datetime:
    """Give when the hour, day or week (from Monday) of a moment began, in UTC."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if span == "hour":
        return hour
    day = hour.replace(hour=0)
    return day if span == "day" else day - timedelta(days=day.weekday())


def to_hours(moment: datetime) -> int:
    """Give the hours from 1970 to a moment: how holdings keep when a span begins."""
    return int(moment.timestamp()) // 3600


def from_hours(hours: int) -> datetime:
    """Read back what `to_hours` gave."""
    return datetime.fromtimestamp(hours * 3600, UTC)


def oldest_hour(now: datetime) -> datetime:
    """Give the first hour that is still kept by itself."""
    return beginning(now - HOURS_KEPT, "day")


def text_of(article: Article) -> Counter[str]:
    """Count characters, the fields that an article has, and what was taken out of it."""
    counts: Counter[str] = Counter()
    counts["with:author"] = bool(article.authors)
    counts["with:date"] = article.date_published is not None
    counts["with:image"] = bool(article.main_image or article.images)
    counts["with:language"] = article.in_language is not None
    counts["chars"] = len(body_text(article.blocks))
    counts.update(removed(article.removals))
    return counts


def removed(removals: Iterable[Removal]) -> Counter[str]:
    """Count what cleaning took out, by rule: characters and cuts."""
    counts: Counter[str] = Counter()
    for removal in removals:
        counts["removed:" + removal.rule] += len(storable(removal.text))
        counts["cuts:" + removal.rule] += 1
    return counts


def holding(article: Article, lag: int | None) -> Counter[str]:
    """Count all that an article adds to its spans; `words~3` is the third bucket of the histogram of words."""
    counts = text_of(article)
    counts["articles"] = 1
    counts["words"] = article.word_count
    counts["removed"] = sum(n for name, n in counts.items() if name.startswith("removed:"))
    counts[f"words~{bucket(WORDS, article.word_count)}"] = 1
    if lag is not None:
        counts[f"lag~{bucket(LAGS, lag)}"] = 1
    return counts


def is_rule(name: str) -> bool:
    """Tell whether a counter is kept by name, like those of events, and not in a column."""
    return name.startswith(("removed:", "cuts:"))
