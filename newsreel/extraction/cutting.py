"""Cuts a parsed page into lines of text, in page order, with the containers they stand in.

The whole page is cut in one walk. Containers (block-level elements) become nodes in document order, so that a
container's lines are a slice, and sums over containers are one pass over a list.
"""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from newsreel.errors import PageRejected
from newsreel.extraction import embeds, tables
from newsreel.extraction.blocks import Cut, Line, Picture, fold
from newsreel.extraction.breaks import Piece, paragraphs_of, preformatted
from newsreel.extraction.numbering import Numbering, numbering_of
from newsreel.extraction.parse import MAX_ATTRIBUTES, MAX_DEPTH
from newsreel.extraction.tags import (
    BOLD,
    CAPTIONS,
    CELLS,
    FURNITURE,
    HEADINGS,
    HIDDEN_STYLE,
    INLINE,
    ITALIC,
    LISTS,
    NO_NAMES,
    PLAIN,
    SET_KIND,
    SKIPPED,
    SKIPPED_AT_FIRST,
    STYLED,
    Names,
    is_hidden,
    names_hidden,
    read_names,
)
from newsreel.items import BlockKind, Embed

# Real pages stay far below these. The work on a line after the parse takes longer than the parse, and a page of so
# many lines is none that anyone reads.
MAX_LINES = 20_000
_MOST_POSTS = 500
_LONGEST_NAMES = 1_000

# What an element is to the walk.
_LEFT_OUT, _NOTHING, _INSIDE_LINE, _CONTAINER = range(4)


