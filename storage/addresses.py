"""The addresses that a visit has to do with, as keys: what was asked for, where that ended, what the page claims."""

from __future__ import annotations

from dataclasses import dataclass

from newsreel.items import Article, Visit
from newsreel.urls import is_home, sibling_keys, url_key
from storage.columns import storable


@dataclass(frozen=True, slots=True)
class Addresses:
    """Keys of addresses: `ended` is where the request ended, None where it was not led on; `at_home`, a home page.

    `every` is all of them, and those that the same page may have on the outlet's other hosts.
    """

    asked: str
    ended: str | None
    at_home: bool
    canonical: str
    every: frozenset[str]

    @property
    def answered(self) -> str:
        """The address that answered."""
        return self.ended or self.asked


def addresses_of(visit: Visit, article: Article) -> Addresses:
    """Give the addresses of a visit that brought an article."""
    asked, ended, at_home = storable(visit.url_key), None, False
    if visit.page is not None:
        key = storable(url_key(visit.page.url))
        ended = key if key != asked else None
        at_home = is_home(visit.page.url)
    canonical = storable(visit.canonical_key) if visit.canonical_key else ended or asked
    siblings = map(storable, sibling_keys(article.url))
    return Addresses(asked, ended, at_home, canonical, frozenset({asked, ended or asked, canonical, *siblings}))
