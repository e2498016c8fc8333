"""Reads the sample newsroom's outlets: their doors, their stories, and what each crawl must yield."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from newsreel.demo.stories import Story, edition_of, outcome_in, read_story, read_table
from newsreel.errors import InputError
from newsreel.items import OUTCOME_CODES

NETWORK = "127.78.0.0/24"
DEFAULT_PORT = 8471


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed; `broken` ones are XML that no strict parser reads."""

    path: str
    format: Literal["rss", "atom", "json"]
    full_text: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A news sitemap; with `child` it is an index that names the sitemap at that path."""

    path: str
    child: str | None = None


@dataclass(frozen=True, slots=True)
class ListingPages:
    """Pages that list `size` stories each; `links` and `next` are the CSS selectors that the catalogue gives."""

    path: str
    links: str
    next: str | None = None
    size: int = 100


@dataclass(frozen=True, slots=True)
class Crawl:
    """What one crawl of an outlet must yield: links by outcome code, and figures of the articles it stored."""

    found: int
    counts: dict[str, int]
    outcome: Literal["ok", "partial", "failed"]
    median_words: float | None = None
    coverage: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented outlet; its id in a catalogue is `slug`, its address `127.78.0.<number>`."""

    name: str
    slug: str
    number: int
    architecture: str
    crawls: tuple[Crawl, ...]
    stories: tuple[Story, ...]
    robots: str
    tagline: str = ""
    language: str = "en"
    encoding: str = "utf-8"
    body: Literal["page", "feed", "best"] = "page"
    interval: str = "30m"
    rules: dict[str, Any] | None = None
    feeds: tuple[Feed, ...] = ()
    sitemaps: tuple[Sitemap, ...] = ()
    listings: tuple[ListingPages, ...] = ()

    @property
    def address(self) -> str:
        """The loopback address on which the outlet is served."""
        return f"127.78.0.{self.number}"

    def base(self, port: int = DEFAULT_PORT) -> str:
        """The outlet's root address without the closing slash."""
        return f"http://{self.address}:{port}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a crawl of an edition must yield for one outlet.

    `outcomes` has the code of every link by its path; `articles` are all articles that the outlet has in the store
    afterwards, as that edition has them.
    """

    crawl: Crawl
    outcomes: dict[str, str]
    articles: tuple[Story, ...]


@lru_cache(maxsize=1)
def load_outlets() -> tuple[Outlet, ...]:
    """Read all outlets from the package, in the order of their numbers."""
    root = files("newsreel.demo") / "stories"
    outlets = [_read_outlet(folder) for folder in root.iterdir() if (folder / "outlet.toml").is_file()]
    return tuple(sorted(outlets, key=lambda outlet: outlet.number))


def stories_in(outlet: Outlet, edition: int) -> tuple[Story, ...]:
    """Return what an outlet has on air in an edition, newest first."""
    stories = [edition_of(story, edition) for story in outlet.stories if story.since <= edition]
    return tuple(sorted(stories, key=lambda story: story.published, reverse=True))


def expected(edition: int) -> dict[str, Expected]:
    """Return, by outlet, what a crawl of edition 1, or one of edition 2 after it, must yield."""
    found: dict[str, Expected] = {}
    for outlet in load_outlets():
        outcomes = {story.path: code for story in outlet.stories if (code := outcome_in(story, edition))}
        held = [
            story
            for story in stories_in(outlet, edition)
            if any(outcome_in(story, past) in ("new", "updated") for past in range(1, edition + 1))
        ]
        found[outlet.slug] = Expected(outlet.crawls[edition - 1], outcomes, tuple(held))
    return found


def _read_outlet(folder: Traversable) -> Outlet:
    """Read an outlet's directory."""
    table = read_table(folder / "outlet.toml")
    answers = tuple(table.pop("answers", ()))
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml") and file.name != "outlet.toml")
    try:
        table["feeds"] = tuple(Feed(**feed) for feed in table.pop("feed", ()))
        table["sitemaps"] = tuple(Sitemap(**sitemap) for sitemap in table.pop("sitemap", ()))
        table["listings"] = tuple(ListingPages(**listing) for listing in table.pop("listing", ()))
        table["crawls"] = tuple(_read_crawl(crawl) for crawl in table.pop("crawl"))
        stories = tuple(read_story(folder / name, table["slug"], answers) for name in names)
        return Outlet(stories=stories, **table)
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{folder.name}/outlet.toml: {error}; stories/README.md lists the keys of an outlet"
        ) from error


def _read_crawl(table: dict[str, Any]) -> Crawl:
    """Read one [[crawl]] table: the keys that are outcome codes become its counts."""
    counts = {code: table.pop(code) for code in OUTCOME_CODES if code in table}
    return Crawl(counts=counts, **table)