class _Cutter:
    """The walk's state: the open containers, the text gathered since the last block border."""

    def __init__(self, base: str, dropped: frozenset[HtmlElement], skipped: frozenset[str]) -> None:
        self.cut = Cut()
        self.base = base
        self.dropped = dropped
        self.skipped = skipped
        self.node = -1
        self.kinds: list[tuple[BlockKind, int]] = [("p", 0)]
        self.lists: list[Numbering] = []
        self.marker: str | None = None
        self.pieces: list[Piece] = []
        self.parts: list[str] = []
        self.links = self.bolds = self.italics = 0
        self.in_link = self.in_bold = self.in_italic = self.styled = 0

    def measure(self, text: str) -> None:
        """Count the characters of a text that stands in a link, in bold or in italics."""
        size = len(text.strip())
        self.links += size if self.in_link else 0
        self.bolds += size if self.in_bold else 0
        self.italics += size if self.in_italic else 0

    def break_line(self) -> None:
        """End a piece of the current line, as <br> does."""
        self.pieces.append(Piece("".join(self.parts), self.links, self.bolds, self.italics))
        self.parts.clear()
        self.links = self.bolds = self.italics = 0

    def flush(self) -> None:
        """End the current line; a double break inside it ends a paragraph."""
        parts, kind = self.parts, self.kinds[-1][0]
        if not self.pieces:
            if not parts:
                return
            text = parts[0] if len(parts) == 1 else "".join(parts)
            # White space between tags is most of what the walk meets.
            if text.isspace():
                parts.clear()
                return
            if kind != "pre":
                self._add_line(fold(text), self.links, self.bolds, self.italics)
                parts.clear()
                self.links = self.bolds = self.italics = 0
                return
        self.break_line()
        pieces = self.pieces
        self.pieces = []
        for piece in preformatted(pieces) if kind == "pre" else paragraphs_of(pieces):
            self._add_line(piece.text if kind == "pre" else fold(piece.text), piece.links, piece.bolds, piece.italics)

    def _add_line(self, text: str, links: int, bolds: int, italics: int) -> None:
        if not text:
            return
        kind, level = self.kinds[-1]
        size = len(text)
        share = min(1.0, links / size) if links else 0.0
        line = Line(kind, text, self.node, level, self.marker, share, bolds >= size * 0.9, italics >= size * 0.9)
        if kind != "caption":
            self.marker = None
        self.cut.lines.append(line)

    def open(self, element: HtmlElement, tag: str, names: Names, attributes: dict[str, str]) -> None:
        cut = self.cut
        cut.parents.append(self.node)
        self.node = len(cut.tags)
        cut.tags.append(tag)
        cut.words.append(names.words)
        cut.firsts.append(len(cut.lines))
        cut.lasts.append(0)
        cut.furniture.append(tag in FURNITURE or names.is_hidden or (bool(attributes) and is_hidden(attributes)))
        cut.elements.append(element)

    def close(self) -> None:
        count = len(self.cut.lines)
        if count > MAX_LINES:
            raise PageRejected("parse-memory", f"{self.base}: the page has more than {MAX_LINES} lines of text")
        self.cut.lasts[self.node] = count
        self.node = self.cut.parents[self.node]

    def start(self, element: HtmlElement, tag: str) -> int:
        """Enter an element, and say what it is to the walk."""
        if tag in self.skipped or (self.dropped and element in self.dropped):
            return _LEFT_OUT
        if tag in INLINE:
            return self._start_inline(element, tag)
        if tag == "br":
            self.break_line()
            return _NOTHING
        if tag in ("img", "amp-img"):
            self.cut.pictures.append(Picture(element, self.node, len(self.cut.lines)))
            return _NOTHING
        names = NO_NAMES
        attributes = dict(element.items())
        if attributes:
            # Those that stand behind a "<" in a value are seen only here.
            if len(attributes) > MAX_ATTRIBUTES:
                raise PageRejected("parse-memory", f"{self.base}: a tag has more than {MAX_ATTRIBUTES} attributes")
            classes, name = attributes.pop("class", ""), attributes.pop("id", "")
            if classes or name:
                names = read_names(f"{classes} {name}"[:_LONGEST_NAMES])
        may_be_foreign = names.provider is not None or tag == "blockquote" or tag in embeds.EMBED_TAGS
        if may_be_foreign and self._take_embed(element, tag, names.provider):
            return _LEFT_OUT
        if "-" in tag and self.parts and not len(element):
            return _NOTHING
        self.flush()
        if tag == "hr":
            return _NOTHING
        self.open(element, tag, names, attributes)
        return _CONTAINER if tag in PLAIN else self._start_special(element, tag)

    def _start_special(self, element: HtmlElement, tag: str) -> int:
        """Enter a container that may say what its lines are."""
        if tag in HEADINGS:
            self.kinds.append(("heading", HEADINGS[tag]))
        elif tag in LISTS:
            self.lists.append(numbering_of(element, tag))
        elif tag == "li":
            self._start_item(element)
        elif tag == "blockquote":
            self.kinds.append(("quote", 0))
        elif tag in CAPTIONS:
            self.kinds.append(("caption", 0))
        elif tag == "pre":
            self.kinds.append(("pre", 0))
        elif tag == "table" and (rows := tables.data_rows(element)):
            for row in rows:
                self.cut.lines.append(Line("row", row, self.node))
            self.close()
            return _LEFT_OUT
        elif tag in CELLS:
            self.kinds.append(("p", 0))
        return _CONTAINER

    def end_inline(self, tag: str) -> None:
        self.styled -= 1
        self.in_link -= tag == "a"
        self.in_bold -= tag in BOLD
        self.in_italic -= tag in ITALIC

    def end(self, tag: str) -> None:
        if self.parts or self.pieces:
            self.flush()
        if tag in LISTS:
            self.lists.pop()
        elif tag in SET_KIND:
            self.kinds.pop()
            if tag == "li":
                self.marker = None
        self.close()

    def _start_inline(self, element: HtmlElement, tag: str) -> int:
        if self.parts and self.parts[-1][-1:].islower() and (element.text or "")[:1].isupper():
            before = element.getprevious()
            # Two labels side by side, set apart by looks only: a name and a title run into each other.
            if before is not None and before.tag in INLINE and not before.tail:
                self.parts.append(" ")
        if tag != "a":
            for name, value in element.items():
                if (name == "class" and names_hidden(value[:_LONGEST_NAMES])) or (
                    name == "style" and HIDDEN_STYLE.search(value)
                ):
                    return _LEFT_OUT
        if tag not in STYLED:
            return _NOTHING
        self.styled += 1
        self.in_link += tag == "a"
        self.in_bold += tag in BOLD
        self.in_italic += tag in ITALIC
        return _INSIDE_LINE

    def _start_item(self, element: HtmlElement) -> None:
        self.kinds.append(("li", max(1, len(self.lists))))
        self.marker = None
        if not self.lists or self.lists[-1].number is None:
            return
        numbering = self.lists[-1]
        value = element.get("value", "")
        number = int(value) if value.isdecimal() and len(value) < 7 else numbering.number
        self.marker = f"{number}."
        numbering.number = (number or 0) + numbering.step

    def _take_embed(self, element: HtmlElement, tag: str, provider: str | None) -> bool:
        """Take a foreign post or player out of the text."""
        found: Embed | None = None
        if tag in embeds.EMBED_TAGS:
            if tag not in ("video", "audio", "object"):
                found = embeds.from_tag(tag, dict(element.attrib), self.base)
            else:
                sources = [source.get("src") for source in element.iter("source", "param", "embed")]
                attributes = dict(element.attrib)
                attributes.setdefault("src", next((source for source in sources if source), ""))
                found = embeds.from_tag(tag, attributes, self.base)
        elif tag in ("blockquote", "div", "section"):
            links = [a.get("href", "") for a in element.iter("a")] if tag == "blockquote" else []
            if provider is None and not embeds.is_post(links):
                return False
            html = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
            if len(html) < 100_000 and len(self.cut.posts) < _MOST_POSTS:
                found = embeds.from_fragment(html, provider, self.base)
            if found is None:
                return provider is not None
        else:
            return False
        self.flush()
        if found is not None:
            self.cut.posts.append((len(self.cut.lines), found))
        return True


def cut(
    tree: HtmlElement, base: str = "", dropped: frozenset[HtmlElement] = frozenset(), *, whole: bool = False
) -> Cut:
    """Cut a page into lines and containers; `dropped` elements are left out, navigation and footers unless `whole`.

    Raises PageRejected('parse-memory') for a page deeper than MAX_DEPTH or longer than MAX_LINES.
    """
    cutter = _Cutter(base, dropped, SKIPPED if whole else SKIPPED_AT_FIRST)
    body = tree.find("body")
    root = tree if body is None else body
    walker = etree.iterwalk(root, events=("start", "end"))
    start, add = cutter.start, cutter.parts.append
    open_elements: list[tuple[int, str]] = []
    for event, element in walker:
        if event == "start":
            tag = element.tag
            action = start(element, tag)
            open_elements.append((action, tag))
            if action == _LEFT_OUT:
                walker.skip_subtree()
            elif text := element.text:
                add(text)
                if cutter.styled:
                    cutter.measure(text)
            if len(open_elements) > MAX_DEPTH:
                raise PageRejected("parse-memory", f"{base}: tags are nested more than {MAX_DEPTH} deep")
            continue
        action, tag = open_elements.pop()
        if action == _CONTAINER:
            cutter.end(tag)
        elif action == _INSIDE_LINE:
            cutter.end_inline(tag)
        if open_elements and (text := element.tail):
            add(text)
            if cutter.styled:
                cutter.measure(text)
    cutter.flush()
    return cutter.cut
