"""Lists of feeds as OPML 2.0: outlets with all their keys, read back as they were, and the lists of other readers.

An outlet is an outline with the usual attributes, and its keys as attributes of our own name space, each written as
the catalogue writes it. One with several feeds is a folder of them to other readers.
https://opml.org/spec2.opml
"""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import quoteattr

from lxml import etree

from newsreel.curation.proposals import door_keys, slug_for
from newsreel.discovery.bodies import decode, repair_xml, unpack
from newsreel.discovery.snippets import one_line
from newsreel.errors import CatalogueError, InputError
from newsreel.sources import Source, read_outlet
from newsreel.sources.writing import table_entries
from newsreel.urls import resolve, url_key

NAMESPACE = "https://newsreel.invalid/opml"
MOST_BYTES = 2 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_FOLDERS = 32
MOST_ATTRIBUTES = 400

_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_DOCTYPE_BEGINS = re.compile("<!DOCTYPE", re.IGNORECASE)
# A document type stands before the first element.
_HEAD = 10_000
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: the outlet that it becomes, or what is wrong with it.

    `known` names the outlet of the catalogue that it is already; `differs` tells that the list, written by Newsreel,
    has other values for it.
    """

    name: str
    source: Source | None = None
    problem: str | None = None
    known: str | None = None
    differs: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether the catalogue gains an outlet by it."""
        return self.source is not None and self.known is None


def write_opml(sources: Sequence[Source], now: datetime) -> str:
    """Write outlets as OPML."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:newsreel="{NAMESPACE}">',
        f"<head><title>Sources of Newsreel</title><dateCreated>{format_datetime(now)}</dateCreated></head>",
        "<body>",
        *(line for source in sources for line in _outline(source)),
        "</body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def text_of(body: bytes) -> str:
    """Give the text of a list: unpacked, and decoded as what it is."""
    return decode(unpack(body)[0][: 4 * MOST_BYTES], None)


def read_opml(body: bytes, known: Sequence[Source], most: int = MOST_ENTRIES) -> list[Entry]:
    """Read the outlets of a list, in its order; every outline that cannot be used is an entry with its problem.

    `known` are the outlets of the catalogue: entries of the list that are among them name it. Raises InputError where
    the bytes are no OPML.
    """
    if len(body) > MOST_BYTES:
        raise InputError(f"the list is larger than {MOST_BYTES // 1024 // 1024} MiB; split it")
    text = repair_xml(_without_doctype(text_of(body)))
    if any(piece.count("=") > MOST_ATTRIBUTES for piece in text.split("<")):
        # The parser compares each of them with all others.
        raise InputError(f"this is no list of feeds: an element has more than {MOST_ATTRIBUTES} attributes")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.parse(io.BytesIO(text.encode("utf-8", "replace")), parser).getroot()
    except etree.XMLSyntaxError:
        root = None
    if root is None or _name(root.tag) != "opml":
        raise InputError("this is no OPML: it does not begin with <opml>")
    there = _Index({}, {})
    for source in known:
        there.add(source)
    listed = _Index({}, dict(there.ids))
    entries: list[Entry] = []
    for outline, folders in _outlines(root):
        if len(entries) >= most:
            entries.append(Entry("the rest", problem=f"the list has more than {most} entries; split it"))
            break
        entry = _entry(outline, folders)
        if entry.source is not None:
            entry = _placed(entry, entry.source, there, listed, is_own="id" in _own(outline))
            if entry.source is not None:
                listed.add(entry.source)
        entries.append(entry)
    return entries


@dataclass(frozen=True, slots=True)
class _Index:
    """Outlets by the identities of their doors, and by their ids."""

    doors: dict[str, Source]
    ids: dict[str, Source]

    def add(self, source: Source) -> None:
        """Note an outlet."""
        self.ids[source.id] = source
        for key in door_keys(source):
            self.doors.setdefault(key, source)

    def twin(self, source: Source) -> Source | None:
        """Give the outlet that has a door of this one."""
        return next((self.doors[key] for key in door_keys(source) if key in self.doors), None)


def _without_doctype(text: str) -> str:
    """Leave the document type out: what it declares is never needed, and may be an attack."""
    begin = _DOCTYPE_BEGINS.search(text, 0, _HEAD)
    found = _DOCTYPE.match(text, begin.start()) if begin else None
    if begin is None:
        return text
    return text[: begin.start()] + (text[found.end() :] if found else "")


def _outline(source: Source) -> Iterator[str]:
    keys = {"id": source.id, **table_entries(source)}
    own = "".join(f" newsreel:{key}={_quoted(_UNFIT.sub(_escaped, value))}" for key, value in keys.items())
    head = f"text={_quoted(source.name)} title={_quoted(source.name)} htmlUrl={_quoted(source.home)}"
    language = f" language={_quoted(source.language)}" if source.language else ""
    if len(source.feeds) == 1:
        yield f'<outline type="rss" {head} xmlUrl={_quoted(source.feeds[0])}{language}{own}/>'
        return
    yield f"<outline {head}{language}{own}>" if source.feeds else f"<outline {head}{language}{own}/>"
    for feed in source.feeds:
        yield f'<outline type="rss" {head} xmlUrl={_quoted(feed)}/>'
    if source.feeds:
        yield "</outline>"


def _escaped(match: re.Match[str]) -> str:
    """Write a character that XML has no place for as the catalogue's strings escape it."""
    return f"\\u{ord(match[0]):04x}"


