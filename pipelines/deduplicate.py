"""Gives a visit the identity under which the store looks for the article it may be.

The look-up itself is the store's, inside the transaction that inserts: only there can two pages that arrive at
the same moment not both be the first.
"""

from __future__ import annotations

from newsreel.items import Article, Visit
from newsreel.urls import is_home, same_site, url_key


class DeduplicatePipeline:
    """Decides which canonical address may be believed."""

    def process_item(self, item: Visit) -> Visit:
        """Set the canonical key of a visit that has an article."""
        if item.article is not None:
            item.canonical_key = canonical_key(item.article)
        return item


def canonical_key(article: Article) -> str:
    """Give the identity of an article: its canonical address if it lies on the outlet's own site and is no home page.

    Else its own address: anyone can claim another's.
    """
    claimed = article.canonical_url
    if claimed and same_site(claimed, article.url) and not is_home(claimed):
        return url_key(claimed)
    return url_key(article.url)
