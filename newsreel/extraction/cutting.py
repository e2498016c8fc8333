"""Cuts a parsed page into lines of text, in page order, with the containers they stand in.

The whole page is cut in one walk. Containers (block-level elements) become nodes in document order, so that a
container's lines are a slice, and sums over containers are one pass over a list.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from newsreel.errors import PageRejected
from newsreel.extraction import embeds, tables
from newsreel.extraction.blocks import Cut, Line, Picture, fold
from newsreel.extraction.breaks import Piece, paragraphs_of, preformatted
from newsreel.extraction.parse import MAX_DEPTH
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
    MAY_BE_FOREIGN,
    SKIPPED,
    SKIPPED_AT_FIRST,
    class_words,
    is_hidden,
    names_hidden,
)
from newsreel.items import BlockKind, Embed

# What an element is to the walk.
_LEFT_OUT, _NOTHING, _INSIDE_LINE, _CONTAINER = range(4)


@dataclass(slots=True)
class _List:
    depth: int
    number: int | None
    step: int = 1


class _Cutter:
    """The walk's state: the open containers, the text gathered since the last block border."""

    def __init__(self, base: str, dropped: frozenset[HtmlElement], skipped: frozenset[str]) -> None:
        self.cut = Cut()
        self.base = base
        self.dropped = dropped
        self.skipped = skipped
        self.node = -1
        self.kinds: list[tuple[BlockKind, int]] = [("p", 0)]
        self.lists: list[_List] = []
        self.marker: str | None = None
        self.pieces: list[Piece] = []
        self.parts: list[str] = []
        self.links = self.bolds = self.italics = 0
        self.in_link = self.in_bold = self.in_italic = 0

    def add(self, text: str) -> None:
        self.parts.append(text)
        if self.in_link or self.in_bold or self.in_italic:
            size = len(text.strip())
            self.links += size if self.in_link else 0
            self.bolds += size if self.in_bold else 0
            self.italics += size if self.in_italic else 0

    def break_line(self) -> None:
        """End a piece of the current line, as <br> does."""
        self.pieces.append(Piece("".join(self.parts), self.links, self.bolds, self.italics))
        self.parts = []
        self.links = self.bolds = self.italics = 0

    def flush(self) -> None:
        """End the current line; a double break inside it ends a paragraph."""
        if not self.parts and not self.pieces:
            return
        kind, level = self.kinds[-1]
        self.break_line()
        pieces = self.pieces
        self.pieces = []
        if len(pieces) > 1 or kind == "pre":
            pieces = preformatted(pieces) if kind == "pre" else paragraphs_of(pieces)
        for piece in pieces:
            text = piece.text if kind == "pre" else fold(piece.text)
            if not text:
                continue
            size = len(text)
            line = Line(kind, text, self.node, level, self.marker, min(1.0, piece.links / size))
            line.bold, line.italic = piece.bolds >= size * 0.9, piece.italics >= size * 0.9
            if kind != "caption":
                self.marker = None
            self.cut.lines.append(line)

    def open(self, element: HtmlElement, tag: str, names: str, attributes: dict[str, str]) -> None:
        cut = self.cut
        cut.parents.append(self.node)
        cut.tags.append(tag)
        cut.words.append(class_words(names) if names else "")
        cut.firsts.append(len(cut.lines))
        cut.lasts.append(0)
        cut.furniture.append(tag in FURNITURE or (bool(attributes) and is_hidden(names, attributes)))
        cut.elements.append(element)
        self.node = len(cut.tags) - 1

    def close(self) -> None:
        self.cut.lasts[self.node] = len(self.cut.lines)
        self.node = self.cut.parents[self.node]

    def start(self, element: HtmlElement, tag: str) -> int:
        """Enter an element, and say what it is to the walk."""
        if tag in self.skipped or (self.dropped and element in self.dropped):
            return _LEFT_OUT
        if tag == "br":
            self.break_line()
            return _NOTHING
        if tag in INLINE:
            return self._start_inline(element, tag)
        if tag in ("img", "amp-img"):
            self.cut.pictures.append(Picture(element, self.node, len(self.cut.lines)))
            return _NOTHING
        attributes = dict(element.items())
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}" if attributes else ""
        if tag in MAY_BE_FOREIGN and self._take_embed(element, tag, names):
            return _LEFT_OUT
        if "-" in tag and self.parts and not len(element):
            return _NOTHING
        self.flush()
        if tag == "hr":
            return _NOTHING
        self.open(element, tag, names, attributes)
        if tag in HEADINGS:
            self.kinds.append(("heading", HEADINGS[tag]))
        elif tag in LISTS:
            self.lists.append(_List(len(self.lists) + 1, *_numbering(element, tag)))
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
        self.in_link -= tag == "a"
        self.in_bold -= tag in BOLD
        self.in_italic -= tag in ITALIC

    def end(self, tag: str) -> None:
        self.flush()
        if tag in LISTS:
            self.lists.pop()
        elif tag in HEADINGS or tag in ("li", "blockquote", *CAPTIONS, "pre", *CELLS):
            self.kinds.pop()
            if tag == "li":
                self.marker = None
        self.close()

    def _start_inline(self, element: HtmlElement, tag: str) -> int:
        attributes = element.items()
        if attributes and tag != "a":
            for name, value in attributes:
                if (name == "class" and names_hidden(value)) or (name == "style" and HIDDEN_STYLE.search(value)):
                    return _LEFT_OUT
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

    def _take_embed(self, element: HtmlElement, tag: str, names: str) -> bool:
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
            provider = embeds.class_provider(names) if names else None
            links = [a.get("href", "") for a in element.iter("a")] if tag == "blockquote" else []
            if provider is None and not embeds.is_post(links):
                return False
            html = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
            if len(html) < 100_000:
                found = embeds.from_fragment(html, provider, self.base)
            if found is None:
                return provider is not None
        else:
            return False
        self.flush()
        if found is not None:
            self.cut.posts.append((len(self.cut.lines), found))
        return True