def _quoted(text: str) -> str:
    """Write an attribute's value; line ends would be read back as spaces."""
    return quoteattr(_UNFIT.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _outlines(root: etree._Element) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """Go through the outlines that are entries, each with the names of the folders around it."""
    todo: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
    while todo:
        element, folders = todo.pop()
        is_outline = _name(element.tag) == "outline"
        children = [child for child in element if _name(child.tag) in ("body", "outline")]
        if is_outline and (_own(element) or _attribute(element, "xmlUrl") or not children):
            yield element, folders
            if _own(element):
                continue
        inner = (*folders, _label(element)) if is_outline and len(folders) < MOST_FOLDERS else folders
        todo += [(child, inner) for child in reversed(children)]


def _entry(outline: etree._Element, folders: Sequence[str]) -> Entry:
    """Read one outline."""
    name = _label(outline)
    own = _own(outline)
    if "id" in own:
        return _own_entry(name, own)
    if not (address := _attribute(outline, "xmlUrl")):
        what = f", a {_attribute(outline, 'type')}" if _attribute(outline, "type") not in ("", "rss") else ""
        return Entry(name, problem=f"has no address of a feed (xmlUrl){what}")
    feed = resolve("", re.sub(r"^feed:(?=https?://)", "", address).replace("feed://", "http://", 1))
    if feed is None:
        return Entry(name, problem=f'"{address[:200]}" is no http or https address')
    home = resolve(feed, _attribute(outline, "htmlUrl") or "/") or resolve(feed, "/") or feed
    note = f"From the folder {' / '.join(folders)}." if folders else None
    slug = slug_for(name, home, ())
    return Entry(name, Source(slug, name, home, feeds=(feed,), note=note))


def _own_entry(name: str, own: dict[str, str]) -> Entry:
    """Read an outline that Newsreel wrote, by the catalogue's own loader."""
    values: dict[str, object] = {}
    try:
        for key, value in own.items():
            if key != "id":
                values[key] = tomllib.loads(f"value = {value}")["value"]
        return Entry(name, read_outlet(own["id"], values))
    except tomllib.TOMLDecodeError as error:
        return Entry(name, problem=f"{key}: {error}")
    except CatalogueError as error:
        return Entry(name, problem=str(error).replace("\n", "; "))


def _placed(entry: Entry, source: Source, known: _Index, listed: _Index, *, is_own: bool) -> Entry:
    """Say whether the catalogue, or the list itself, has an entry's outlet already; give it an id of its own if not."""
    there = known.ids.get(source.id)
    if is_own and there is not None and (url_key(there.home) == url_key(source.home) or known.twin(source) is there):
        return replace(entry, known=there.id, differs=source != there)
    if (twin := known.twin(source)) is not None:
        return replace(entry, source=None, known=twin.id)
    if (twin := listed.twin(source)) is not None:
        return replace(entry, source=None, problem=f"is in the list twice, the same as {twin.name}")
    if source.id in listed.ids:
        source = replace(source, id=slug_for(source.name, source.home, listed.ids))
    return replace(entry, source=source)


def _own(outline: etree._Element) -> dict[str, str]:
    """Give the attributes of our name space."""
    prefix = f"{{{NAMESPACE}}}"
    return {str(key).removeprefix(prefix): str(value) for key, value in outline.items() if str(key).startswith(prefix)}


def _attribute(element: etree._Element, name: str) -> str:
    """Give an attribute; other programs spell its case differently."""
    for key, value in element.items():
        if str(key).lower() == name.lower():
            return str(value).strip()
    return ""


def _label(outline: etree._Element) -> str:
    text = _attribute(outline, "text") or _attribute(outline, "title")
    found = one_line(text)[:200] or _attribute(outline, "xmlUrl")[:200]
    return found or "an entry without a name"


def _name(tag: object) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
