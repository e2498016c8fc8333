"""What the catalogue holds: outlets, where they list their articles, and their own rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from newsreel.urls import host_of

BodyFrom = Literal["page", "feed", "best"]
Status = Literal["verified", "listed", "doubtful", "barred"]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that lists articles; `links` and `next` are CSS selectors of links to articles and to the next page."""

    url: str
    links: str
    next: str | None = None


@dataclass(frozen=True, slots=True)
class OutletRules:
    """What one outlet needs: CSS selectors of its body, of parts to drop, of the next page; whole lines to drop."""

    body: str | None = None
    drop: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    next_page: str | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which an outlet is not crawled, by the clock of its time zone; over midnight if the end is earlier."""

    start: time
    end: time


REVISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet of the catalogue; `id` is its slug.

    `revisits` are the ages at which an article is looked at again; `keep_*` say how long what is stored of it is kept,
    None where the configuration has the say, the longest time there is where it is kept for ever.
    """

    id: str
    name: str
    home: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    language: str | None = None
    interval: timedelta | None = None
    cron: str | None = None
    timezone: str = "UTC"
    quiet: Quiet | None = None
    delay: float | None = None
    body: BodyFrom = "page"
    revisits: tuple[timedelta, ...] = REVISITS
    keep_pages: timedelta | None = None
    keep_articles: timedelta | None = None
    keep_revisions: timedelta | None = None
    enabled: bool = True
    status: Status | None = None
    verified_on: date | None = None
    note: str | None = None
    rules: OutletRules = field(default_factory=OutletRules)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts of its home page, feeds, sitemaps and listings, "www." left out."""
        urls = (self.home, *self.feeds, *self.sitemaps, *(listing.url for listing in self.listings))
        return frozenset(host.removeprefix("www.") for url in urls if (host := host_of(url)))
