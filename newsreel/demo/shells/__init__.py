"""Sets a story into the page of its outlet; each module is one page architecture."""

from __future__ import annotations

from collections.abc import Callable

from newsreel.demo.editions import Edition
from newsreel.demo.shells import celebrity, drupal, front_page, gallery, magazine, nextjs, reviews, tables, wordpress
from newsreel.demo.shells.furniture import Sheet, part_path
from newsreel.demo.stories import Story

ARCHITECTURES: dict[str, Callable[[Sheet], str]] = {
    "celebrity": celebrity.page,
    "drupal": drupal.page,
    "gallery": gallery.page,
    "magazine": magazine.page,
    "nextjs": nextjs.page,
    "reviews": reviews.page,
    "tables": tables.page,
    "wordpress": wordpress.page,
}

__all__ = ["ARCHITECTURES", "front", "part_path", "render"]


def render(edition: Edition, story: Story, part: int = 1) -> str:
    """Return one page of a story (the first is 1) as its outlet serves it."""
    return ARCHITECTURES[edition.outlet.architecture](Sheet(edition, story, part))


def front(edition: Edition) -> str:
    """Return an outlet's front page."""
    return front_page.page(edition)
