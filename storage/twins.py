"""Which stored article a visit is of: by its addresses first, then by its text and headline.

An article has addresses of its own: the one that it was stored under, and those where a request for that one ended.
What answers there is the article, whatever its text. Other addresses lead to it as long as the text there tells the
same story: those where it was seen before, the canonical address that the page claims, the main site's address of a
mobile page. docs/decisions/0016-appearances.md says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, false, func, insert, select, true, union_all, update

from newsreel.items import Article, Visit, body_text
from storage import schema
from storage.addresses import Addresses
from storage.columns import storable
from storage.values import as_utc, headline_key

SAME_HEADLINE_WITHIN = timedelta(days=7)
SAME_STORY_SHARE = 0.5
# Headlines and texts shorter than this ("Trailer", "Watch it above.") are shared by different stories.
MIN_HEADLINE_WORDS = 4
MIN_TEXT_WORDS = 20
# How an appearance is marked to which no door led, but a request for another address.
REDIRECT = "redirect"

# Statements that each page needs are built once: that takes longer than running them.
_A, _SEEN = schema.articles.c, schema.appearances.c
_COLUMNS = (_A.id, _A.url, _A.url_key, _A.canonical_key, _A.content_hash, _A.headline, _A.headline_key, _A.blocks)
_OWN = select(*_COLUMNS, _A.fields, _A.changed_at).where(_A.source == bindparam("its_source")).order_by(_A.id)
_BY_NUMBER = _OWN.where(_A.id.in_(bindparam("numbers", expanding=True)))
_BY_TEXT = _OWN.where(_A.content_hash == bindparam("its_hash"))
# Not by the bare columns, for which SQLite would read the outlet's articles of a week here, all of them below: there
# are few with the headline or the canonical address.
_BY_HEADLINE = _OWN.where(
    _A.headline_key == bindparam("its_headline"), func.coalesce(_A.stored_at, _A.changed_at) >= bindparam("since")
)
_PLACES = union_all(
    select(_A.id, _A.url_key, true().label("own")).where(
        _A.url_key.in_(bindparam("its_keys", expanding=True)), _A.source == bindparam("its_source")
    ),
    select(_A.id, _A.url_key, true()).where(
        _A.canonical_key == bindparam("canonical"), _A.source.concat("") == bindparam("its_source")
    ),
    select(_SEEN.article_id, _SEEN.url_key, func.coalesce(_SEEN.own, false())).where(
        _SEEN.url_key.in_(bindparam("its_keys", expanding=True)), _SEEN.source == bindparam("its_source")
    ),
)
_SHOWN = update(schema.appearances).where(
    _SEEN.article_id == bindparam("its_article"),
    _SEEN.source == bindparam("its_source"),
    _SEEN.url_key == bindparam("its_key"),
)


@dataclass(frozen=True, slots=True)
class Twin:
    """What a visit is of: the stored article, or None for a new one, the outcome, and the addresses it has or gets."""

    number: int | None
    outcome: str
    key: str
    canonical: str
    url: str


def find_twin(connection: Connection, article: Article, addresses: Addresses, now: datetime) -> Twin:
    """Find the stored article that this one is, cheapest test first."""
    search = _Search(connection, article, addresses)
    return search.by_own_address() or search.by_other_address() or search.by_text(now) or search.new()


def is_telling(headline: str) -> bool:
    """Tell whether a folded headline is long enough to stand for one story."""
    return len(headline.split()) >= MIN_HEADLINE_WORDS


def note_places(
    connection: Connection, twin: Twin, visit: Visit, article: Article, addresses: Addresses, now: datetime
) -> None:
    """Keep which text was shown at the visit's address, and the address where the request ended."""
    t = schema.appearances
    mine = (t.c.article_id == twin.number, t.c.source == visit.source_id)
    place = {"its_article": twin.number, "its_source": visit.source_id, "its_key": addresses.asked}
    connection.execute(_SHOWN, place | {"content_hash": article.content_hash})
    further = further_place(visit, addresses, twin.key)
    if further is None:
        return
    values: dict[str, Any] = {"content_hash": article.content_hash} | ({"own": True} if further["own"] else {})
    if not connection.execute(update(t).where(*mine, t.c.url_key == addresses.ended).values(values)).rowcount:
        values |= {"article_id": twin.number, "source": visit.source_id, "url": further["url"]}
        values |= {"url_key": addresses.ended, "via": REDIRECT, "outcome": twin.outcome, "seen_at": now}
        connection.execute(insert(t).values(values))


def further_place(visit: Visit, addresses: Addresses, its_key: str) -> dict[str, Any] | None:
    """Give the address where a request ended, as an article appears there; None if it was not led on.

    It is the article's own if the request was for one of its own, `its_key`; a home page, which shows something else
    tomorrow, is no place.
    """
    if addresses.ended is None or visit.page is None or addresses.at_home:
        return None
    return {"url": visit.page.url, "url_key": addresses.ended, "own": addresses.asked == its_key or None}


