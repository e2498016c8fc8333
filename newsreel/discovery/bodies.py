"""The body of an answer as text: unpacked where it is gzip, decoded by what it is rather than by what is claimed."""

from __future__ import annotations

import re
import zlib
from functools import partial
from html.entities import html5

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

MOST_UNPACKED = 50 * 1024 * 1024
MOST_LAYERS = 2

_GZIP = b"\x1f\x8b"
# XML 1.0 has no place for these, and one of them would make a whole document ill-formed.
_ALLOWED = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE_UTF16 = {b"<\0": "utf-16-le", b"{\0": "utf-16-le", b"\0<": "utf-16-be", b"\0{": "utf-16-be"}
_CDATA = "<![CDATA["
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(?P<number>\d{1,9}|[xX][0-9A-Fa-f]{1,8});|(?P<name>\w{1,40});)?"
)
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def unpack(body: bytes) -> tuple[bytes, str | None]:
    """The bytes inside gzip, told by its magic bytes, and what was wrong with it; other bytes come back as they are.

    What comes before a cut or an error is kept, and nothing beyond MOST_UNPACKED bytes.
    """
    problem = None
    for _ in range(MOST_LAYERS):
        if not body.startswith(_GZIP):
            break
        body, problem = _inflate(body)
    return body, problem


def decode(body: bytes, content_type: str | None) -> str:
    """The text of an XML, JSON or HTML body, without leading white space and characters that XML forbids.

    A byte order mark decides; then UTF-8, if the bytes are valid UTF-8 and not plain ASCII, as no other encoding is by
    chance; then what the document declares, then what the header says, then Windows-1252. Never raises.
    """
    encoding, mark = read_bom(body)
    if encoding and mark:
        body = body[len(mark) :]
    else:
        encoding = _BARE_UTF16.get(body[:2]) or _guess(body, content_type)
    return _FORBIDDEN.sub("", to_unicode(body, encoding)).lstrip("\ufeff \t\r\n")


def is_html(text: str) -> bool:
    """Tell whether a text begins as an HTML page does."""
    return _HTML.match(text[:4096]) is not None


def repair_xml(text: str) -> str:
    """XML in which every "&" begins something that XML allows; CDATA stays as it is.

    Parsers that recover by themselves make other addresses of links that hold a bare "&", or give up at a character
    that cannot be.

    >>> repair_xml("<link>/?a=1&copy=2</link>")
    '<link>/?a=1&amp;copy=2</link>'
    """
    repair = partial(_repair_reference, "<!ENTITY" in text)
    outside, *sections = text.split(_CDATA)
    repaired = [_REFERENCE.sub(repair, outside)]
    for section in sections:
        inside, end, after = section.partition("]]>")
        repaired.append(f"{_CDATA}{inside}{end}{_REFERENCE.sub(repair, after)}")
    return "".join(repaired)


def _repair_reference(declares_entities: bool, match: re.Match[str]) -> str:
    number, name = match["number"], match["name"]
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        return f"&#{code};" if code < 0x110000 and _ALLOWED.fullmatch(chr(code)) else ""
    if name is None:
        return "&amp;"
    if declares_entities:
        return match[0]
    # A name of HTML's; XML knows five of them only.
    characters = html5.get(f"{name};")
    return f"&amp;{name};" if characters is None else "".join(f"&#{ord(character)};" for character in characters)


def _guess(body: bytes, content_type: str | None) -> str:
    claims = [html_body_declared_encoding(body), http_content_type_encoding(content_type)]
    # UTF-16 and UTF-32 have zeros in every tag: a claim without them is false.
    encodings = [claim for claim in claims if claim and not claim.startswith(("utf-16", "utf-32"))]
    if not body.isascii() and ("utf-8" in encodings or _is_utf8(body)):
        return "utf-8"
    return encodings[0] if encodings else "cp1252"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _inflate(body: bytes) -> tuple[bytes, str | None]:
    unpacked = bytearray()
    while body.startswith(_GZIP):
        member = zlib.decompressobj(wbits=31)
        try:
            unpacked += member.decompress(body, MOST_UNPACKED + 1 - len(unpacked))
        except zlib.error as error:
            return bytes(unpacked), f"broken gzip ({error})"
        if len(unpacked) > MOST_UNPACKED:
            return bytes(unpacked[:MOST_UNPACKED]), f"larger than {MOST_UNPACKED // 1024 // 1024} MiB when unpacked"
        if not member.eof:
            return bytes(unpacked), "gzip that is cut off"
        body = member.unused_data
    return bytes(unpacked), None
