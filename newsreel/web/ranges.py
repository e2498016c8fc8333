"""The ranges of time that the dashboard and a source's page show, in words, and what is read for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from newsreel.web.paths import address
from newsreel.web.usual import WEEKS
from newsreel.web.wording import Times
from storage.dashboard import RANGES, Range, SourceFigures
from storage.holdings import beginning
from storage.lines import Series
from storage.usual import Volume, volume

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Words:
    """A range: in few letters, in full, as the range before it, and what a small line shows."""

    short: str
    long: str
    before: str
    line: str


WORDS: dict[Range, Words] = {
    "24h": Words("24 h", "24 hours", "the day before", "Articles an hour, last 24 hours"),
    "7d": Words("7 d", "7 days", "last week", "Articles a day, last 7 days"),
    "30d": Words("30 d", "30 days", "the 30 days before", "Articles a day, last 30 days"),
    "90d": Words("90 d", "90 days", "the 13 weeks before", "Articles a week, last 13 weeks"),
}


def tabs(path: str, asked: dict[str, str], chosen: Range) -> list[tuple[str, str, None, bool]]:
    """Give the ranges as choices, the rest of the query as it is."""
    return [(address(path, asked | {"range": each}), WORDS[each].short, None, each == chosen) for each in RANGES]


def midnight_of(times: Times) -> datetime:
    """Give the hour in which today began in the page's zone: not all zones are whole hours off."""
    return beginning(times.midnight(times.local(times.now).date()), "hour")


def series_of(found: SourceFigures) -> Series:
    """Give the series that a source's chart shows: by the hour only where there is an article in most hours."""
    hourly = found.volume.step < DAY and found.line.series.step >= DAY
    return found.line.series if hourly and found.line.articles < len(found.volume.values) else found.volume


def volumes(engine: Engine, series: Series, midnight: datetime, source: str | None = None) -> tuple[Volume, Volume]:
    """Read the volume by the hour, and that of a series, both with the weeks before that tell what is usual."""
    is_hourly = series.step < DAY
    hours = volume(engine, (min(series.begin, midnight) if is_hourly else midnight) - WEEKS, "hour", source)
    return hours, hours if is_hourly else volume(engine, series.begin - WEEKS, "day", source)
