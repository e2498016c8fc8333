"""Puts an outlet on air: which stories an edition has, and when it was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from newsreel.demo.outlets import Outlet, stories_in
from newsreel.demo.stories import Story


@dataclass(frozen=True, slots=True)
class Edition:
    """An outlet on air: its root address, the edition's number, and when that edition was published.

    `stories` are on air now, newest first; the paths in `changed` are of those that differ from the edition before.
    """

    outlet: Outlet
    base: str
    number: int
    moment: datetime
    stories: tuple[Story, ...]
    changed: frozenset[str] = frozenset()

    def updated(self, story: Story) -> datetime | None:
        """When the content system last touched a story, None if never."""
        return self.moment if story.path in self.changed else story.updated

    def filled(self, text: str) -> str:
        """Put the outlet's root address where a story file says {base}."""
        return text.replace("{base}", self.base)

    def named(self, door: str) -> list[Story]:
        """The stories that a door names, newest first."""
        return [story for story in self.stories if not story.doors or door in story.doors]


def first_edition(outlet: Outlet, base: str) -> Edition:
    """Return an outlet's first edition, published with its newest story, so that it is the same on each start."""
    stories = stories_in(outlet, 1)
    moment = max(story.updated or story.published for story in stories).astimezone(UTC)
    return Edition(outlet, base, 1, moment, stories)


def next_edition(outlet: Outlet, base: str, now: datetime) -> Edition:
    """Return an outlet's second edition, published now."""
    stories = stories_in(outlet, 2)
    changed = frozenset(story.path for story in stories if story.later is not None)
    return Edition(outlet, base, 2, now, stories, changed)
