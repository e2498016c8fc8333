"""Discovery: feeds, sitemaps and listing pages read into links to articles.

Pure: takes the bytes of an answer, fetches nothing, and describes in words what is wrong with it instead of raising.
Hostile documents can keep the parsers busy for long: who must not stand still runs them where they can be ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsreel.items import Link

# Entries that are taken from one document; where there are more, it is an archive or an attack.
MOST_LINKS = 2_000


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one document named: links to articles, and `more` documents (sitemap files, the next listing page).

    `title` is the document's own name, `moved` the address that it says it has moved to, `problem` what is wrong with
    it in words, though links may have been found all the same, `dropped` the number of entries beyond the budget.
    """

    links: tuple[Link, ...] = ()
    more: tuple[str, ...] = ()
    title: str | None = None
    moved: str | None = None
    problem: str | None = None
    dropped: int = 0


def distinct(links: Iterable[Link]) -> tuple[Link, ...]:
    """The links in their order, the first of each address."""
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(link.url, link)
    return tuple(found.values())
