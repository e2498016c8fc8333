"""Reads the sample newsroom's story files; stories/README.md describes their keys."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from datetime import datetime
from importlib.resources.abc import Traversable
from typing import Any

from newsreel.errors import InputError


@dataclass(frozen=True, slots=True)
class Picture:
    """A story's main picture; `url` is relative to the outlet's root."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A review's rating as printed (`raw`), its value, the best there is, and what was reviewed."""

    value: str
    raw: str
    best: str | None = None
    item_name: str | None = None
    item_type: str | None = None


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """One update of a live-blog."""

    published: datetime
    headline: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What the second edition changes in a story; None leaves a field as it was."""

    headline: str | None = None
    description: str | None = None
    body: str | None = None
    text: str | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A story as its outlet publishes it (`body`, `parts`) and as Newsreel must store it (`text` and the metadata)."""

    outlet: str
    path: str
    headline: str
    published: datetime
    body: str
    text: str = ""
    authors: tuple[str, ...] = ()
    section: str | None = None
    updated: datetime | None = None
    keywords: tuple[str, ...] = ()
    description: str | None = None
    image: Picture | None = None
    language: str = "en"
    kind: str = "article"
    flags: tuple[str, ...] = ()
    outcome: str = "new"
    outcome_later: str | None = None
    parts: tuple[str, ...] = ()
    later: Change | None = None
    since: int = 1
    answers: tuple[int, ...] = ()
    doors: tuple[str, ...] = ()
    robots_meta: str | None = None
    schema: str = "NewsArticle"
    feed_only: bool = False
    review: Verdict | None = None
    live_updates: tuple[LiveEntry, ...] = ()
    embeds: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def word_count(self) -> int:
        """The number of whitespace-separated words of the expected text."""
        return len(self.text.split())


def edition_of(story: Story, edition: int) -> Story:
    """Return the story as an edition has it: edition 2 applies the change of its `later` table."""
    if story.later is None or edition < 2:
        return story
    change = story.later
    return replace(story, **{f.name: value for f in fields(Change) if (value := getattr(change, f.name)) is not None})


def outcome_in(story: Story, edition: int) -> str | None:
    """Return the outcome code of the story in the crawl of an edition, None before it is published."""
    if edition < story.since:
        return None
    if edition == story.since:
        return story.outcome
    if story.outcome_later is not None:
        return story.outcome_later
    return "updated" if story.later is not None else "unchanged"


def status_in(story: Story, edition: int) -> int:
    """Return the HTTP status with which the story's page answers in an edition."""
    return story.answers[min(edition, len(story.answers)) - 1] if story.answers else 200


def read_story(file: Traversable, outlet: str, answers: tuple[int, ...] = ()) -> Story:
    """Read one story file; `answers` is what the outlet says for stories that say nothing themselves."""
    table = read_table(file)
    try:
        table["image"] = Picture(**table["image"]) if "image" in table else None
        table["review"] = Verdict(**table["review"]) if "review" in table else None
        table["live_updates"] = [LiveEntry(**_trimmed(entry)) for entry in table.get("live_updates", ())]
        table["later"] = Change(**_trimmed(table["later"])) if "later" in table else None
        table.setdefault("answers", answers)
        return Story(outlet=outlet, **_trimmed(table))
    except TypeError as error:
        raise InputError(f"{outlet}/{file.name}: {error}; stories/README.md lists the keys of a story") from error


def read_table(file: Traversable) -> dict[str, Any]:
    """Read one TOML file of the sample newsroom."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: this is not TOML: {error}") from error


def _trimmed(table: dict[str, Any]) -> dict[str, Any]:
    """Make lists tuples, and take the line breaks off both ends of texts."""
    return {
        key: tuple(value) if isinstance(value, list) else value.strip("\n") if isinstance(value, str) else value
        for key, value in table.items()
    }