def _numbering(element: HtmlElement, tag: str) -> tuple[int | None, int]:
    if tag != "ol" or "none" in (element.get("style") or ""):
        return None, 1
    start = element.get("start", "")
    if element.get("reversed") is not None:
        count = sum(1 for child in element if child.tag == "li")
        return (int(start) if start.isdecimal() and len(start) < 7 else count), -1
    return (int(start) if start.isdecimal() and len(start) < 7 else 1), 1


def cut(
    tree: HtmlElement, base: str = "", dropped: frozenset[HtmlElement] = frozenset(), *, whole: bool = False
) -> Cut:
    """Cut a page into lines and containers; `dropped` elements are left out, navigation and footers unless `whole`.

    Raises PageRejected('parse-memory') for a page deeper than MAX_DEPTH.
    """
    cutter = _Cutter(base, dropped, SKIPPED if whole else SKIPPED_AT_FIRST)
    body = tree.find("body")
    root = tree if body is None else body
    walker = etree.iterwalk(root, events=("start", "end"))
    open_elements: list[int] = []
    for event, element in walker:
        tag = element.tag
        if event == "start":
            action = cutter.start(element, tag)
            open_elements.append(action)
            if action == _LEFT_OUT:
                walker.skip_subtree()
            elif element.text:
                cutter.add(element.text)
            if len(open_elements) > MAX_DEPTH:
                raise PageRejected("parse-memory", f"{base}: tags are nested more than {MAX_DEPTH} deep")
            continue
        action = open_elements.pop()
        if action == _CONTAINER:
            cutter.end(tag)
        elif action == _INSIDE_LINE:
            cutter.end_inline(tag)
        if element.tail and open_elements:
            cutter.add(element.tail)
    cutter.flush()
    return cutter.cut