class _Search:
    """The look-up of one visit."""

    def __init__(self, connection: Connection, article: Article, addresses: Addresses) -> None:
        self.connection = connection
        self.article = article
        self.addresses = addresses
        self.asked, self.ended, self.answered = addresses.asked, addresses.ended, addresses.answered
        self.canonical = addresses.canonical
        self.wanted = headline_key(article.headline)
        self.rows, self.owners = self._by_addresses()

    def by_own_address(self) -> Twin | None:
        """Find the article that has this address, or the one that the request was led to."""
        owner = self.owners.get(self.answered)
        if owner is not None and not (self.ended and self.addresses.at_home) and not self._claims_to_be_another(owner):
            known = self.ended is None or self.asked == owner.url_key
            return self._twin(owner, "updated" if not self._kept(owner) else "unchanged" if known else "dup-url")
        moved = self.owners.get(self.asked) if self.ended is not None else None
        if moved is not None and self._same_story(moved):
            return self._twin(moved, "unchanged" if self._kept(moved) else "updated")
        # Else the link leads to something else by now.
        return None

    def by_other_address(self) -> Twin | None:
        """Find an article by an address that is not its own; it is this one if it tells the same story.

        Some outlets name one canonical address on all pages of a section: no article is lost to that.
        """
        for row in self.rows:
            if self._same_story(row):
                return self._variant(row, "updated" if self._is_newer(row) else "dup-url")
        return None

    def by_text(self, now: datetime) -> Twin | None:
        """Find an article with the same text, or the same headline and much the same text."""
        article = self.article
        mine = {"its_source": article.source_id}
        for row in self.connection.execute(_BY_TEXT, mine | {"its_hash": article.content_hash}):
            if article.word_count >= MIN_TEXT_WORDS or row.headline_key == self.wanted:
                return self._variant(row, "dup-body")
        if self._has_telling_headline():
            recent = mine | {"its_headline": self.wanted, "since": now - SAME_HEADLINE_WITHIN}
            for row in self.connection.execute(_BY_HEADLINE, recent):
                if _shares_text(row, article):
                    return self._variant(row, "dup-title")
        return None

    def new(self) -> Twin:
        """Give the key under which the article is stored that is none of these."""
        taken = {row.url_key: row for row in self.rows}
        for key in (self.asked, self.answered, self.canonical):
            if key not in taken:
                return Twin(None, "new", key, self.canonical, self.article.url)
        # Every address is another article's: what answers is believed, but not against the one that was asked for.
        if self.ended is None:
            return self._twin(taken[self.asked], "updated")
        return self._variant(taken[self.answered], "dup-url")

    def _by_addresses(self) -> tuple[list[Any], dict[str, Any]]:
        """Give the outlet's articles that have to do with the visit's addresses, and which of these are whose own."""
        source = self.article.source_id
        wanted = {"its_source": source, "canonical": self.canonical, "its_keys": sorted(self.addresses.every)}
        found = self.connection.execute(_PLACES, wanted).all()
        if not found:
            return [], {}
        numbers = {"its_source": source, "numbers": sorted({row.id for row in found})}
        rows = {row.id: row for row in self.connection.execute(_BY_NUMBER, numbers)}
        # Its first address comes before one that another article was led from.
        owners: dict[str, Any] = {}
        for place in found:
            if place.own:
                owners.setdefault(place.url_key, rows[place.id])
        return list(rows.values()), owners

    def _twin(self, row: Any, outcome: str) -> Twin:
        return Twin(row.id, outcome, row.url_key, self.canonical, self.article.url)

    def _variant(self, row: Any, outcome: str) -> Twin:
        """Give the twin of a page at another address: the article keeps the addresses that it has."""
        return Twin(row.id, outcome, row.url_key, row.canonical_key, row.url)

    def _kept(self, row: Any) -> bool:
        article = self.article
        return (row.content_hash, row.headline) == (article.content_hash, storable(article.headline))

    def _claims_to_be_another(self, row: Any) -> bool:
        """Tell whether a page that is always the latest of something has gone on to the next story."""
        elsewhere = self.canonical not in (self.asked, self.answered, row.canonical_key)
        return elsewhere and not self._same_story(row)

    def _same_story(self, row: Any) -> bool:
        same_headline = self._has_telling_headline() and row.headline_key == self.wanted
        return same_headline or _shares_text(row, self.article)

    def _has_telling_headline(self) -> bool:
        return is_telling(self.wanted)

    def _is_newer(self, row: Any) -> bool:
        """Tell whether another address shows a later text of an article, not just another form of the same.

        The text there must have changed since it was seen there last, and be modified later than what is stored, if
        it says when: so an AMP page whose text always differs a little makes no revisions by turns with the page.
        """
        if self._kept(row) or not _shares_text(row, self.article):
            return False
        t = schema.appearances.c
        here = (t.article_id == row.id, t.source == self.article.source_id, t.url_key == self.asked)
        last = self.connection.execute(select(t.content_hash).where(*here)).scalar()
        if last == self.article.content_hash:
            return False
        modified = as_utc(self.article.date_modified)
        if modified is None:
            return last is not None
        stored = row.fields.get("date_modified")
        since: datetime | None = as_utc(datetime.fromisoformat(stored)) if stored else row.changed_at
        return since is None or modified > since


def _shares_text(row: Any, article: Article) -> bool:
    """Tell whether a stored text and an article share most of their words."""
    stored = set(_stored_words(row))
    other = set(body_text(article.blocks).casefold().split())
    return len(stored & other) >= SAME_STORY_SHARE * max(1, len(stored | other))


def _stored_words(row: Any) -> Iterator[str]:
    for block in row.blocks:
        yield from block[1].casefold().split()
