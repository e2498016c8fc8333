"""Who wrote a story: its JSON-LD, its meta elements, and the byline near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lxml.html import HtmlElement

from newsreel import urls
from newsreel.extraction import byline
from newsreel.extraction.jsonld import Value, types_of
from newsreel.extraction.names import people
from newsreel.extraction.outlet import Outlet, host_label, squash
from newsreel.extraction.structured import Structured, plain
from newsreel.items import Author

MOST_AUTHORS = 12
MOST_LEVELS = 3
_META = (
    "article:author",
    "author",
    "parsely-author",
    "sailthru.author",
    "article:author_name",
    "og:article:author",
    "og:author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "cxenseparse:author",
    "qc:author",
    "cse-authors",
    "citation_author",
    "creator",
)
# The name of an account rather than of its owner.
_LOGIN = re.compile(r"[a-z][a-z0-9._\-]+")
_PRESS = re.compile(
    r"\b(?:the|der|die|das|le|la|les|el|los|il|times|news|post|daily|journal|gazette|tribune|press[e]?|magazin[e]?|media|online|"
    r"tv|radio|review|today|world|guide|herald|star|sun|mail|chronicle|weekly|report|blog|group|team|studio|company|"
    r"zeitung|nachrichten|blatt|kurier|anzeiger|rundschau|diario|noticias|periódico|giornale|jornal|notícias)\b",
    re.IGNORECASE,
)


def read(tree: HtmlElement, heading: HtmlElement | None, structured: Structured, outlet: Outlet) -> tuple[Author, ...]:
    """The authors in the order of the byline; none where only the outlet signs."""
    told = unique(from_jsonld(structured, outlet)) or unique(from_meta(structured, outlet))
    if told and not all(_LOGIN.fullmatch(author.name) for author in told):
        return told
    shown = unique(byline.read(tree, heading, structured.url, outlet))
    if told and not any(" " in author.name for author in shown):
        return told
    return shown or unique(from_profile(structured, outlet)) or unique(from_jsonld(structured, outlet, bodies=True))


def unique(found: Iterable[Author]) -> tuple[Author, ...]:
    """Each author once, with the address of a profile where one of the mentions has it."""
    kept: dict[str, Author] = {}
    for author in found:
        key = squash(author.name)
        if key and (key not in kept or (author.url and not kept[key].url)):
            kept[key] = author
    authors = list(kept.values())
    if any(" " in author.name for author in authors):
        # Beside a full name a short word is the sign of an editor.
        authors = [author for author in authors if not re.fullmatch(r"[a-z]{2,4}", author.name)]
    return tuple(authors[:MOST_AUTHORS])


def from_jsonld(structured: Structured, outlet: Outlet, *, bodies: bool = False) -> list[Author]:
    """The authors that the story's JSON-LD object names, else the page's object; agencies alone only with `bodies`."""
    for value in structured.in_article("author", "creator"):
        found = list(_entries(value, structured, outlet, 0))
        if found and (bodies or not all(is_body for _, is_body in found)):
            return [author for author, _ in found]
    return []


def from_meta(structured: Structured, outlet: Outlet) -> list[Author]:
    """The authors of the first meta element that names people."""
    for key in _META:
        found = [Author(name) for value in structured.meta.get(key, ()) for name in people(value, outlet)]
        if found:
            return found
    return []


def from_profile(structured: Structured, outlet: Outlet) -> list[Author]:
    """The authors by the addresses of their profiles, where the page tells nothing else: /staff/jane-doe."""
    found = []
    for value in structured.meta.get("article:author", ()):
        for url in value.split(","):
            match = byline.PROFILE.search(url)
            slug = url[match.end() :].strip("/ ") if match else ""
            if re.fullmatch(r"[a-z]{2,}(?:-[a-z]+){1,2}", slug) and host_label(url) == host_label(structured.url):
                found += [Author(name, url) for name in people(slug.replace("-", " ").title(), outlet)]
    return found


def _entries(value: Value, structured: Structured, outlet: Outlet, level: int) -> Iterator[tuple[Author, bool]]:
    """The authors in a value, each with whether it is typed as an organisation rather than a person."""
    value = structured.resolve(value)
    if level > MOST_LEVELS:
        return
    if isinstance(value, list):
        for entry in value[: 2 * MOST_AUTHORS]:
            yield from _entries(entry, structured, outlet, level + 1)
    elif isinstance(value, dict):
        name = value.get("name") or value.get("author")
        if isinstance(name, dict | list):
            yield from _entries(name, structured, outlet, level + 1)
            return
        address = value.get("url") or value.get("sameAs")
        is_body = any(kind.endswith("Organization") for kind in types_of(value)) and "Person" not in types_of(value)
        names = list(people(plain(name), outlet)) or list(_own_name(plain(name), value))
        url = urls.resolve(structured.url, address) if isinstance(address, str) and len(names) == 1 else None
        yield from ((Author(each, url), is_body) for each in names)
    elif isinstance(value, str):
        yield from ((Author(each), False) for each in people(plain(value), outlet))


def _own_name(name: str, value: Mapping[str, Value]) -> Iterator[str]:
    """The name of a person whose site bears it: typed as a person, and with none of the words of the press."""
    parts = name.split()
    is_person = "Person" in types_of(value) and 2 <= len(parts) <= 4 and all(part[0].isupper() for part in parts)
    if is_person and not name.isupper() and not _PRESS.search(name):
        yield name
