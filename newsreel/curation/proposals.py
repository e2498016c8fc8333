"""From what was found at a site to an outlet for the catalogue, and to what is known of it there already."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from newsreel.discovery.findings import Findings
from newsreel.sources import Source
from newsreel.sources.values import BodyFrom
from newsreel.urls import host_of, same_site, url_key

LONGEST_SLUG = 40


def draft(findings: Findings, taken: Collection[str]) -> Source:
    """Give the outlet that the findings propose; `taken` are the names that outlets of the catalogue have."""
    chosen = [door for door in findings.doors if door.chosen]
    articles = findings.articles
    body: BodyFrom = "best" if articles and all(sample.from_feed for sample in articles) else "page"
    name = findings.name or host_of(findings.home)
    return Source(
        id=slug_for(name, findings.home, taken),
        name=name,
        home=findings.home,
        feeds=tuple(door.url for door in chosen if door.kind == "feed"),
        sitemaps=tuple(door.url for door in chosen if door.kind == "sitemap"),
        language=findings.language,
        body=body,
    )


def slug_for(name: str, home: str, taken: Collection[str]) -> str:
    """Make an outlet's id from its name, or from its host where the name has no letters that an id may have.

    >>> slug_for("Café Bühne", "https://buehne.example/", ()), slug_for("舞台", "https://www.butai.example/", ["butai"])
    ('cafe-buhne', 'butai-2')
    """
    label = host_of(home).removeprefix("www.").rpartition(".")[0] or host_of(home)
    slug = _slug(name) or _slug(label) or "outlet"
    number, made = 1, slug
    while made in taken:
        number += 1
        made = f"{slug}-{number}"
    return made


def same_outlet(sources: Iterable[Source], addresses: Iterable[str]) -> Source | None:
    """Give the outlet that has one of these addresses as its front page or one of its doors."""
    keys = {url_key(address) for address in addresses}
    return next((source for source in sources if keys & {url_key(source.home), *door_keys(source)}), None)


def door_keys(source: Source) -> list[str]:
    """Give the identities of an outlet's doors."""
    return [url_key(url) for url in (*source.feeds, *source.sitemaps, *(listing.url for listing in source.listings))]


def neighbours(sources: Iterable[Source], home: str) -> list[Source]:
    """Give the outlets of the same site."""
    return [source for source in sources if same_site(source.home, home)]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"['’]", "", plain)
    slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    return slug[:LONGEST_SLUG].rstrip("-")
