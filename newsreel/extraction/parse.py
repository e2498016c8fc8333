"""Decodes a fetched page and parses it, once, within its budget."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import http_content_type_encoding, resolve_encoding

from newsreel.errors import PageRejected
from newsreel.items import Page

MAX_ATTRIBUTES = 2_000
MAX_DEPTH = 1_000

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding=[\"']([\w.-]{2,40})", re.I
)
_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x00\x00\x00\x1cftyp",
    b"OggS",
    b"ID3",
)
_ATTRIBUTE = re.compile(rb"""[\s/]*[^\s>/][^\s=>/]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?""")
_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|table|h1|br|a|span|section|main)\b", re.I
)
_FEED = re.compile(r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex|svg)\b", re.S)
_BROKEN = re.compile("\ufffd+")
_GOOD = re.compile("[^\x00-\x7f\ufffd]")
# Seven-bit encodings that would pass for UTF-8.
_SHIFTED = frozenset({"iso2022-jp", "iso-2022-jp", "hz", "utf-7", "iso2022_jp", "hz-gb-2312"})


def declared_encodings(page: Page) -> list[str]:
    """List the encodings that the header and the page's own head name, best first."""
    header = http_content_type_encoding(page.headers.get("content-type"))
    found = [header] if header else []
    for match in _META.finditer(page.body[:4096]):
        name = resolve_encoding((match[1] or match[2]).decode("ascii", "replace"))
        if name:
            found.append(name)
    return found


def decode(page: Page) -> str:
    """Decode a page's body: byte-order mark, then UTF-8 where it fits, then what header or page declare.

    UTF-8 comes before the declared encoding because hardly any other text is valid UTF-8 by chance, whereas
    servers often name the wrong one. Bytes that fit nothing become U+FFFD.
    """
    return _decoded(page)[0]


def _decoded(page: Page) -> tuple[str, bool]:
    """Decode a page's body, and tell whether its bytes are that text in UTF-8."""
    body = page.body
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), False
    declared = declared_encodings(page)
    names = [name for name in declared if name in _SHIFTED] + ["utf-8", *declared]
    for name in names:
        try:
            return body.decode(name), name == "utf-8"
        except (UnicodeDecodeError, LookupError):
            continue
    text = body.decode("utf-8", "replace")
    # A few broken bytes among many good ones: UTF-8, cut in the middle of a character or mixed up somewhere.
    if len(_BROKEN.findall(text)) * 5 <= len(_GOOD.findall(text)):
        return text, False
    return body.decode("windows-1252", "replace"), False


def _check_is_html(page: Page, text: str) -> None:
    """Raise PageRejected('not-html') for what no browser would show as a page."""
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = text[:512].lstrip()
    if not start:
        raise PageRejected("not-html", f"{page.url}: the page is empty")
    if (
        page.body.startswith(_MAGIC)
        or kind.startswith(("image/", "audio/", "video/", "font/"))
        or kind == "application/pdf"
    ):
        raise PageRejected("not-html", f"{page.url}: the body is {kind or 'a binary file'}, not HTML")
    if _FEED.match(text[:2048]) or (start[0] in "{[" and not _MARKUP.search(text[:2048])):
        raise PageRejected("not-html", f"{page.url}: the body is data, not HTML")
    if not _MARKUP.search(text[:20_000]) and not _MARKUP.search(text):
        raise PageRejected("not-html", f"{page.url}: the body has no HTML tag")
    if b"\x00" in page.body and text.count("\x00") > len(text) // 20:
        raise PageRejected("not-html", f"{page.url}: the body is binary")


def _check_attributes(url: str, source: bytes) -> None:
    """Raise PageRejected('parse-memory') for a tag with too many attributes: the cost is quadratic."""
    for piece in _long_pieces(source):
        tag = re.match(rb"[A-Za-z][^\s>/]*", piece)
        if not tag:
            continue
        position, count = tag.end(), 0
        while count <= MAX_ATTRIBUTES and (match := _ATTRIBUTE.match(piece, position)):
            position, count = match.end(), count + 1
        if count > MAX_ATTRIBUTES:
            raise PageRejected("parse-memory", f"{url}: a tag has more than {MAX_ATTRIBUTES} attributes")


def _long_pieces(body: bytes) -> Iterator[bytes]:
    """Yield what stands between two "<" (or an end of the body), where it is long enough for too many attributes.

    Only the last "<" within reach is looked for, so that most of the page is never read.
    """
    start, end = 0, len(body)
    while start < end:
        reach = start + 2 * MAX_ATTRIBUTES + 1
        last = body.rfind(b"<", start, reach)
        if last < 0:
            if reach > end:
                return
            last = body.find(b"<", reach)
            last = end if last < 0 else last
            yield body[start:last]
        start = last + 1


def parse(page: Page) -> HtmlElement:
    """Parse a page into a tree.

    Raises PageRejected: `not-html` for anything that is not HTML, `parse-memory` for a page that would take
    more than a parse may.
    """
    text, is_utf8 = _decoded(page)
    _check_is_html(page, text)
    # Without huge_tree libxml2 cuts the tree below depth 256 and says so only in its log.
    # Without a table of ids, which nothing asks for, it parses in half the time.
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False)
    # lxml.html asks Python for the class of every element that it hands out; one class for all is twice as fast.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    is_source = is_utf8 and b"\x00" not in page.body
    source = page.body if is_source else text.replace("\x00", "").encode("utf-8", "replace")
    _check_attributes(page.url, source)
    try:
        tree = document_fromstring(source, parser=parser, ensure_head_body=True)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise PageRejected("not-html", f"{page.url}: the parser finds no page: {error}") from error
    for entry in parser.error_log:
        if "Excessive depth" in entry.message:
            raise PageRejected("parse-memory", f"{page.url}: tags are nested too deeply")
    return tree
