"""What pages of all architectures need: a sheet to print on, teasers of other stories, readers' comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template

from newsreel.demo.editions import Edition
from newsreel.demo.stories import Story

_COMMENTS = (
    ("popcorn_ledger", "I read this on the bus and missed my stop. No regrets, I suppose, but my boss has some."),
    ("Balcony Row F", "Did anybody else think of the scene with the bicycle? No? Just me again, then."),
    ("velvetrope81", "They said the same thing three years ago and look how that turned out."),
    ("Agnes from Tolland", "Lovely piece. More of this and less about who wore what, please."),
    ("thirdactproblems", "First! Also, I will believe it when I see a trailer."),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page to be printed: part `part` (from 1) of a story in an edition."""

    edition: Edition
    story: Story
    part: int = 1

    @property
    def body(self) -> str:
        """The body of this part."""
        story = self.story
        return self.edition.filled(story.body if self.part == 1 else story.parts[self.part - 2])

    @property
    def number(self) -> int:
        """A content system's number of the story."""
        return int(self.story.published.timestamp()) // 60 % 1_000_000


@lru_cache(maxsize=16)
def template(name: str) -> Template:
    """Read the template of an architecture; its $names are filled by `fill`."""
    return Template((files("newsreel.demo") / "shells" / f"{name}.html").read_text(encoding="utf-8"))


def fill(name: str, sheet: Sheet, **fragments: str) -> str:
    """Print a sheet: put into a template what all templates use, and the architecture's own fragments."""
    story, edition = sheet.story, sheet.edition
    day = story.published
    words = {
        "name": edition.outlet.name,
        "tagline": edition.outlet.tagline,
        "base": edition.base,
        "address": edition.base + story.path,
        "encoding": edition.outlet.encoding,
        "language": story.language,
        "kind": story.kind,
        "headline": story.headline,
        "description": story.description or "",
        "section": story.section or "News",
        "section_slug": slug(story.section or "News"),
        "authors": " & ".join(story.authors),
        "number": str(sheet.number),
        "published": day.isoformat(),
        "day": f"{day:%B} {day.day}, {day.year}",
        "short_day": f"{day:%b} {day.day}, {day.year}",
        "day_month": f"{day.day} {day:%B %Y}",
        "time": f"{day:%H:%M}",
    }
    escaped = {word: escape(text) for word, text in words.items()}
    return template(name).substitute(escaped | {"body": sheet.body} | fragments)


def part_path(story: Story, part: int) -> str:
    """Return the path of a page of a story: 1 is the story's own."""
    if part == 1:
        return story.path
    return f"{story.path}{part}/" if story.path.endswith("/") else f"{story.path}?page={part}"


def slug(text: str) -> str:
    """Make a word for an address of a text."""
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def teasers(sheet: Sheet, count: int, write: Callable[[str, str, str], str], skip: int = 0) -> str:
    """Write `count` other stories, each by address, headline and description, in a turn of the page's own."""
    stories = [one for one in sheet.edition.stories if one.path != sheet.story.path and one.outcome == "new"]
    turn = (sheet.number + skip) % len(stories) if stories else 0
    chosen = (stories[turn:] + stories[:turn])[:count]
    return "".join(write(one.path, escape(one.headline), escape(one.description or "")) for one in chosen)


def links(names: Iterable[str], path: str, attributes: str = "", between: str = "") -> str:
    """Write names as links to pages below a path."""
    return between.join(f'<a {attributes} href="{path}{slug(name)}/">{escape(name)}</a>' for name in names)


def comments(sheet: Sheet, count: int, write: Callable[[str, str], str]) -> str:
    """Write readers' comments, each by name and text."""
    turn = sheet.number % len(_COMMENTS)
    return "".join(write(escape(name), escape(text)) for name, text in (_COMMENTS[turn:] + _COMMENTS[:turn])[:count])
